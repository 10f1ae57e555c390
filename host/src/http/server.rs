//! The connections: accepted, bounded, and let go on SIGTERM.

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

/// Three hundred phones that all restart at once, many times over; beyond that, connections wait in the backlog.
pub const CONNECTIONS_MAX: usize = 4096;
/// How often it is said that none can be accepted, which is tried again ten times a second.
const COMPLAINT_INTERVAL: Duration = Duration::from_secs(60);
/// What is read of a request before it must make sense. More than a request may have: one that is too long is then
/// refused by what of it is too long, and a target of any length that fits gets its own status.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Phones send a dozen headers, browsers and proxies a few more.
const HEADERS_MAX: usize = 100;
/// How long answers under way may take after SIGTERM. A file takes milliseconds; systemd waits 90 s.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(20);

/// How a request came, for what answers it.
#[derive(Clone)]
pub struct Arrived {
    /// The other end of the connection, or what the PROXY protocol says in its place.
    pub peer: IpAddr,
    pub client: Client,
    /// When its first byte came.
    pub at: Instant,
}

/// Serves until `stop` resolves, then lets the answers under way finish. `request_timeout` is from the first byte of a
/// request to the last of its answer.
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
    let mut complained: Option<Instant> = None;
    loop {
        let next = async { (slots.clone().acquire_owned().await.ok().map(Arc::new), listener.accept().await) };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: others are about to be closed.
                if complained.is_none_or(|at| at.elapsed() >= COMPLAINT_INTERVAL) {
                    tracing::warn!(%error, "cannot accept a connection");
                    complained = Some(Instant::now());
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (router, config, watcher) = (router.clone(), config.clone(), graceful.watcher());
        tokio::spawn(async move {
            let mut stream = stream;
            let ended = match other_end(&mut stream, peer, &config).await {
                Ok(peer) => {
                    let connection = connection(stream, peer, router, config, Pace::new(request_timeout), slot);
                    watcher.watch(connection).await.map_err(anyhow::Error::from)
                }
                Err(error) => Err(error.into()),
            };
            // A phone that hangs up in the middle is no news.
            if let Err(error) = ended {
                tracing::debug!(client.address = %peer.ip(), %error, "connection ended");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!("answers under way were cut off after {} s", SHUTDOWN_TIMEOUT.as_secs());
    }
}

/// Whose connection it is: the peer's, or the one's that a proxy names.
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
    // An answer is one write; waiting to fill a packet would only add the peer's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let stream = Paced::new(stream, pace.clone());
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let pace = pace.clone();
        let arrived = Arrived { at: pace.begin(), peer, client: Client::of(peer, request.headers(), &config) };
        request.extensions_mut().insert(arrived);
        // A walk that goes on though its phone has hung up keeps the connection's place.
        request.extensions_mut().insert(slot.clone());
        let answer = router.clone().call(request.map(Body::new));
        async move {
            let answer = answer.await;
            pace.answered();
            answer
        }
    });
    http1::Builder::new()
        // The pace keeps this time, and others.
        .header_read_timeout(None)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service)
}
