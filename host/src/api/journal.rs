//! `/api/v1/journal` and `/api/v1/actions`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, Parameters, Word};
use crate::explain::Explanation;
use crate::journal::Entry;
use crate::operator::{ActionPage, JournalPage, JournalSearch, Operations, Problem};
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;

/// Which lines to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct JournalQuery {
    /// A device's uuid or address.
    device: Option<String>,
    domain: Option<String>,
    /// One status such as `404`, or `4xx` for all from 400 to 499.
    status: Option<String>,
    /// One word, such as `unknown_device`.
    reason: Option<String>,
    /// So long ago (`30m`, `2h`, `3d`), a date, or an RFC 3339 time.
    since: Option<String>,
    /// Only lines before this one: `next` of the page before.
    before: Option<i64>,
    /// Only lines after this one, the oldest first, to follow the journal.
    after: Option<i64>,
    /// The most lines of the page, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// Which actions to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ActionsQuery {
    /// Only actions before this one: `next` of the page before.
    before: Option<i64>,
    /// The most actions of the page, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// Requests of phones and their answers, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/journal",
    tag = "journal",
    params(JournalQuery),
    responses(
        (status = 200, body = JournalPage),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn list(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Parameters(query): Parameters<JournalQuery>,
) -> Result<Answer<JournalPage>, ApiProblem> {
    let JournalQuery { device, domain, status, reason, since, before, after, limit } = query;
    let search = JournalSearch { device, domain, status, reason, since, before, after, limit };
    Ok(Answer(operations.journal(&caller.principal, &search).await?))
}

/// One line of the journal
#[utoipa::path(
    get,
    path = "/api/v1/journal/{id}",
    tag = "journal",
    params(("id" = i64, Path, description = "The id of the line.")),
    responses(
        (status = 200, body = Entry),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn show(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(id): Word,
) -> Result<Answer<Entry>, ApiProblem> {
    Ok(Answer(operations.entry(&caller.principal, number(&id)?).await?))
}

/// The request of a line explained as it would be answered now, and what differs
#[utoipa::path(
    get,
    path = "/api/v1/journal/{id}/explanation",
    tag = "journal",
    params(("id" = i64, Path, description = "The id of the line.")),
    responses(
        (status = 200, body = Explanation),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn explanation(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(id): Word,
) -> Result<Answer<Explanation>, ApiProblem> {
    Ok(Answer(operations.explain_entry(&caller.principal, number(&id)?).await?))
}

/// What operators did, the newest first
#[utoipa::path(
    get,
    path = "/api/v1/actions",
    tag = "journal",
    params(ActionsQuery),
    responses(
        (status = 200, body = ActionPage),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn actions(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Parameters(query): Parameters<ActionsQuery>,
) -> Result<Answer<ActionPage>, ApiProblem> {
    Ok(Answer(operations.actions(&caller.principal, query.before, query.limit).await?))
}

fn number(word: &str) -> Result<i64, Problem> {
    word.parse().map_err(|_| Problem::missing("line of the journal", word))
}
