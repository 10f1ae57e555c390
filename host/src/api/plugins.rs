//! `/api/v1/plugins` and `/api/v1/reload`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::Caller;
use crate::http::Reloaded;
use crate::operator::{Operations, PluginPage};
use axum::extract::State;
use std::sync::Arc;

/// The plugins: versions, hashes, signatures, limits and faults
#[utoipa::path(
    get,
    path = "/api/v1/plugins",
    tag = "plugins",
    responses(
        (status = 200, body = PluginPage),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn list(State(operations): State<Arc<Operations>>, caller: Caller) -> Result<Answer<PluginPage>, ApiProblem> {
    Ok(Answer(operations.plugins(&caller.principal)?))
}

/// Reloads changed templates and plugins, and waits for it
#[utoipa::path(
    post,
    path = "/api/v1/reload",
    tag = "plugins",
    responses(
        (status = 200, body = Reloaded),
        ApiProblem
    ),
    security(("token" = ["reload"]))
)]
pub async fn reload(State(operations): State<Arc<Operations>>, caller: Caller) -> Result<Answer<Reloaded>, ApiProblem> {
    Ok(Answer(operations.reload(&caller.principal, caller.client).await?))
}
