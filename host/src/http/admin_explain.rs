//! `/explain` of the admin endpoint: walks a request with the state of the running server.

use super::caller::CALLER;
use super::provision::explain;
use super::state::AdminState;
use crate::explain::{Explanation, Question};
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// A question without an explanation, and why.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, format!("{}\n", self.1)).into_response()
    }
}

/// A question in a query. It has no password: a query can end up in a log.
pub async fn get(State(state): State<Arc<AdminState>>, Query(query): Query<Vec<(String, String)>>) -> Response {
    match Question::of_query(&query) {
        Ok(question) => answer(&state, &question).await,
        Err(error) => Refused(StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

/// A question as JSON. No page of another origin can send one, because of its header.
pub async fn post(State(state): State<Arc<AdminState>>, headers: HeaderMap, body: Bytes) -> Response {
    if !headers.contains_key(CALLER) {
        return Refused(StatusCode::FORBIDDEN, format!("a question by POST requires the header {CALLER}"))
            .into_response();
    }
    match serde_json::from_slice(&body) {
        Ok(question) => answer(&state, &question).await,
        // The message of serde may repeat a password.
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            Refused(StatusCode::BAD_REQUEST, format!("the question is not valid JSON ({place})")).into_response()
        }
    }
}

async fn answer(state: &AdminState, question: &Question) -> Response {
    match explained(state, question).await {
        Ok(explanation) => {
            // Serialization of these plain types cannot fail.
            let text = serde_json::to_string_pretty(&explanation).unwrap_or_default();
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Err(refused) => refused.into_response(),
    }
}

async fn explained(state: &AdminState, question: &Question) -> Result<Explanation, Refused> {
    let _turn = state.explaining.acquire().await;
    let app = state.app.upgrade().ok_or(Refused(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping".into()))?;
    let context = explain::Context { http: &state.http, journal: &state.journal_config, program: "server" };
    let explained = explain::explain(&app, context, question).await;
    explained.map_err(|error| Refused(StatusCode::BAD_REQUEST, error.to_string()))
}
