//! `/api/v1/devices`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, Parameters};
use crate::directory::{DeviceSort, DeviceState};
use crate::operator::{DevicePage, DeviceSearch, Operations};
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;

/// Which devices to list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DevicesQuery {
    /// A part of an address, label, domain, vendor, template or description, in any case. An address may have colons.
    search: Option<String>,
    domain: Option<String>,
    vendor: Option<String>,
    /// A template folder such as `yealink/t46u`.
    template: Option<String>,
    #[param(inline)]
    state: Option<DeviceState>,
    #[param(inline)]
    sort: DeviceSort,
    #[param(inline)]
    order: OrderParameter,
    /// How many devices to pass over.
    offset: u32,
    /// The most devices of the page, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// Also say of each phone whether it has what it would get now, by the journal. This renders its files, so the page has
    /// at most 50 devices.
    compare: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum OrderParameter {
    #[default]
    Ascending,
    Descending,
}

impl From<DevicesQuery> for DeviceSearch {
    fn from(query: DevicesQuery) -> Self {
        Self {
            text: query.search,
            domain: query.domain,
            vendor: query.vendor,
            template: query.template,
            state: query.state,
            sort: query.sort,
            descending: query.order == OrderParameter::Descending,
            offset: query.offset,
            limit: query.limit,
            compares: query.compare,
        }
    }
}

/// The devices of the domains that the token may see, searched, filtered, sorted and paged
#[utoipa::path(
    get,
    path = "/api/v1/devices",
    tag = "devices",
    params(DevicesQuery),
    responses(
        (status = 200, body = DevicePage),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn list(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Parameters(query): Parameters<DevicesQuery>,
) -> Result<Answer<DevicePage>, ApiProblem> {
    Ok(Answer(operations.devices(&caller.principal, &query.into()).await?))
}
