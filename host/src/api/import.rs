//! `/api/v1/import`: many devices from a CSV file.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, JsonBody};
use crate::operator::{ImportReport, ImportRequest, Operations};
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;

/// A CSV file, and how it is imported.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportBody {
    /// The file, at most 512 KiB of it.
    text: String,
    /// The domain of rows that name none.
    domain: Option<String>,
    /// Whether devices that exist are changed. Else their rows are refused.
    #[serde(default)]
    update: bool,
    /// The digest of the preview that is applied. Without one, the answer is a preview, and nothing is written.
    digest: Option<String>,
}

/// Previews the import of a CSV file, or applies exactly what a preview has shown
#[utoipa::path(
    post,
    path = "/api/v1/import",
    tag = "rows",
    request_body = ImportBody,
    responses(
        (status = 200, body = ImportReport),
        ApiProblem
    ),
    security(("token" = ["edit"]))
)]
pub async fn import(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    JsonBody(body): JsonBody<ImportBody>,
) -> Result<Answer<ImportReport>, ApiProblem> {
    let ImportBody { text, domain, update, digest } = body;
    let request = ImportRequest { text, domain, update, digest };
    Ok(Answer(operations.import(&caller.principal, &request, caller.client).await?))
}
