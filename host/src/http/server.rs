//! Accepts connections up to a limit, and shuts them down gracefully.

use super::arrived::Arrived;
use super::client::{Channel, Client, Config};
use super::connections::{Connections, Place};
use super::descriptors;
use super::pace::{Pace, Paced};
use super::proxy;
use super::streamed::{Streamed, Watched};
use super::tls::{self, Tls};
use super::unread::{OnUnread, UnreadHead};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderValue, Request, header};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tower_service::Service;

/// More than ten times the connections of 300 phones that restart at once. Further connections wait in the backlog.
pub const CONNECTIONS_MAX: usize = 4096;
/// The part of the connections that one client network may hold: three times 300 phones behind one address.
pub const NETWORKS_MIN: usize = 4;
/// The minimum interval between two log lines about failed accepts, which are retried ten times a second, and between
/// two about a network with too many connections.
const WARNING_INTERVAL: Duration = Duration::from_secs(60);
/// How long the server waits before it tries again to accept.
const RETRY_INTERVAL: Duration = Duration::from_millis(100);
/// The size of the read buffer for a request's head. It is larger than the limits on targets and headers, so that an
/// oversized request gets the status for the limit that it exceeds.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Phones send about a dozen headers, browsers and proxies a few more.
const HEADERS_MAX: usize = 100;
/// How long answers in progress may take after SIGTERM. A file takes milliseconds; systemd waits 90 s.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(20);

/// What a listener leads to.
pub struct Door {
    pub router: Router,
    pub config: Config,
    /// `None` for plain http.
    pub tls: Option<Arc<Tls>>,
    /// Covers the time from the first byte of a request to the last byte of its answer.
    pub request_timeout: Duration,
    /// Other listeners may count theirs there too.
    pub connections: Arc<Connections>,
    pub unread: OnUnread,
}

/// What the connections of a listener share.
struct Shared {
    door: Door,
    /// The time of the stop.
    stopped: watch::Receiver<Option<Instant>>,
    /// Dropped with the last connection, which is how the stopping server learns of its end.
    _running: mpsc::Sender<()>,
}

/// Serves until `stop` resolves. Then it answers the requests that have arrived, those in the accept queue included.
pub async fn serve(listener: TcpListener, door: Door, stop: impl Future<Output = ()>) {
    let (stopping, stopped) = watch::channel(None);
    let (running, mut ended) = mpsc::channel(1);
    let shared = Arc::new(Shared { door, stopped, _running: running });
    let late = accept(&listener, &shared, stop).await;
    stopping.send_replace(Some(Instant::now()));
    for (stream, peer) in late.into_iter().chain(queued(listener)) {
        let pace = Pace::new(shared.door.request_timeout);
        let place = shared.door.connections.enter_at_stop(shared.client(peer), &pace);
        shared.spawn(stream, peer, pace, place);
    }
    drop(shared);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, ended.recv()).await.is_err() {
        tracing::warn!("answers in progress were aborted after {} s", SHUTDOWN_TIMEOUT.as_secs());
    }
}

/// Accepts connections until `stop` resolves. Returns the one that waits for a place then.
async fn accept(
    listener: &TcpListener,
    shared: &Arc<Shared>,
    stop: impl Future<Output = ()>,
) -> Option<(TcpStream, SocketAddr)> {
    let mut stop = std::pin::pin!(stop);
    let (mut failing, mut crowded) = (Occasionally::default(), Occasionally::default());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => return None,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Retry when some files are closed, if that is the cause.
                if failing.is_due() {
                    tracing::warn!(%error, "cannot accept a connection{}", descriptors::advice(&error));
                }
                tokio::time::sleep(RETRY_INTERVAL).await;
                continue;
            }
        };
        let pace = Pace::new(shared.door.request_timeout);
        let place = tokio::select! {
            place = shared.door.connections.enter(shared.client(peer), &pace) => place,
            () = &mut stop => return Some((stream, peer)),
        };
        match place {
            Some(place) => shared.spawn(stream, peer, pace, place),
            None if crowded.is_due() => {
                tracing::warn!(client.address = %peer.ip(), "connection closed: its network has too many, all in use");
            }
            None => {}
        }
    }
}

/// The connections that wait in the accept queue of a listener, which is closed afterwards. Tokio would ask the kernel
/// only after an event.
fn queued(listener: TcpListener) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
    let listener = listener.into_std().ok();
    std::iter::from_fn(move || {
        let (stream, peer) = listener.as_ref()?.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, peer))
    })
}

/// Limits how often something is logged.
#[derive(Default)]
struct Occasionally(Option<Instant>);

impl Occasionally {
    fn is_due(&mut self) -> bool {
        let is_due = self.0.is_none_or(|last| last.elapsed() >= WARNING_INTERVAL);
        if is_due {
            self.0 = Some(Instant::now());
        }
        is_due
    }
}

