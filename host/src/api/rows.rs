//! `/api/v1/rows/{kind}`: edits of rows. An edit names the version on which it builds in the header `If-Match`.

use super::answer::Answer;
use super::problem::ApiProblem;
use super::request::{Caller, JsonBody, Parameters, Word};
use crate::directory::Window;
use crate::operator::{EditedRow, Operations, PAGE_DEFAULT, RowPage, RowPlace, RowValues};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Which rows are meant.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlaceQuery {
    /// The domain. A token of some domains has to name one of them.
    domain: Option<String>,
    /// The address of a device, for its lines, keys and settings.
    device: Option<String>,
    /// The name of a profile, for its keys and settings.
    profile: Option<String>,
    /// The name of the row; for settings category and name, for keys category and number, with a blank between them.
    name: Option<String>,
    /// The uuid of the row in place of its name: of rows with the same name, such as the values of a list, it means one.
    uuid: Option<String>,
}

/// Which rows to list, and which page of them.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// The domain. A token of some domains has to name one of them.
    domain: Option<String>,
    /// The address of a device, for its lines, keys and settings.
    device: Option<String>,
    /// The name of a profile, for its keys and settings.
    profile: Option<String>,
    /// How many rows to pass over.
    offset: u32,
    /// The most rows of the page, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
}

/// What to write.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// By the names of the commands' flags, such as `label`. Null removes a value.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: BTreeMap<String, Json>,
    /// The password of a line or an extension.
    password: Option<String>,
}

impl PlaceQuery {
    /// What a refused edit was about.
    fn named(&self, kind: &str) -> String {
        let parts = [self.device.as_deref(), self.profile.as_deref(), self.name.as_deref(), self.uuid.as_deref()];
        parts.into_iter().flatten().fold(kind.to_owned(), |named, part| format!("{named} {part}"))
    }

    fn place(self, kind: String) -> RowPlace {
        let Self { domain, device, profile, name, uuid } = self;
        let parts: usize = if matches!(kind.as_str(), "setting" | "key" | "profile-key") { 2 } else { 1 };
        let names = name.iter().flat_map(|name| name.splitn(parts, ' ')).map(str::to_owned).collect();
        RowPlace { kind, domain, device, profile, names, uuid }
    }
}

impl From<Values> for RowValues {
    fn from(Values { values, password }: Values) -> Self {
        Self { values, password }
    }
}

/// A row with its version.
pub(super) struct Versioned(pub StatusCode, pub EditedRow);

impl IntoResponse for Versioned {
    fn into_response(self) -> Response {
        let tag = self.1.tag.clone();
        (self.0, [(header::ETAG, tag)], Answer(self.1)).into_response()
    }
}

/// A page of the rows of a kind in a place
#[utoipa::path(
    get,
    path = "/api/v1/rows/{kind}",
    tag = "rows",
    params(("kind" = String, Path, description = "`domain`, `device`, `line`, `key`, `profile`, `profile-key`, `setting` or `extension`."), ListQuery),
    responses(
        (status = 200, body = RowPage),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn list(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(kind): Word,
    Parameters(query): Parameters<ListQuery>,
) -> Result<Answer<RowPage>, ApiProblem> {
    let ListQuery { domain, device, profile, offset, limit } = query;
    let window = Window { offset, limit: limit.unwrap_or(PAGE_DEFAULT) };
    let place = RowPlace { kind, domain, device, profile, ..RowPlace::default() };
    Ok(Answer(operations.rows(&caller.principal, place, Some(window)).await?))
}

/// Adds a row
#[utoipa::path(
    post,
    path = "/api/v1/rows/{kind}",
    tag = "rows",
    params(("kind" = String, Path, description = "The kind of row."), PlaceQuery),
    request_body = Values,
    responses(
        (status = 201, body = EditedRow, headers(("ETag" = String))),
        ApiProblem
    ),
    security(("token" = ["edit"]))
)]
pub async fn add(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(kind): Word,
    Parameters(query): Parameters<PlaceQuery>,
    JsonBody(values): JsonBody<Values>,
) -> Result<Response, ApiProblem> {
    let named = query.named(&kind);
    let added = operations.add_row(&caller.principal, query.place(kind), values.into(), caller.client).await;
    let added = added.map_err(|problem| ApiProblem::from(problem).about(&named))?;
    Ok(Versioned(StatusCode::CREATED, added).into_response())
}

/// One row with what belongs to it, and its version
#[utoipa::path(
    get,
    path = "/api/v1/rows/{kind}/row",
    tag = "rows",
    params(("kind" = String, Path, description = "The kind of row."), PlaceQuery),
    responses(
        (status = 200, body = EditedRow, headers(("ETag" = String))),
        ApiProblem
    ),
    security(("token" = ["read"]))
)]
pub async fn show(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    Word(kind): Word,
    Parameters(query): Parameters<PlaceQuery>,
) -> Result<Response, ApiProblem> {
    let row = operations.row(&caller.principal, query.place(kind)).await?;
    Ok(Versioned(StatusCode::OK, row).into_response())
}

/// Changes a row, unless it has changed since it was read
#[utoipa::path(
    patch,
    path = "/api/v1/rows/{kind}/row",
    tag = "rows",
    params(
        ("kind" = String, Path, description = "The kind of row."),
        PlaceQuery,
        ("If-Match" = String, Header, description = "The version that was read.")
    ),
    request_body = Values,
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
    Word(kind): Word,
    Parameters(query): Parameters<PlaceQuery>,
    JsonBody(values): JsonBody<Values>,
) -> Result<Response, ApiProblem> {
    let (named, tag) = (query.named(&kind), version(&headers)?);
    let row = operations.set_row(&caller.principal, query.place(kind), values.into(), tag, caller.client).await;
    let row = row.map_err(|problem| ApiProblem::from(problem).about(&named))?;
    Ok(Versioned(StatusCode::OK, row).into_response())
}

/// Removes a row with what belongs to it, unless it has changed since it was read
#[utoipa::path(
    delete,
    path = "/api/v1/rows/{kind}/row",
    tag = "rows",
    params(
        ("kind" = String, Path, description = "The kind of row."),
        PlaceQuery,
        ("If-Match" = String, Header, description = "The version that was read.")
    ),
    responses(
        (status = 200, body = EditedRow),
        ApiProblem
    ),
    security(("token" = ["edit"]))
)]
pub async fn remove(
    State(operations): State<Arc<Operations>>,
    caller: Caller,
    headers: HeaderMap,
    Word(kind): Word,
    Parameters(query): Parameters<PlaceQuery>,
) -> Result<Answer<EditedRow>, ApiProblem> {
    let (named, tag) = (query.named(&kind), version(&headers)?);
    let removed = operations.remove_row(&caller.principal, query.place(kind), tag, caller.client).await;
    removed.map(Answer).map_err(|problem| ApiProblem::from(problem).about(&named))
}

/// The version on which an edit builds. Without one, an edit could overwrite another one unseen.
pub(super) fn version(headers: &HeaderMap) -> Result<String, ApiProblem> {
    let mut values = headers.get_all(header::IF_MATCH).iter();
    let (value, rest) = (values.next().and_then(|value| value.to_str().ok()), values.next());
    let value = value.filter(|value| rest.is_none() && *value != "*").map(str::trim);
    value.map(str::to_owned).ok_or_else(|| {
        ApiProblem::new(
            StatusCode::PRECONDITION_REQUIRED,
            "no-version",
            "name the version that you have read in the header If-Match: the ETag of its answer",
        )
    })
}
