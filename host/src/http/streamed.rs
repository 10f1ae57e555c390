//! Answers that take longer than a request may: their connection waits for the client as long as it reads.

use super::pace::Pace;
use axum::body::{Body, Bytes};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// An extension of such an answer.
#[derive(Clone)]
pub struct Streamed;

/// A body that tells the connection when it is sent, or given up.
pub struct Watched {
    body: Body,
    pace: Pace,
}

impl Watched {
    pub fn new(body: Body, pace: Pace) -> Self {
        pace.streams();
        Self { body, pace }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.pace.streamed();
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