/// The addresses of a connection's other end: the peer, and the client that a PROXY protocol header names.
#[derive(Clone, Copy)]
struct Ends {
    peer: IpAddr,
    client: IpAddr,
}

impl Shared {
    /// The address whose network counts; `None` for a trusted proxy.
    fn client(&self, peer: SocketAddr) -> Option<IpAddr> {
        Some(peer.ip()).filter(|peer| !self.door.config.trusts(*peer))
    }

    fn spawn(self: &Arc<Self>, stream: TcpStream, peer: SocketAddr, pace: Pace, place: Place) {
        let (shared, place) = (Arc::clone(self), Arc::new(place));
        tokio::spawn(async move {
            tokio::select! {
                () = shared.answer(stream, peer, &pace, &place) => {}
                () = place.gives_way() => tracing::debug!(peer.address = %peer.ip(), "connection gave way to a new one"),
                () = shared.unused_at_stop(&pace) => {}
            }
        });
    }

    /// Answers the requests of a connection until it ends.
    async fn answer(&self, mut stream: TcpStream, peer: SocketAddr, pace: &Pace, place: &Arc<Place>) {
        let client = match other_end(&mut stream, peer, &self.door.config).await {
            Ok(client) => client,
            Err(error) => return tracing::debug!(client.address = %peer.ip(), %error, "connection ended"),
        };
        // An answer is one write, so Nagle's algorithm would only add the peer's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let ends = Ends { peer: peer.ip(), client };
        let Some(tls) = &self.door.tls else { return self.talk(stream, ends, Channel::default(), pace, place).await };
        match tls.accept(stream).await {
            Ok((stream, channel)) => self.talk(stream, ends, channel, pace, place).await,
            Err(error) => {
                let advice = tls::advice(&error);
                tracing::info!(client.address = %client, peer.address = %peer.ip(), %error, "TLS handshake failed{advice}");
            }
        }
    }

    /// Answers the requests of a connection, decrypted if it is one of TLS.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        &self,
        stream: S,
        ends: Ends,
        channel: Channel,
        pace: &Pace,
        place: &Arc<Place>,
    ) {
        let client = ends.client;
        let stream = Paced::new(stream, pace.clone());
        let service = hyper::service::service_fn(|mut request: Request<Incoming>| {
            let phone = Client::of(client, channel, request.headers(), &self.door.config);
            let arrived = Arrived { at: pace.begin(), peer: client, client: phone };
            request.extensions_mut().insert(arrived);
            // A request that is still processed after its phone disconnected keeps its place.
            request.extensions_mut().insert(Arc::clone(place));
            let answer = self.door.router.clone().call(request.map(Body::new));
            async {
                let Ok(mut answer) = answer.await;
                if self.stopped.borrow().is_some() {
                    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                if answer.extensions().get::<Streamed>().is_some() {
                    return Ok(answer.map(|body| Body::new(Watched::new(body, pace.clone()))));
                }
                pace.answered();
                Ok::<_, Infallible>(answer)
            }
        });
        let served = http1::Builder::new()
            // `Paced` enforces this timeout.
            .header_read_timeout(None)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            // Drops lines that are not headers, as nginx does. `HeaderBytes` makes hyper refuse every other invalid line.
            .ignore_invalid_headers(true)
            .serve_connection(TokioIo::new(stream), service)
            .await;
        if pace.is_late() {
            (self.door.unread)(&UnreadHead::late(client, ends.peer));
        } else if let Err(error) = served {
            self.log_end(ends, &error);
        }
    }

    /// Logs why a connection ended. Phones often disconnect early, which is not worth a line.
    fn log_end(&self, Ends { peer, client }: Ends, error: &hyper::Error) {
        if error.is_parse() {
            (self.door.unread)(&UnreadHead::malformed(client, peer, error));
        } else {
            tracing::debug!(client.address = %client, %error, "connection ended");
        }
    }

    /// Resolves when the server is stopping and the connection has no request.
    async fn unused_at_stop(&self, pace: &Pace) {
        let stopped = self.stopped.clone().wait_for(Option::is_some).await.ok().and_then(|stopped| *stopped);
        pace.unused(stopped.unwrap_or_else(Instant::now)).await;
    }
}

/// The client's address: the peer's, or the address that a trusted proxy sends in a PROXY protocol header.
async fn other_end(stream: &mut TcpStream, peer: SocketAddr, config: &Config) -> std::io::Result<IpAddr> {
    let named = config.proxy_protocol && config.trusts(peer.ip());
    Ok(if named { proxy::read(stream).await? } else { None }.unwrap_or(peer.ip()))
}

/// Answers a request that came without a connection.
pub async fn respond(router: &Router, config: &Config, peer: IpAddr, mut request: Request<Body>) -> Response {
    let client = Client::of(peer, Channel::default(), request.headers(), config);
    request.extensions_mut().insert(Arrived { at: Instant::now(), peer, client });
    let Ok(response) = router.clone().call(request).await;
    response
}
