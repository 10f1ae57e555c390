//! How long a client may take over each part of a request. A phone takes milliseconds; who sends a byte now and then
//! to hold a connection is cut off.

use super::status::LATE_HEAD;
use std::io::{self, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Between two requests, and before the first. Phones fetch their files one right after the other.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(15);
/// From the first byte of a request to the end of its headers. A phone on a bad line needs a second or two.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// From the first byte of a request to the last byte of its body.
pub const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// From the first byte of a request to the last byte of the answer. A file takes milliseconds, a database that is away
/// is waited for 3 s, and phones give up after some 10.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client may take no byte of an answer that waits for it.
const STALL_TIMEOUT: Duration = Duration::from_secs(10);
/// For the answer that says that a request took too long.
const GRACE: Duration = Duration::from_secs(1);
/// How long, and how much, is read behind the last answer. What a client is still sending when its connection is closed
/// would destroy the answer on its way.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES_MAX: usize = 1 << 20;

/// Where a connection stands, since when.
#[derive(Clone, Copy)]
enum Phase {
    Idle,
    /// Some of a request's head is there.
    Head,
    /// The request is being answered, or its body read.
    Working,
    /// The answer is made, and not all of it written.
    Answered,
}

/// A connection's clock, shared by the connection and by what answers its requests.
#[derive(Clone)]
pub struct Pace {
    state: Arc<Mutex<(Phase, Instant)>>,
    request_timeout: Duration,
}

impl Pace {
    /// `request_timeout` is from the first byte of a request to the last of its answer.
    pub fn new(request_timeout: Duration) -> Self {
        Self { state: Arc::new(Mutex::new((Phase::Idle, Instant::now()))), request_timeout }
    }

    /// A request's head is complete. Returns when its first byte came.
    pub fn begin(&self) -> Instant {
        let mut state = self.lock();
        // A request that was sent right behind the one before has been here for a while, through no fault of its own.
        let since = if let Phase::Head = state.0 { state.1 } else { Instant::now() };
        *state = (Phase::Working, since);
        since
    }

    /// The answer is made, and only has to be written.
    pub fn answered(&self) {
        self.lock().0 = Phase::Answered;
    }

    fn arrived(&self) {
        let mut state = self.lock();
        if let Phase::Idle = state.0 {
            *state = (Phase::Head, Instant::now());
        }
    }

    /// All that there was to write is written. Whether that was an answer's end.
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
            Phase::Idle => IDLE_TIMEOUT,
            Phase::Head => HEAD_TIMEOUT,
            // What works on the request keeps the limit itself, with an answer, which then has to be written.
            Phase::Working | Phase::Answered => self.request_timeout + GRACE,
        };
        (phase, since + limit)
    }

    fn lock(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that ends when its client takes too long.
pub struct Paced<S> {
    stream: S,
    pace: Pace,
    read_timer: Pin<Box<Sleep>>,
    write_timer: Pin<Box<Sleep>>,
    /// Since when the client has taken nothing.
    stalled: Option<Instant>,
    /// Bytes read and thrown away since the writing end was closed.
    lingered: Option<usize>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Paced<S> {
    pub fn new(stream: S, pace: Pace) -> Self {
        let timer = || Box::pin(tokio::time::sleep(IDLE_TIMEOUT));
        Self { stream, pace, read_timer: timer(), write_timer: timer(), stalled: None, lingered: None }
    }

    /// Passes on how writing went; who takes nothing for too long is cut off.
    fn written(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let since = *self.stalled.get_or_insert_with(Instant::now);
        let end = (since + STALL_TIMEOUT).min(self.pace.deadline().1);
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
            }
            return Poll::Ready(outcome);
        }
        let (phase, end) = this.pace.deadline();
        ready!(wait(&mut this.read_timer, end, cx));
        match phase {
            // Nothing else is being written while a head is read, so this is a whole answer; then the end.
            Phase::Head => {
                let _ = Pin::new(&mut this.stream).poll_write(cx, LATE_HEAD);
                Poll::Ready(Ok(()))
            }
            Phase::Idle => Poll::Ready(Ok(())),
            Phase::Working | Phase::Answered => Poll::Ready(Err(ErrorKind::TimedOut.into())),
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
        ready!(Pin::new(&mut this.stream).poll_flush(cx))?;
        if this.pace.flushed() {
            // Reading has been waiting since before the answer, and nobody comes to ask again until something happens.
            let _ = wait(&mut this.read_timer, this.pace.deadline().1, cx);
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingered.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
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
