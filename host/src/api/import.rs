//! `/api/v1/import`: many devices from a CSV file.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, JsonBody};
use crate::operator::{ImportReport, ImportRequest, Operations};
use axum::extract::State;
use std::sync::Arc;

/// Previews the import of a CSV file, or applies exactly what a preview has shown
#[utoipa::path(
    post,
    path = "/api/v1/import",
    tag = "rows",
    request_body = ImportRequest,
    responses(
        (status = 200, body = ImportReport),
        ApiProblem
    ),
    security(("token" = ["edit"]))
)]
pub async fn import(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    JsonBody(request): JsonBody<ImportRequest>,
) -> Result<Answer<ImportReport>, ApiProblem> {
    Ok(Answer(operations.import(&caller.principal, &request, caller.client).await?))
}
