//! What handlers take from the address of a request. What is wrong with it becomes a page with the navigation.

use super::desk::Desk;
use super::layout;
use super::visit::Visit;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The parameters of the query.
pub struct Asked<T>(pub T);

/// The variable part of the path.
pub struct Named<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Desk>> for Asked<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        let read = Query::try_from_uri(&parts.uri).map(|Query(value)| value).map_err(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            source.unwrap_or_else(|| error.to_string())
        });
        let reason = match read {
            Ok(value) => return Ok(Self(value)),
            Err(reason) => reason,
        };
        let visit = Visit::from_request_parts(parts, desk).await?;
        let text = format!("The address has a wrong parameter. {reason}");
        Err(layout::refusal(&visit, StatusCode::BAD_REQUEST, "Invalid request", &text))
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<Desk>> for Named<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        match Path::from_request_parts(parts, desk).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(no_page(Visit::from_request_parts(parts, desk).await?).await),
        }
    }
}

/// The answer to a path that no page has.
pub async fn no_page(visit: Visit) -> Response {
    let text = "The console has no page at this address. The navigation leads to all pages.";
    layout::refusal(&visit, StatusCode::NOT_FOUND, "Not found", text)
}

/// The answer to a method that a page does not take.
pub async fn no_method(visit: Visit) -> Response {
    let text = "This address is that of a form or of a page, and was asked for in another way. Open the page again.";
    layout::refusal(&visit, StatusCode::METHOD_NOT_ALLOWED, "Not possible this way", text)
}
