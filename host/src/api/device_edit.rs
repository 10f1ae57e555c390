//! Edits of a device with its lines and keys at once: everything is written, or nothing.

use super::problem::ApiProblem;
use super::request::{Caller, JsonBody, Word};
use super::rows::{Versioned, version};
use crate::editing::{PartEdit, WholeDevice, text_of_json};
use crate::operator::{EditedRow, Operations};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A device with its lines and keys. What it does not name stays as it is.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceBody {
    /// The domain of a new device.
    domain: Option<String>,
    /// The address of a new device, or the new address of one.
    address: Option<String>,
    /// By the names of the command's flags, such as `label`. Null removes a value.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: BTreeMap<String, Json>,
    #[serde(default)]
    lines: Vec<PartBody>,
    #[serde(default)]
    keys: Vec<PartBody>,
}

/// A line or a key.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartBody {
    /// The row that is changed or removed. Without it, one is added.
    uuid: Option<String>,
    /// The category of a key.
    category: Option<String>,
    /// The number of the line, or of the key in its category.
    number: Option<u32>,
    /// By the names of the command's flags. Null removes a value.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: BTreeMap<String, Json>,
    /// A new password of a line.
    password: Option<String>,
    /// Whether the row is removed.
    #[serde(default)]
    remove: bool,
}

impl PartBody {
    fn edit(self, is_key: bool) -> Result<PartEdit, ApiProblem> {
        let Self { uuid, category, number, values, password, remove } = self;
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        let names = if is_key { vec![category.unwrap_or_default(), number] } else { vec![number] };
        Ok(PartEdit { uuid, names, values: texts(values)?, password, is_removed: remove })
    }
}

impl DeviceBody {
    fn edit(self, expected: Option<String>) -> Result<WholeDevice, ApiProblem> {
        let Self { domain, address, values, lines, keys } = self;
        Ok(WholeDevice {
            uuid: None,
            domain: domain.unwrap_or_default(),
            address: address.unwrap_or_default(),
            expected,
            values: texts(values)?,
            lines: lines.into_iter().map(|line| line.edit(false)).collect::<Result<_, _>>()?,
            keys: keys.into_iter().map(|key| key.edit(true)).collect::<Result<_, _>>()?,
        })
    }
}

/// The values as texts.
fn texts(values: BTreeMap<String, Json>) -> Result<Vec<(String, String)>, ApiProblem> {
    let text = |(flag, value): (String, Json)| match value {
        Json::Array(_) | Json::Object(_) => {
            Err(ApiProblem::parameters(format!("{flag}: write a text, a number, true, false or null")))
        }
        value => Ok((flag, text_of_json(&value))),
    };
    values.into_iter().map(text).collect()
}

/// Adds a device with lines and keys
#[utoipa::path(
    post,
    path = "/api/v1/devices",
    tag = "devices",
    request_body = DeviceBody,
    responses(
        (status = 201, body = EditedRow, headers(("ETag" = String))),
        ApiProblem
    ),
    security(("token" = ["edit"]))
)]
pub async fn add(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    JsonBody(body): JsonBody<DeviceBody>,
) -> Result<Response, ApiProblem> {
    let saved = operations.save_device(&caller.principal, None, body.edit(None)?, caller.client).await?;
    Ok(Versioned(StatusCode::CREATED, saved.into()).into_response())
}

/// Changes a device with its lines and keys, unless it has changed since it was read
#[utoipa::path(
    patch,
    path = "/api/v1/devices/{device}",
    tag = "devices",
    params(
        ("device" = String, Path, description = "The uuid or the address of the device."),
        ("If-Match" = String, Header, description = "The version that was read.")
    ),
    request_body = DeviceBody,
    responses(
        (status = 200, body = EditedRow, headers(("ETag" = String))),
        ApiProblem
    ),
    security(("token" = ["edit"]))
)]
pub async fn set(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    headers: HeaderMap,
    Word(device): Word,
    JsonBody(body): JsonBody<DeviceBody>,
) -> Result<Response, ApiProblem> {
    let edit = body.edit(Some(version(&headers)?))?;
    let saved = operations.save_device(&caller.principal, Some(&device), edit, caller.client).await?;
    Ok(Versioned(StatusCode::OK, saved.into()).into_response())
}
