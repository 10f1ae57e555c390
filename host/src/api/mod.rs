//! The HTTP API under `/api/v1`: handlers that turn requests into calls of `operator/`, and its types into JSON.

mod answer;
mod device;
mod device_edit;
mod devices;
mod document;
mod import;
mod journal;
mod plugins;
mod problem;
mod request;
mod resync;
mod rows;
mod templates;
mod upload;

pub use upload::{COMPONENT, SIGNATURE, read_upload};

use self::problem::ApiProblem;
use crate::operator::Operations;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get};
use std::sync::Arc;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of the API, for the admin listener.
pub fn router(operations: Arc<Operations>) -> Router {
    let (router, document) = routes().split_for_parts();
    let text: Arc<str> = document.to_json().unwrap_or_default().into();
    let mut router = router
        .route("/api/v1/openapi.json", get(move || async move { document::answer(&text) }))
        .method_not_allowed_fallback(async || ApiProblem::method());
    for elsewhere in ["/api", "/api/", "/api/{*path}"] {
        router = router.route(elsewhere, any(async || ApiProblem::not_found()));
    }
    router.layer(DefaultBodyLimit::max(request::BODY_BYTES_MAX)).with_state(operations)
}

/// The OpenAPI document of all routes.
pub fn document() -> Document {
    routes().split_for_parts().1
}

fn routes() -> OpenApiRouter<Arc<Operations>> {
    OpenApiRouter::with_openapi(document::Start::openapi())
        .routes(routes!(devices::list, device_edit::add))
        .routes(routes!(device::show, device_edit::set))
        .routes(routes!(device::file))
        .routes(routes!(device::difference))
        .routes(routes!(device::explanation))
        .routes(routes!(device::fusionpbx))
        .routes(routes!(journal::list))
        .routes(routes!(journal::show))
        .routes(routes!(journal::explanation))
        .routes(routes!(journal::actions))
        .routes(routes!(templates::tree))
        .routes(routes!(templates::folder))
        .routes(routes!(templates::text))
        .routes(routes!(templates::versions))
        .routes(routes!(templates::difference))
        .routes(routes!(templates::try_text))
        .routes(routes!(plugins::list, plugins::install))
        .routes(routes!(plugins::upload))
        .routes(routes!(plugins::roll_back))
        .routes(routes!(plugins::remove))
        .routes(routes!(plugins::reload))
        .routes(routes!(resync::resync))
        .routes(routes!(resync::reboot))
        .routes(routes!(rows::list, rows::add))
        .routes(routes!(import::import))
        .routes(routes!(rows::show, rows::set, rows::remove))
}
