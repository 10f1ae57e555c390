//! `POST /api/v1/devices/{device}/resync` and `…/reboot`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, Parameters, Word};
use crate::operator::{Notified, Operations};
use crate::plugin::Action;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;

/// How to ask a phone.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotifyQuery {
    /// Say only to whom the NOTIFY would go.
    dry_run: bool,
}

/// Asks the phone of a device to fetch its configuration again
#[utoipa::path(
    post,
    path = "/api/v1/devices/{device}/resync",
    tag = "devices",
    params(("device" = String, Path, description = "Its uuid or address."), NotifyQuery),
    responses(
        (status = 200, body = Notified),
        ApiProblem
    ),
    security(("token" = ["resync"]))
)]
pub async fn resync(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(device): Word,
    Parameters(query): Parameters<NotifyQuery>,
) -> Result<Answer<Notified>, ApiProblem> {
    notify(&operations, caller, &device, Action::Resync, query.dry_run).await
}

/// Asks the phone of a device to restart
#[utoipa::path(
    post,
    path = "/api/v1/devices/{device}/reboot",
    tag = "devices",
    params(("device" = String, Path, description = "Its uuid or address."), NotifyQuery),
    responses(
        (status = 200, body = Notified),
        ApiProblem
    ),
    security(("token" = ["resync"]))
)]
pub async fn reboot(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(device): Word,
    Parameters(query): Parameters<NotifyQuery>,
) -> Result<Answer<Notified>, ApiProblem> {
    notify(&operations, caller, &device, Action::Reboot, query.dry_run).await
}

async fn notify(
    operations: &Operations,
    caller: Caller,
    device: &str,
    action: Action,
    is_dry: bool,
) -> Result<Answer<Notified>, ApiProblem> {
    Ok(Answer(operations.notify(&caller.principal, device, action, is_dry, caller.client).await?))
}
