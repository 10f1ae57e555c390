//! `/api/v1/templates`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, JsonBody, Parameters};
use crate::operator::{Operations, TemplateFolderDetail, TemplateText, TemplateTree, Trial};
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;

/// Which template folder.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FolderQuery {
    /// Its name, such as `yealink/t46u`.
    name: String,
}

/// Which template file.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TextQuery {
    /// The name of the template folder.
    folder: String,
    /// The name of the file in it, such as `{$mac}.cfg`.
    file: String,
}

/// A template text that is not saved.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrialText {
    /// The uuid or address of the device.
    device: String,
    /// The file of its template folder in whose place the text is rendered.
    file: String,
    text: String,
}

/// The template folders with the origin of their files, and what is wrong with them
#[utoipa::path(
    get,
    path = "/api/v1/templates",
    tag = "templates",
    responses(
        (status = 200, body = TemplateTree),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn tree(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
) -> Result<Answer<TemplateTree>, ApiProblem> {
    Ok(Answer(operations.templates(&caller.principal)?))
}

/// One template folder with its files
#[utoipa::path(
    get,
    path = "/api/v1/templates/folder",
    tag = "templates",
    params(FolderQuery),
    responses(
        (status = 200, body = TemplateFolderDetail),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn folder(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Parameters(query): Parameters<FolderQuery>,
) -> Result<Answer<TemplateFolderDetail>, ApiProblem> {
    Ok(Answer(operations.template_folder(&caller.principal, &query.name)?))
}

/// The live text of a template file
#[utoipa::path(
    get,
    path = "/api/v1/templates/text",
    tag = "templates",
    params(TextQuery),
    responses(
        (status = 200, body = TemplateText),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn text(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Parameters(query): Parameters<TextQuery>,
) -> Result<Answer<TemplateText>, ApiProblem> {
    Ok(Answer(operations.template_text(&caller.principal, &query.folder, &query.file)?))
}

/// Renders a text for a device in place of a template file, and saves nothing
#[utoipa::path(
    post,
    path = "/api/v1/templates/try",
    tag = "templates",
    request_body = TrialText,
    responses(
        (status = 200, body = Trial),
        ApiProblem
    ),
    security(("token" = ["try", "secrets"]))
)]
pub async fn try_text(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    JsonBody(trial): JsonBody<TrialText>,
) -> Result<Answer<Trial>, ApiProblem> {
    let TrialText { device, file, text } = trial;
    Ok(Answer(operations.try_text(&caller.principal, &device, &file, text).await?))
}
