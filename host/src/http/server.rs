//! Accepts connections up to a limit, and shuts them down gracefully.

use super::client::{Client, Config};
use super::pace::{Pace, Paced};
use super::proxy;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tower_service::Service;

/// More than ten times the connections of 300 phones that restart at once. Further connections wait in the backlog.
pub const CONNECTIONS_MAX: usize = 4096;
/// The minimum interval between two log lines about failed accepts, which are retried ten times a second.
const WARNING_INTERVAL: Duration = Duration::from_secs(60);
/// The size of the read buffer for a request's head. It is larger than the limits on targets and headers, so that an
/// oversized request gets the status for the limit that it exceeds.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Phones send about a dozen headers, browsers and proxies a few more.
const HEADERS_MAX: usize = 100;
/// How long answers in progress may take after SIGTERM. A file takes milliseconds; systemd waits 90 s.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(20);

/// How a request arrived. Handlers find it in the request's extensions.
#[derive(Clone)]
pub struct Arrived {
    /// The other end of the connection, or the address from the PROXY protocol header.
    pub peer: IpAddr,
    pub client: Client,
    /// The arrival time of its first byte.
    pub at: Instant,
}

/// Serves until `stop` resolves, then waits for the answers in progress. `request_timeout` covers the time from the
/// first byte of a request to the last byte of its answer.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    config: Config,
    connections_max: usize,
    request_timeout: Duration,
    stop: impl Future<Output = ()>,
) {
    let (slots, config) = (Arc::new(Semaphore::new(connections_max)), Arc::new(config));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    let mut warned: Option<Instant> = None;
    loop {
        let next = async { (slots.clone().acquire_owned().await.ok().map(Arc::new), listener.accept().await) };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Most likely the process is out of file descriptors; retry when some are closed.
                if warned.is_none_or(|at| at.elapsed() >= WARNING_INTERVAL) {
                    tracing::warn!(%error, "cannot accept a connection");
                    warned = Some(Instant::now());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (router, config, watcher) = (router.clone(), config.clone(), graceful.watcher());
        tokio::spawn(async move {
            let mut stream = stream;
            match other_end(&mut stream, peer, &config).await {
                Ok(client) => {
                    let connection = connection(stream, client, router, config, Pace::new(request_timeout), slot);
                    if let Err(error) = watcher.watch(connection).await {
                        log_end(peer, client, &error);
                    }
                }
                Err(error) => tracing::debug!(client.address = %peer.ip(), %error, "connection ended"),
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("answers in progress were aborted after {} s", SHUTDOWN_TIMEOUT.as_secs());
    }
}

/// Logs why a connection ended. hyper answers a request that it cannot parse, so no handler logs it. Phones often
/// disconnect early, which is not worth a line.
fn log_end(peer: SocketAddr, client: IpAddr, error: &hyper::Error) {
    if error.is_parse() {
        let status = if error.is_parse_too_large() { 431 } else { 400 };
        tracing::info!(client.address = %client, peer.address = %peer.ip(), status, %error, "refused");
    } else {
        tracing::debug!(client.address = %client, %error, "connection ended");
    }
}

/// The client's address: the peer's, or the address that a trusted proxy sends in a PROXY protocol header.
async fn other_end(stream: &mut TcpStream, peer: SocketAddr, config: &Config) -> std::io::Result<IpAddr> {
    let named = config.proxy_protocol && config.trusts(peer.ip());
    Ok(if named { proxy::read(stream).await? } else { None }.unwrap_or(peer.ip()))
}

/// Answers a request that came without a connection.
pub async fn respond(router: &Router, config: &Config, peer: IpAddr, mut request: Request<Body>) -> Response {
    let client = Client::of(peer, request.headers(), config);
    request.extensions_mut().insert(Arrived { at: Instant::now(), peer, client });
    let Ok(response) = router.clone().call(request).await;
    response
}

fn connection(
    stream: TcpStream,
    peer: IpAddr,
    router: Router,
    config: Arc<Config>,
    pace: Pace,
    slot: Option<Arc<OwnedSemaphorePermit>>,
) -> http1::Connection<
    TokioIo<Paced<TcpStream>>,
    impl hyper::service::Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>,
> {
    // An answer is one write, so Nagle's algorithm would only add the peer's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let stream = Paced::new(stream, pace.clone());
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let pace = pace.clone();
        let arrived = Arrived { at: pace.begin(), peer, client: Client::of(peer, request.headers(), &config) };
        request.extensions_mut().insert(arrived);
        // A request that is still processed after its phone disconnected keeps its slot.
        request.extensions_mut().insert(slot.clone());
        let answer = router.clone().call(request.map(Body::new));
        async move {
            let answer = answer.await;
            pace.answered();
            answer
        }
    });
    http1::Builder::new()
        // `Paced` enforces this timeout.
        .header_read_timeout(None)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        // Drops lines that are no headers, as nginx does. `HeaderBytes` sees to it that no other line is dropped.
        .ignore_invalid_headers(true)
        .serve_connection(TokioIo::new(stream), service)
}
