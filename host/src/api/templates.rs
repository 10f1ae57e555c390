//! `/api/v1/templates`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, JsonBody, Parameters};
use crate::operator::{
    Operations, TemplateComparison, TemplateFolderDetail, TemplateText, TemplateTree, TemplateVersions, TextPlace,
    Trial,
};
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

/// Which texts to compare.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CompareQuery {
    /// The name of the template folder.
    folder: String,
    /// The name of the file in it.
    file: String,
    /// The folder on disk, as `/api/v1/templates/versions` names it; the live text by default.
    layer: Option<String>,
    /// The template folder of the other text; the same by default.
    other_folder: Option<String>,
    /// The file of the other text; the same by default.
    other_file: Option<String>,
    /// The folder on disk of the other text; the live text by default.
    other_layer: Option<String>,
}

/// All texts of a template file: FusionPBX's, Dialplate's and custom ones, whichever is live
#[utoipa::path(
    get,
    path = "/api/v1/templates/versions",
    tag = "templates",
    params(TextQuery),
    responses(
        (status = 200, body = TemplateVersions),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn versions(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Parameters(query): Parameters<TextQuery>,
) -> Result<Answer<TemplateVersions>, ApiProblem> {
    Ok(Answer(operations.template_versions(&caller.principal, &query.folder, &query.file).await?))
}

/// How two template texts differ
#[utoipa::path(
    get,
    path = "/api/v1/templates/difference",
    tag = "templates",
    params(CompareQuery),
    responses(
        (status = 200, body = TemplateComparison),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn difference(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Parameters(query): Parameters<CompareQuery>,
) -> Result<Answer<TemplateComparison>, ApiProblem> {
    let CompareQuery { folder, file, layer, other_folder, other_file, other_layer } = query;
    let after = TextPlace {
        folder: other_folder.unwrap_or_else(|| folder.clone()),
        file: other_file.unwrap_or_else(|| file.clone()),
        layer: other_layer,
    };
    let before = TextPlace { folder, file, layer };
    Ok(Answer(operations.compare_templates(&caller.principal, &before, &after).await?))
}
