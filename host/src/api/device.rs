//! `/api/v1/devices/{device}`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, Parameters, Word};
use crate::explain::Explanation;
use crate::operator::{DeviceDetail, FileDifference, FusionpbxDifference, Operations, RenderedFile};
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;

/// Which file of a device.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// The name that the phone asks for, or that of the template's file.
    file: String,
    /// Show secrets. The token needs the scope `secrets`.
    #[serde(default)]
    secrets: bool,
}

/// Which file to compare.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// The name that the phone asks for, or that of the template's file.
    file: String,
}

/// Which request to explain.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExplanationQuery {
    /// The file by the name that the phone asks for; the plugin chooses one by default.
    file: Option<String>,
}

/// One device: its facts with the layer of each, and the files that its phone can ask for
#[utoipa::path(
    get,
    path = "/api/v1/devices/{device}",
    tag = "devices",
    params(("device" = String, Path, description = "Its uuid, or its address as the database has it.")),
    responses(
        (status = 200, body = DeviceDetail),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn show(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(device): Word,
) -> Result<Answer<DeviceDetail>, ApiProblem> {
    Ok(Answer(operations.device(&caller.principal, &device).await?))
}

/// A document as the phone would get it now
#[utoipa::path(
    get,
    path = "/api/v1/devices/{device}/file",
    tag = "devices",
    params(("device" = String, Path, description = "Its uuid or address."), FileQuery),
    responses(
        (status = 200, body = RenderedFile),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn file(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(device): Word,
    Parameters(query): Parameters<FileQuery>,
) -> Result<Answer<RenderedFile>, ApiProblem> {
    Ok(Answer(operations.file(&caller.principal, &device, &query.file, query.secrets).await?))
}

/// How a document differs from the one that the phone fetched last
#[utoipa::path(
    get,
    path = "/api/v1/devices/{device}/difference",
    tag = "devices",
    params(("device" = String, Path, description = "Its uuid or address."), DifferenceQuery),
    responses(
        (status = 200, body = FileDifference),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn difference(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(device): Word,
    Parameters(query): Parameters<DifferenceQuery>,
) -> Result<Answer<FileDifference>, ApiProblem> {
    Ok(Answer(operations.difference(&caller.principal, &device, &query.file).await?))
}

/// Each decision about a request of the phone, with its reason
#[utoipa::path(
    get,
    path = "/api/v1/devices/{device}/explanation",
    tag = "devices",
    params(("device" = String, Path, description = "Its uuid or address."), ExplanationQuery),
    responses(
        (status = 200, body = Explanation),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn explanation(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(device): Word,
    Parameters(query): Parameters<ExplanationQuery>,
) -> Result<Answer<Explanation>, ApiProblem> {
    Ok(Answer(operations.explain_device(&caller.principal, &device, query.file).await?))
}

/// How a document differs from FusionPBX's own answer to the phone's request, which FusionPBX notes as a fetch
#[utoipa::path(
    post,
    path = "/api/v1/devices/{device}/fusionpbx",
    tag = "devices",
    params(("device" = String, Path, description = "Its uuid or address."), DifferenceQuery),
    responses(
        (status = 200, body = FusionpbxDifference),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn fusionpbx(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(device): Word,
    Parameters(query): Parameters<DifferenceQuery>,
) -> Result<Answer<FusionpbxDifference>, ApiProblem> {
    let Caller { principal, client } = caller;
    Ok(Answer(operations.fusionpbx_difference(&principal, &device, &query.file, client).await?))
}
