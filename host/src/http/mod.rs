//! HTTP: connections, the steps of one request, statuses, answers; and the admin endpoint.

mod access_log;
mod admin;
mod admin_capture;
mod admin_explain;
mod answer;
mod arrived;
mod caller;
mod certificate_headers;
pub mod client;
mod connections;
mod descriptors;
mod error_document;
pub mod evenly;
mod firmware_answer;
mod header_bytes;
pub mod job;
mod listing;
mod login_turns;
mod multipart;
mod pace;
mod probe;
mod provision;
pub mod proxy;
pub mod range;
mod reason;
mod server;
mod state;
mod status;
mod streamed;
mod subject;
mod tftp_door;
mod tls;
mod unread;

pub use admin::REQUEST_TIMEOUT as ADMIN_TIMEOUT;
pub use arrived::{Arrived, client_address};
pub use caller::CALLER;
pub use certificate_headers::CertificateHeaders;
pub use client::Config;
pub use listing::{Cleared, ListedPlugin, ListedSignature, Listing, PluginStatus, RefusedFile, Reloaded};
pub use login_turns::LoginTurns;
pub use multipart::{Part, PartsError, read_parts};
pub use probe::{ArrivedProbe, IssuedProbe, PROBE, Probes};
pub use provision::capture::capture;
pub use provision::explain::{Context as ExplainContext, ExplainError, explain};
pub use provision::preview::{NoDocument, Preview, preview, preview_at};
pub use provision::view::{DeviceView, FileView, FolderView, render_text, view};
pub use state::{AdminState, AppState, EXPLAINING_MAX};
pub use tftp_door::TftpDoor;
pub use tls::{Tls, TlsConfig, TlsError};

use self::connections::{Connections, Limits};
use self::server::Door;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use axum::routing::any;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A listener for phones.
pub struct PhoneListener {
    pub listener: TcpListener,
    /// `None` for plain http.
    pub tls: Option<Arc<Tls>>,
}

/// Serves phones until `stop` resolves. The listeners share the limits of connections.
pub async fn serve(
    listeners: Vec<PhoneListener>,
    state: Arc<AppState>,
    config: Config,
    stop: impl Future<Output = ()>,
) {
    let connections_max = descriptors::connections(server::CONNECTIONS_MAX);
    let of_network_max = (connections_max / server::NETWORKS_MIN).max(1);
    let connections = Connections::new(Limits { connections_max, of_network_max });
    let (stopping, stopped) = watch::channel(false);
    let mut serving = JoinSet::new();
    for PhoneListener { listener, tls } in listeners {
        let (router, config, connections) = (router(Arc::clone(&state)), config.clone(), Arc::clone(&connections));
        let app = Arc::clone(&state);
        let unread: unread::OnUnread = Arc::new(move |head| unread::record(&app, head));
        let door = Door { router, config, tls, request_timeout: pace::REQUEST_TIMEOUT, connections, unread };
        let mut stopped = stopped.clone();
        serving.spawn(server::serve(listener, door, async move {
            let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
        }));
    }
    // No task may hold the state when this returns.
    drop(state);
    stop.await;
    stopping.send_replace(true);
    serving.join_all().await;
}

/// Serves operators until the process ends: this machine's without a password, and others by `pages`, which decide who
/// they are.
pub async fn serve_admin(listener: TcpListener, state: Arc<AdminState>, pages: Router) {
    // A proxy in front of the pages is one of those in front of the phones' listener, without the PROXY protocol.
    let config = Config { proxy_protocol: false, certificates: None, ..state.http.clone() };
    let router = admin::router(state).merge(pages);
    let limits = Limits { connections_max: admin::CONNECTIONS_MAX, of_network_max: usize::MAX };
    let (connections, request_timeout) = (Connections::new(limits), admin::REQUEST_TIMEOUT);
    let unread: unread::OnUnread = Arc::new(|head| head.log());
    let door = Door { router, config, tls: None, request_timeout, connections, unread };
    server::serve(listener, door, std::future::pending()).await;
}

/// Answers one request without a connection, as if `peer` had sent it.
pub async fn respond(state: Arc<AppState>, config: &Config, peer: IpAddr, request: Request<Body>) -> Response<Body> {
    server::respond(&router(state), config, peer, request).await
}

/// One handler for all paths: `request` decides which of them are provisioning URLs.
fn router(state: Arc<AppState>) -> Router {
    Router::new().fallback(any(provision::handle)).with_state(state)
}
