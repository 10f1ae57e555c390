//! `/api/v1/plugins` and `/api/v1/reload`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, JsonBody, Parameters, Word};
use super::upload::{UploadForm, read_upload};
use crate::http::Reloaded;
use crate::operator::{Operations, PluginChange, PluginPage};
use crate::plugin_install::InstallOptions;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use std::sync::Arc;

/// Where a component comes from.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginSource {
    /// An https:// URL, or oci://HOST/NAME[:TAG][@DIGEST].
    source: String,
    /// The SHA-256 that the component must have.
    sha256: Option<String>,
    /// Leave out the conformance check.
    #[serde(default)]
    no_check: bool,
}

/// How a component that is sent is installed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UploadQuery {
    /// The SHA-256 that the component must have.
    sha256: Option<String>,
    /// Leave out the conformance check.
    #[serde(default)]
    no_check: bool,
}

/// Which kept version to put back.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RollbackQuery {
    /// The first digits of its SHA-256; the version that was replaced last by default.
    to: Option<String>,
}

/// What to remove.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemoveQuery {
    /// Remove its kept versions, too, so that none can be put back.
    #[serde(default)]
    purge: bool,
}

/// The plugins: versions, hashes, signatures, limits, faults, kept versions and the history of swaps
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
    Ok(Answer(operations.plugins(&caller.principal).await?))
}

/// Installs a plugin from a URL or a registry, and waits until the server serves it
#[utoipa::path(
    post,
    path = "/api/v1/plugins",
    tag = "plugins",
    request_body = PluginSource,
    responses(
        (status = 200, body = PluginChange),
        ApiProblem
    ),
    security(("token" = ["plugins"]))
)]
pub async fn install(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    JsonBody(plugin): JsonBody<PluginSource>,
) -> Result<Answer<PluginChange>, ApiProblem> {
    let turn = operations.plugin_turn(&caller.principal, caller.client)?;
    let PluginSource { source, sha256, no_check } = plugin;
    Ok(Answer(turn.install_from(&source, InstallOptions { no_check, sha256 }).await?))
}

/// Installs a plugin that is sent, and waits until the server serves it
#[utoipa::path(
    post,
    path = "/api/v1/plugins/upload",
    tag = "plugins",
    params(UploadQuery),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = PluginChange),
        ApiProblem
    ),
    security(("token" = ["plugins"]))
)]
pub async fn upload(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Parameters(query): Parameters<UploadQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Answer<PluginChange>, ApiProblem> {
    let turn = operations.plugin_turn(&caller.principal, caller.client)?;
    let read = read_upload(&turn, &headers, body, &[]).await;
    let (upload, _) = read.map_err(|error| ApiProblem::body(error.to_string()))?;
    let upload = upload.ok_or_else(|| ApiProblem::body("the form has no file in the field `component`"))?;
    let UploadQuery { sha256, no_check } = query;
    Ok(Answer(turn.install_upload(upload, InstallOptions { no_check, sha256 }).await?))
}

/// Puts a kept version of a plugin back, and waits until the server serves it
#[utoipa::path(
    post,
    path = "/api/v1/plugins/{name}/rollback",
    tag = "plugins",
    params(("name" = String, Path, description = "The plugin's name."), RollbackQuery),
    responses(
        (status = 200, body = PluginChange),
        ApiProblem
    ),
    security(("token" = ["plugins"]))
)]
pub async fn roll_back(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(name): Word,
    Parameters(query): Parameters<RollbackQuery>,
) -> Result<Answer<PluginChange>, ApiProblem> {
    let turn = operations.plugin_turn(&caller.principal, caller.client)?;
    Ok(Answer(turn.roll_back(name, query.to).await?))
}

/// Removes a plugin, and waits until the server no longer serves it
#[utoipa::path(
    delete,
    path = "/api/v1/plugins/{name}",
    tag = "plugins",
    params(("name" = String, Path, description = "The plugin's name."), RemoveQuery),
    responses(
        (status = 200, body = PluginChange),
        ApiProblem
    ),
    security(("token" = ["plugins"]))
)]
pub async fn remove(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(name): Word,
    Parameters(query): Parameters<RemoveQuery>,
) -> Result<Answer<PluginChange>, ApiProblem> {
    let turn = operations.plugin_turn(&caller.principal, caller.client)?;
    Ok(Answer(turn.remove(name, query.purge).await?))
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
