//! Which path leads to which page.

use super::desk::{Desk, LOGIN, LOGOUT};
use super::{answer, assets, form, login, overview};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;

/// The pages, for the admin endpoint.
///
/// A page of another site that resolves its own name to this machine (DNS rebinding) reaches them like everybody else, and
/// has no session's cookie. So any `Host` is served, and a proxy may pass the browser's on.
pub fn router(desk: Arc<Desk>) -> Router {
    let path = |rest: &str| desk.path(rest);
    Router::new()
        .route(&desk.base, get(to_overview))
        .route(&path("/"), get(overview::get))
        .route(&path(LOGIN), get(login::get).post(login::post))
        .route(&path(LOGOUT), post(login::log_out))
        .route(&path(assets::STYLE.name), get(async || assets::answer(&assets::STYLE)))
        .route(&path(assets::SCRIPT.name), get(async || assets::answer(&assets::SCRIPT)))
        .route(&path(assets::ICON.name), get(async || assets::answer(&assets::ICON)))
        .layer(DefaultBodyLimit::max(form::BYTES_MAX))
        .layer(middleware::from_fn(guarded))
        .with_state(desk)
}

async fn to_overview(State(desk): State<Arc<Desk>>) -> Response {
    answer::redirect(&desk.path("/"))
}

async fn guarded(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    answer::guard(answer.headers_mut());
    answer
}
