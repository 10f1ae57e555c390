//! `/capture` of the admin endpoint: makes a case of a device's request. The device's secrets are replaced before the case
//! leaves the server.

use super::caller::CALLER;
use super::provision::capture::capture;
use super::state::AdminState;
use crate::editing;
use crate::plugin_kit::{CaptureQuestion, CaseFiles};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Why there is no case.
type Refused = (StatusCode, String);

/// A question as JSON. No page of another origin can send one, because of its header.
pub async fn post(State(state): State<Arc<AdminState>>, headers: HeaderMap, body: Bytes) -> Response {
    if !headers.contains_key(CALLER) {
        return (StatusCode::FORBIDDEN, format!("a capture requires the header {CALLER}\n")).into_response();
    }
    let made = match serde_json::from_slice(&body) {
        Ok(question) => made(&state, question).await,
        Err(error) => Err((StatusCode::BAD_REQUEST, format!("the question is not valid JSON ({error})"))),
    };
    match made {
        // Serialization of these plain types cannot fail.
        Ok(case) => {
            let text = serde_json::to_string(&case).unwrap_or_default();
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Err((status, message)) => (status, message + "\n").into_response(),
    }
}

async fn made(state: &AdminState, question: CaptureQuestion) -> Result<CaseFiles, Refused> {
    let _turn = state.explaining.acquire().await;
    let stopping = || (StatusCode::SERVICE_UNAVAILABLE, "the server is stopping".to_owned());
    let app = state.app.upgrade().ok_or_else(stopping)?;
    let CaptureQuestion { address, file, host } = question;
    let home = editing::home(&app.directory, &address).await.map_err(|error| refused(&error))?;
    let host = host.unwrap_or(home.domain);
    let captured = capture(&app, &home.address, &host, file.as_deref()).await.map_err(|error| refused(&error))?;
    captured.into_case().await.map_err(|error| refused(&error))
}

fn refused(error: &dyn std::error::Error) -> Refused {
    (StatusCode::BAD_REQUEST, error.to_string())
}
