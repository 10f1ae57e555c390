//! Answers an operator's question.

use super::arrival::Arrival;
use super::error::ExplainError;
use super::walk::Walked;
use crate::editing;
use crate::explain::{Credentials, Explanation, Question, Walker, compare};
use crate::facts::Settings;
use crate::gate::{self, Challenge, Refusal, Signed};
use crate::http::client;
use crate::http::provision::{Walk, target};
use crate::http::state::AppState;
use crate::journal::{self, Reader};
use crate::request::{Secret, is_pin_call};
use axum::http::{HeaderValue, Method as HttpMethod, header};
use jiff::Timestamp;
use tokio::time::Instant;

/// The client's random text in a digest; its only purpose is to be there.
const CNONCE: &str = "6578706c61696e";

/// Name and password of nobody.
const WRONG: &str = "nobody";

/// What an explanation needs beside the state of the handlers.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    pub http: &'a client::Config,
    pub journal: &'a journal::Config,
    /// `server` or `command`.
    pub program: &'a str,
}

/// Explains a request, or that of a line of the journal.
///
/// # Errors
/// The question describes no request.
pub async fn explain(app: &AppState, context: Context<'_>, question: &Question) -> Result<Explanation, ExplainError> {
    let Some(id) = question.entry else {
        return Box::pin(walk(app, context, question, Timestamp::now())).await;
    };
    let mut reader = Reader::open(context.journal).await?;
    let entry = reader.entry(id).await;
    reader.close().await;
    let entry = entry?.ok_or(ExplainError::Entry(id))?;
    let of_entry = Question { ask_auth_server: question.ask_auth_server, ..Question::of_entry(&entry) };
    let mut explanation = Box::pin(walk(app, context, &of_entry, entry.time())).await?;
    let home = match &entry.device {
        Some(device) => editing::home(&app.directory, device).await.ok().map(|home| home.domain),
        None => None,
    };
    explanation.comparison = Some(compare(&entry, &explanation, home.as_deref()));
    Ok(explanation)
}

/// Explains a request whose document prints this time.
async fn walk(
    app: &AppState,
    context: Context<'_>,
    question: &Question,
    time: Timestamp,
) -> Result<Explanation, ExplainError> {
    let started = Instant::now();
    let keeper = app.keeper.copy();
    let auth_server = app.auth_server.as_ref().filter(|_| question.ask_auth_server);
    let walk = Walk { keeper: &keeper, auth_server, ..Walk::at(app, time) };
    let mut arrival = Box::pin(walk.arrival(context.http, question)).await?;
    if app.pins.is_some() && arrival.parts.method == HttpMethod::POST && is_pin_call(target(&arrival.parts)) {
        return Err(ExplainError::Pin);
    }
    let mut walked = Box::pin(walk.explained(&arrival)).await;
    let mut is_assumed = false;
    // Credentials, and a password in the URL.
    for _ in 0..2 {
        if !log_in(&walked, &mut arrival, question) {
            break;
        }
        is_assumed |= question.credentials != Credentials::Given;
        walked = Box::pin(walk.explained(&arrival)).await;
    }
    let mut explanation = walked.explanation;
    explanation.remarks.extend(remarks(&walk, question));
    if is_assumed {
        let assumed = "the journal has no credentials; others stand for the phone's, right ones if it was let in";
        explanation.remarks.push(assumed.to_owned());
    }
    explanation.walker = Walker {
        program: context.program.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    };
    explanation.duration_ms = started.elapsed().as_secs_f64() * 1e3;
    Ok(explanation)
}

/// Adds the credentials that a refusal demands; false if there are none to add.
fn log_in(walked: &Walked, arrival: &mut Arrival, question: &Question) -> bool {
    match &walked.refusal {
        Some(Refusal::Challenge(challenge)) if !arrival.parts.headers.contains_key(header::AUTHORIZATION) => {
            let account = account(question, walked.judged_by.as_ref());
            let header = account.and_then(|account| credentials(challenge, arrival, &account));
            header.is_some_and(|header| arrival.parts.headers.insert(header::AUTHORIZATION, header).is_none())
        }
        Some(Refusal::BadPassword) if question.credentials == Credentials::Right => {
            let password = walked.judged_by.as_ref().and_then(gate::first_password);
            password.is_some_and(|password| arrival.add_password(&password))
        }
        _ => false,
    }
}

/// The user and the password with which a challenge is answered.
fn account(question: &Question, settings: Option<&Settings>) -> Option<(String, Secret)> {
    match question.credentials {
        Credentials::Given => {
            Some((question.user.clone()?, Secret::new(question.password.clone().unwrap_or_default())))
        }
        Credentials::Right => gate::first_account(settings?),
        Credentials::Wrong => Some((WRONG.to_owned(), Secret::new(WRONG))),
    }
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

/// The answer of an account to a challenge.
fn credentials(challenge: &Challenge, arrival: &Arrival, (user, password): &(String, Secret)) -> Option<HeaderValue> {
    let Arrival { parts, arrived, .. } = arrival;
    let target = arrived.client.original_target.as_deref().unwrap_or(target(parts));
    let signed = Signed { method: parts.method.as_str(), target, cnonce: CNONCE };
    HeaderValue::from_str(&gate::credentials(&challenge.headers, user, password, signed)?).ok()
}
