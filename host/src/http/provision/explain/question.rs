//! Answers an operator's question.

use super::arrival::Arrival;
use super::error::ExplainError;
use crate::explain::{Explanation, Question, Walker};
use crate::gate::{self, Challenge, Signed};
use crate::http::client;
use crate::http::provision::{Walk, target};
use crate::http::state::AppState;
use crate::request::{Secret, is_pin_call};
use axum::http::{HeaderValue, Method as HttpMethod, header};
use tokio::time::Instant;

/// The client's random text in a digest; its only purpose is to be there.
const CNONCE: &str = "6578706c61696e";

/// Explains a request. `program` is `server` or `command`.
///
/// # Errors
/// The question describes no request.
pub async fn explain(
    app: &AppState,
    config: &client::Config,
    program: &str,
    question: &Question,
) -> Result<Explanation, ExplainError> {
    let started = Instant::now();
    let keeper = app.keeper.copy();
    let auth_server = app.auth_server.as_ref().filter(|_| question.ask_auth_server);
    let walk = Walk { keeper: &keeper, auth_server, ..Walk::new(app) };
    let mut arrival = Box::pin(walk.arrival(config, question)).await?;
    if app.pins.is_some() && arrival.parts.method == HttpMethod::POST && is_pin_call(target(&arrival.parts)) {
        return Err(ExplainError::Pin);
    }
    let (mut explanation, challenge) = Box::pin(walk.explained(&arrival)).await;
    if let Some(header) = challenge.and_then(|challenge| credentials(&challenge, &arrival, question)) {
        arrival.parts.headers.insert(header::AUTHORIZATION, header);
        explanation = Box::pin(walk.explained(&arrival)).await.0;
    }
    explanation.remarks.extend(remarks(&walk, question));
    explanation.walker = Walker {
        program: program.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    explanation.duration_ms = started.elapsed().as_secs_f64() * 1e3;
    Ok(explanation)
}

/// What else an operator should know.
fn remarks(walk: &Walk<'_>, question: &Question) -> Vec<String> {
    let invalid = |gate::InvalidSetting { setting, domain, text, problem }: gate::InvalidSetting| {
        format!("setting {setting} of domain {domain:?} has the value {text:?}: {problem}")
    };
    let mut remarks: Vec<_> = walk.keeper.take_invalid().into_iter().map(invalid).collect();
    if walk.app.auth_server.is_some() && !question.ask_auth_server {
        remarks.push("the auth server was not asked, and counts as agreeing; --ask-auth-server asks it".to_owned());
    }
    remarks
}

/// The answer of the question's user to a challenge.
fn credentials(challenge: &Challenge, arrival: &Arrival, question: &Question) -> Option<HeaderValue> {
    let (user, password) = (question.user.as_ref()?, Secret::new(question.password.clone().unwrap_or_default()));
    let Arrival { parts, arrived, .. } = arrival;
    let target = arrived.client.original_target.as_deref().unwrap_or(target(parts));
    let signed = Signed { method: parts.method.as_str(), target, cnonce: CNONCE };
    HeaderValue::from_str(&gate::credentials(&challenge.headers, user, &password, signed)?).ok()
}
