//! What phones talk to: connections, the walk of one request, statuses, answers.

mod access_log;
mod answer;
mod job;
mod provision;
mod server;
mod status;

use crate::app::App;
use axum::Router;
use axum::routing::any;
use std::sync::Arc;
use tokio::net::TcpListener;

/// Serves phones until `stop` resolves.
pub async fn serve(listener: TcpListener, app: Arc<App>, stop: impl Future<Output = ()>) {
    server::serve(listener, router(app), stop).await;
}

/// Every path goes the same way: which of them are provisioning URLs is decided by `request`.
pub fn router(app: Arc<App>) -> Router {
    Router::new().fallback(any(provision::handle)).with_state(app)
}
