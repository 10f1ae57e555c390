//! HTTP: connections, the steps of one request, statuses, answers; and the admin endpoint.

mod access_log;
mod admin;
mod admin_explain;
mod answer;
mod caller;
pub mod client;
mod connections;
mod descriptors;
mod error_document;
mod evenly;
mod header_bytes;
pub mod job;
mod listing;
mod login_turns;
mod pace;
mod provision;
pub mod proxy;
pub mod range;
mod reason;
mod server;
mod state;
mod status;
mod unread;

pub use admin::REQUEST_TIMEOUT as ADMIN_TIMEOUT;
pub use caller::CALLER;
pub use client::Config;
pub use listing::{Cleared, Listing, Reloaded};
pub use login_turns::LoginTurns;
pub use provision::explain::{Context as ExplainContext, ExplainError, explain};
pub use provision::preview::{NoDocument, preview};
pub use state::{AdminState, AppState, EXPLAINING_MAX};

use self::connections::Limits;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::any;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves phones until `stop` resolves.
pub async fn serve(listener: TcpListener, state: Arc<AppState>, config: Config, stop: impl Future<Output = ()>) {
    let connections_max = descriptors::connections(server::CONNECTIONS_MAX);
    let of_network_max = (connections_max / server::NETWORKS_MIN).max(1);
    let limits = Limits { connections_max, of_network_max };
    let app = Arc::clone(&state);
    let unread: unread::OnUnread = Arc::new(move |head| unread::record(&app, head));
    server::serve(listener, router(state), config, limits, pace::REQUEST_TIMEOUT, unread, stop).await;
}

/// Serves operators on this machine until the process ends.
pub async fn serve_admin(listener: TcpListener, state: Arc<AdminState>) {
    let (router, config) = (admin::router(state), Config::default());
    let limits = Limits { connections_max: admin::CONNECTIONS_MAX, of_network_max: usize::MAX };
    let forever = std::future::pending();
    let unread: unread::OnUnread = Arc::new(|head| head.log());
    server::serve(listener, router, config, limits, admin::REQUEST_TIMEOUT, unread, forever).await;
}

/// Answers one request without a connection, as if `peer` had sent it.
pub async fn respond(state: Arc<AppState>, config: &Config, peer: IpAddr, request: Request<Body>) -> Response<Body> {
    server::respond(&router(state), config, peer, request).await
}

/// One handler for all paths: `request` decides which of them are provisioning URLs.
fn router(state: Arc<AppState>) -> Router {
    Router::new().fallback(any(provision::handle)).with_state(state)
}
