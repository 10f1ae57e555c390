//! Timeouts for each phase of a request. A phone needs milliseconds. A client that sends single bytes to keep a
//! connection open is disconnected.

use super::header_bytes::HeaderBytes;
use super::status::LATE_HEAD;
use std::io::{self, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Before the first request and between two requests. Phones fetch their files in immediate succession.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// From the first byte of a request to the end of its headers. A phone on a bad line needs a second or two.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// From the first byte of a request to the last byte of its body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// From the first byte of a request to the last byte of the answer. A file takes milliseconds, the timeout for an
/// unreachable database is 3 s, and phones give up after about 10 s.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// A firmware file on a line of 64 kbit/s takes an hour for 28 MB.
const STREAM_TIMEOUT: Duration = Duration::from_secs(3600);
/// How long a client may read no byte of a firmware file, which it may write to its flash meanwhile.
const STREAM_STALL_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a client may read no byte of a pending answer.
const STALL_TIMEOUT: Duration = Duration::from_secs(10);
/// Extra time to send the answer that reports a request timeout.
const GRACE: Duration = Duration::from_secs(1);
/// How long a stopping server waits for the first request of a connection. A phone sends it at once.
const FIRST_REQUEST_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a stopping server waits for a further request, which may have been sent before the stop.
const SENT_REQUEST_TIMEOUT: Duration = Duration::from_millis(500);
/// How often a stopping server checks whether a connection still has a request.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);
/// How long the server keeps reading after the last answer. Closing a connection with unread data sends a reset, which
/// can discard an answer before the client has read it.
const LINGER: Duration = Duration::from_secs(1);
/// How many bytes the server reads after the last answer.
const LINGER_BYTES_MAX: usize = 1 << 20;

/// The phase of a connection.
#[derive(Clone, Copy)]
enum Phase {
    /// No byte of the first request has arrived.
    Fresh,
    /// Between two requests.
    Idle,
    /// Part of a request's head has arrived.
    Head,
    /// The request's head did not arrive in time.
    Late,
    /// The server is reading the body or preparing the answer.
    Working,
    /// The answer is sent piece by piece.
    Streaming,
    /// The answer is ready but not completely written.
    Answered,
}

/// The timing of a connection, shared by its stream and its request handler.
#[derive(Clone)]
pub struct Pace {
    state: Arc<Mutex<(Phase, Instant)>>,
    request_timeout: Duration,
}

impl Pace {
    /// `request_timeout` covers the time from the first byte of a request to the last byte of its answer.
    pub fn new(request_timeout: Duration) -> Self {
        Self { state: Arc::new(Mutex::new((Phase::Fresh, Instant::now()))), request_timeout }
    }

    /// Notes that a request's head is complete. Returns the arrival time of its first byte.
    pub fn begin(&self) -> Instant {
        let mut state = self.lock();
        // A pipelined request waited for the one before it, so its time starts now.
        let since = if let Phase::Head = state.0 { state.1 } else { Instant::now() };
        *state = (Phase::Working, since);
        since
    }

    /// Notes that the answer is ready to be written.
    pub fn answered(&self) {
        self.lock().0 = Phase::Answered;
    }

    fn late(&self) {
        self.lock().0 = Phase::Late;
    }

    /// Whether the connection ended because a request's head did not arrive in time.
    pub fn is_late(&self) -> bool {
        matches!(self.lock().0, Phase::Late)
    }

    /// Notes that the answer is sent piece by piece, as long as the client reads.
    pub fn streams(&self) {
        *self.lock() = (Phase::Streaming, Instant::now());
    }

    /// Notes that the last piece is ready to be written.
    pub fn streamed(&self) {
        let mut state = self.lock();
        if let Phase::Streaming = state.0 {
            *state = (Phase::Answered, Instant::now());
        }
    }

    fn arrived(&self) {
        let mut state = self.lock();
        if let Phase::Fresh | Phase::Idle = state.0 {
            *state = (Phase::Head, Instant::now());
        }
    }

    /// Notes that all pending output is written. Returns whether that completed an answer.
    fn flushed(&self) -> bool {
        let mut state = self.lock();
        let is_end = matches!(state.0, Phase::Answered);
        if is_end {
            *state = (Phase::Idle, Instant::now());
        }
        is_end
    }

    fn deadline(&self) -> (Phase, Instant) {
        let (phase, since) = *self.lock();
        let limit = match phase {
            Phase::Fresh | Phase::Idle => IDLE_TIMEOUT,
            Phase::Head | Phase::Late => HEAD_TIMEOUT,
            // The request handler enforces the limit itself with an answer, which needs extra time to be written.
            Phase::Working | Phase::Answered => self.request_timeout + GRACE,
            Phase::Streaming => STREAM_TIMEOUT,
        };
        (phase, since + limit)
    }

    /// The time since which the connection has waited for the end of a request's head; `None` while it answers one.
    pub fn waiting_since(&self) -> Option<Instant> {
        let (phase, since) = *self.lock();
        matches!(phase, Phase::Fresh | Phase::Idle | Phase::Head).then_some(since)
    }

    /// Resolves when a server that stopped at this time need not wait for the connection, because no request has come.
    pub async fn unused(&self, stopped: Instant) {
        loop {
            let end = match self.lock().0 {
                Phase::Fresh => stopped + FIRST_REQUEST_TIMEOUT,
                Phase::Idle => stopped + SENT_REQUEST_TIMEOUT,
                Phase::Head | Phase::Late | Phase::Working | Phase::Streaming | Phase::Answered => {
                    Instant::now() + CHECK_INTERVAL
                }
            };
            if end <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream that disconnects a client that is too slow.
pub struct Paced<S> {
    stream: S,
    pace: Pace,
    headers: HeaderBytes,
    read_timer: Pin<Box<Sleep>>,
    write_timer: Pin<Box<Sleep>>,
    /// The time since which the client has read nothing.
    stalled: Option<Instant>,
    /// The number of bytes discarded since the write half was closed.
    lingered: Option<usize>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Paced<S> {
    pub fn new(stream: S, pace: Pace) -> Self {
        let timer = || Box::pin(tokio::time::sleep(IDLE_TIMEOUT));
        let headers = HeaderBytes::default();
        Self { stream, pace, headers, read_timer: timer(), write_timer: timer(), stalled: None, lingered: None }
    }

    /// Passes on the outcome of a write, or an error if the client has read nothing for too long.
    fn written<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let since = *self.stalled.get_or_insert_with(Instant::now);
        let (phase, deadline) = self.pace.deadline();
        let stall = if let Phase::Streaming = phase { STREAM_STALL_TIMEOUT } else { STALL_TIMEOUT };
        let end = (since + stall).min(deadline);
        ready!(wait(&mut self.write_timer, end, cx));
        Poll::Ready(Err(ErrorKind::TimedOut.into()))
    }
}

fn wait(timer: &mut Pin<Box<Sleep>>, end: Instant, cx: &mut Context<'_>) -> Poll<()> {
    if timer.deadline() != end {
        timer.as_mut().reset(end);
    }
    timer.as_mut().poll(cx)
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Paced<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        if let Poll::Ready(outcome) = Pin::new(&mut this.stream).poll_read(cx, buf) {
            if buf.filled().len() > before {
                this.pace.arrived();
                this.headers.filter(&mut buf.filled_mut()[before..]);
            }
            return Poll::Ready(outcome);
        }
        let (phase, end) = this.pace.deadline();
        ready!(wait(&mut this.read_timer, end, cx));
        match phase {
            // No other answer is being written while a head is read, so this answer is complete. Then report EOF.
            Phase::Head => {
                let _ = Pin::new(&mut this.stream).poll_write(cx, LATE_HEAD);
                this.pace.late();
                Poll::Ready(Ok(()))
            }
            Phase::Fresh | Phase::Idle | Phase::Late => Poll::Ready(Ok(())),
            Phase::Working | Phase::Streaming | Phase::Answered => Poll::Ready(Err(ErrorKind::TimedOut.into())),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.written(cx, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.written(cx, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let outcome = Pin::new(&mut this.stream).poll_flush(cx);
        ready!(this.written(cx, outcome))?;
        if this.pace.flushed() {
            // The pending read was polled before the answer was written, so its timer must be rearmed here.
            let _ = wait(&mut this.read_timer, this.pace.deadline().1, cx);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingered.is_none() {
            let outcome = Pin::new(&mut this.stream).poll_shutdown(cx);
            ready!(this.written(cx, outcome))?;
            this.lingered = Some(0);
            this.read_timer.as_mut().reset(Instant::now() + LINGER);
        }
        let mut scratch = [MaybeUninit::uninit(); 4096];
        while this.read_timer.as_mut().poll(cx).is_pending() {
            let mut buf = ReadBuf::uninit(&mut scratch);
            let outcome = ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buf));
            let lingered = this.lingered.get_or_insert(0);
            *lingered += buf.filled().len();
            if outcome.is_err() || buf.filled().is_empty() || *lingered > LINGER_BYTES_MAX {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}
