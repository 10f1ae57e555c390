//! The connections: accepted, bounded, and let go on SIGTERM.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower_service::Service;

/// Three hundred phones that all restart at once, many times over; beyond that, connections wait in the backlog.
const CONNECTIONS_MAX: usize = 4096;
/// A request's line and headers. FusionPBX's nginx allows 32 KiB too (four buffers of 8).
const HEADER_BYTES_MAX: usize = 32 * 1024;
/// A phone on a bad line sends its headers within this; what takes longer is no phone.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long answers under way may take after SIGTERM. A file takes milliseconds; systemd waits 90 s.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(20);

/// The peer of a connection, for the handlers.
#[derive(Clone, Copy)]
pub struct Peer(pub SocketAddr);

/// Serves until `stop` resolves, then lets the answers under way finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: others are about to be closed.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let connection = connection(stream, peer, router.clone());
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A phone that hangs up in the middle is no news.
            if let Err(error) = connection.await {
                tracing::debug!(client.address = %peer.ip(), %error, "connection ended");
            }
            drop(slot);
        });
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("answers under way were cut off after {} s", SHUTDOWN_TIMEOUT.as_secs());
    }
}

fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::Service<
        Request<hyper::body::Incoming>,
        Response = axum::response::Response,
        Error = std::convert::Infallible,
        Future: Send,
    >,
> {
    // An answer is one write; waiting to fill a packet would only add the peer's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.clone().call(request.map(Body::new))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service)
}
