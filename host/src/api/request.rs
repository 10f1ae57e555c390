//! What handlers take from a request: the caller, parameters of the query, and a JSON body. What is wrong with them becomes
//! problem details.

use super::problem::ApiProblem;
use crate::http;
use crate::operator::{Operations, Principal};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Bytes of a request's body: a template text with room.
pub const BODY_BYTES_MAX: usize = 1 << 20;

/// The operator who sends a request, and his address.
pub struct Caller {
    pub principal: Principal,
    pub client: String,
}

impl FromRequestParts<Arc<Operations>> for Caller {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, operations: &Arc<Operations>) -> Result<Self, ApiProblem> {
        let client = http::client_address(parts);
        let text = bearer(parts)?;
        match operations.access.principal_of_token(text, Timestamp::now()).await {
            Ok(principal) => Ok(Self { principal, client }),
            Err(invalid) => {
                tracing::info!(client.address = client, error = %invalid, "request to the API refused");
                Err(invalid.into())
            }
        }
    }
}

/// The token in the header `Authorization`. A token in a query would end up in logs, so it is not looked for there.
fn bearer(parts: &Parts) -> Result<&str, ApiProblem> {
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return Err(ApiProblem::unauthorized(
            "the request has no token; send the header `Authorization: Bearer TOKEN` with one of `dialplate token add`",
        ));
    };
    let text = value.to_str().ok().and_then(|text| text.split_once(' '));
    let token = text.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    token.ok_or_else(|| ApiProblem::unauthorized("write `Authorization: Bearer TOKEN`; the API knows no other scheme"))
}

/// The parameters of the query.
pub struct Parameters<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiProblem> {
        let read = Query::try_from_uri(&parts.uri);
        let read = read.map_err(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            ApiProblem::parameters(source.unwrap_or_else(|| error.to_string()))
        });
        read.map(|Query(value)| Self(value))
    }
}

/// A body of JSON.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiProblem> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let kind = content_type.and_then(|text| text.split(';').next()).map(str::trim);
        // No page of another origin can send this type without a CORS preflight, to which the API does not agree.
        if kind != Some("application/json") {
            return Err(ApiProblem::body("send a body with the header `Content-Type: application/json`"));
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes
            .map_err(|_| ApiProblem::body(format!("the body is incomplete, or longer than {BODY_BYTES_MAX} bytes")))?;
        let read = serde_json::from_slice(&bytes);
        read.map(Self).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            // The message of a wrong type may repeat a value, which may be a secret; that of a field names the field.
            let what = error.to_string();
            let field = what.split(" at line").next().filter(|text| text.contains("field"));
            let field = field.map(|text| format!(": {text}")).unwrap_or_default();
            ApiProblem::body(format!("the body is not the JSON that is expected ({place}){field}"))
        })
    }
}

/// The variable part of the path.
pub struct Word(pub String);

impl<S: Send + Sync> FromRequestParts<S> for Word {
    type Rejection = ApiProblem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiProblem> {
        let read = Path::<String>::from_request_parts(parts, state).await;
        read.map(|Path(word)| Self(word)).map_err(|error| ApiProblem::parameters(error.to_string()))
    }
}
