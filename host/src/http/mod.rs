//! What phones talk to: connections, the walk of one request, statuses, answers.

mod access_log;
mod admin;
mod answer;
mod client;
mod descriptors;
mod evenly;
mod job;
mod listing;
mod pace;
mod provision;
mod proxy;
mod range;
mod server;
mod status;

pub use admin::{CALLER, Overseer, REQUEST_TIMEOUT as ADMIN_TIMEOUT};
pub use client::Config;
pub use listing::{Listing, Reloaded};

use crate::app::App;
use axum::Router;
use axum::routing::any;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves phones until `stop` resolves.
pub async fn serve(listener: TcpListener, app: Arc<App>, config: Config, stop: impl Future<Output = ()>) {
    let connections_max = descriptors::connections(server::CONNECTIONS_MAX);
    server::serve(listener, router(app), config, connections_max, pace::REQUEST_TIMEOUT, stop).await;
}

/// Serves operators on this machine for as long as it is let.
pub async fn serve_admin(listener: TcpListener, overseer: Arc<Overseer>) {
    let (router, config) = (admin::router(overseer), Config::default());
    let forever = std::future::pending();
    server::serve(listener, router, config, admin::CONNECTIONS_MAX, admin::REQUEST_TIMEOUT, forever).await;
}

/// Every path goes the same way: which of them are provisioning URLs is decided by `request`.
pub fn router(app: Arc<App>) -> Router {
    Router::new().fallback(any(provision::handle)).with_state(app)
}

/// The system's clock. What ages (a nonce) goes by it, whatever clock the files are rendered by.
pub fn unix_seconds() -> u64 {
    u64::try_from(jiff::Timestamp::now().as_second()).unwrap_or_default()
}
