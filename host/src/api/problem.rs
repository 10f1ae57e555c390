//! Problem details (RFC 9457): the only file that chooses the statuses of the API.

use crate::editing;
use crate::operator::{InvalidToken, Problem, TokenError};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::openapi::{self, RefOr};
use utoipa::{IntoResponses, ToSchema};

const CONTENT_TYPE: &str = "application/problem+json";

/// What a client gets in place of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDetails {
    /// A word that stays the same from release to release, as a relative URL.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: String,
    status: u16,
    /// What is wrong, where, and what to do.
    detail: String,
}

/// A problem as an answer.
pub struct ApiProblem {
    status: StatusCode,
    word: &'static str,
    detail: String,
}

impl ApiProblem {
    pub fn new(status: StatusCode, word: &'static str, detail: impl Into<String>) -> Self {
        Self { status, word, detail: detail.into() }
    }

    /// Names the row of a refused edit, unless the problem says what is missing.
    pub fn about(mut self, row: &str) -> Self {
        let is_of_row =
            matches!(self.status, StatusCode::BAD_REQUEST | StatusCode::CONFLICT | StatusCode::PRECONDITION_FAILED);
        if is_of_row {
            self.detail = format!("{row}: {}", self.detail);
        }
        self
    }

    /// The request proves no identity.
    pub fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
    }

    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no-route", "the API has no such path; /api/v1/openapi.json lists all")
    }

    pub fn method() -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method",
            "this path does not take this method; /api/v1/openapi.json lists those that it takes",
        )
    }

    /// The body is no JSON of the form that is expected. `place` does not repeat it, because it may hold a secret.
    pub fn body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-body", detail)
    }

    pub fn parameters(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-parameter", detail)
    }
}

/// In the OpenAPI document, every status that is not named is a problem.
impl IntoResponses for ApiProblem {
    fn responses() -> BTreeMap<String, RefOr<openapi::Response>> {
        let content =
            openapi::ContentBuilder::new().schema(Some(openapi::Ref::from_schema_name("ProblemDetails"))).build();
        let response = openapi::ResponseBuilder::new().content(CONTENT_TYPE, content).build();
        BTreeMap::from([("default".to_owned(), response.into())])
    }
}

impl From<Problem> for ApiProblem {
    fn from(problem: Problem) -> Self {
        let (status, word) = match &problem {
            Problem::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
            Problem::Missing { .. } => (StatusCode::NOT_FOUND, "missing"),
            Problem::Invalid { .. } => (StatusCode::BAD_REQUEST, "invalid-parameter"),
            Problem::Refused(_) => (StatusCode::UNPROCESSABLE_ENTITY, "no-document"),
            Problem::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Problem::Plugin { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "plugin-refused"),
            Problem::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Problem::EditsOff => (StatusCode::FORBIDDEN, "edits-off"),
            Problem::Edit(error) => of_edit(error),
            Problem::Directory(_) => (StatusCode::SERVICE_UNAVAILABLE, "database"),
            Problem::Journal(_) => (StatusCode::SERVICE_UNAVAILABLE, "journal"),
            Problem::Access(_) | Problem::Token(TokenError::Store(_)) => {
                (StatusCode::SERVICE_UNAVAILABLE, "access-file")
            }
            Problem::Token(_) => (StatusCode::BAD_REQUEST, "token"),
        };
        if status.is_server_error() {
            tracing::error!(error = %problem, "request to the API failed");
        }
        Self::new(status, word, problem.to_string())
    }
}

fn of_edit(error: &editing::Error) -> (StatusCode, &'static str) {
    match error {
        editing::Error::Unknown { .. } => (StatusCode::NOT_FOUND, "missing"),
        editing::Error::Taken { .. } => (StatusCode::CONFLICT, "conflict"),
        editing::Error::Changed => (StatusCode::PRECONDITION_FAILED, "changed"),
        editing::Error::Value { .. }
        | editing::Error::Usage(_)
        | editing::Error::Fields(_)
        | editing::Error::Password(_) => (StatusCode::BAD_REQUEST, "invalid-parameter"),
        editing::Error::Directory(_) => (StatusCode::SERVICE_UNAVAILABLE, "database"),
        editing::Error::Templates(_) | editing::Error::Random(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    }
}

impl From<InvalidToken> for ApiProblem {
    fn from(invalid: InvalidToken) -> Self {
        match invalid {
            InvalidToken::Store(error) => Problem::Access(error).into(),
            invalid => Self::unauthorized(invalid.to_string()),
        }
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        let details = ProblemDetails {
            kind: format!("/api/v1/problems#{}", self.word),
            title: self.status.canonical_reason().unwrap_or_default().to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
        };
        // Serialization of these plain types cannot fail.
        let text = serde_json::to_string(&details).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response();
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer realm=\"dialplate\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
        }
        response
    }
}
