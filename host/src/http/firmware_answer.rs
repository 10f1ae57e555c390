//! The answer with a firmware file, or a part of it. It is sent piece by piece, and takes as long as the phone needs.

use super::range::{self, Selection};
use super::status;
use super::streamed::Streamed;
use crate::firmware::{Error, OpenFile};
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, Response, StatusCode, header};
use hyper::body::{Frame, SizeHint};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::sync::mpsc;

/// Pieces that are read before the phone wants them.
const AHEAD: usize = 1;

/// A firmware file and the part of it that the phone wants.
pub struct FirmwareAnswer {
    name: String,
    file: OpenFile,
    selection: Selection,
    is_head: bool,
}

impl FirmwareAnswer {
    pub fn new(name: String, file: OpenFile, request: &Parts) -> Self {
        let bytes = usize::try_from(file.bytes).unwrap_or(usize::MAX);
        let selection = range::select(&request.method, &request.headers, &file.tag, bytes);
        Self { name, file, selection, is_head: request.method == Method::HEAD }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    pub fn status(&self) -> StatusCode {
        status::of_selection(&self.selection)
    }

    /// The bytes that are sent.
    pub fn bytes(&self) -> usize {
        self.selection.bytes(usize::try_from(self.file.bytes).unwrap_or(usize::MAX))
    }

    pub fn into_response(self) -> Response<Body> {
        let (status, whole) = (self.status(), self.file.bytes);
        let mut response = Response::builder().status(status).header(header::ETAG, &self.file.tag);
        if let Some(range) = self.selection.content_range(whole) {
            response = response.header(header::CONTENT_RANGE, range);
        }
        let part: Range<u64> = match &self.selection {
            Selection::Whole => 0..whole,
            Selection::Part(part) => part.start as u64..part.end as u64,
            Selection::Unsatisfiable | Selection::NotModified | Selection::PreconditionFailed => 0..0,
        };
        if part.is_empty() && whole > 0 {
            return response.body(Body::empty()).unwrap_or_default();
        }
        let length = part.end - part.start;
        let response = response
            .header(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"))
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))
            .header(header::CONTENT_LENGTH, length);
        // hyper sends no body as the answer to HEAD.
        let body = if self.is_head { Body::empty() } else { Body::new(Pieces::read(self.file, part)) };
        response.extension(Streamed).body(body).unwrap_or_default()
    }
}

/// The pieces of a file, which a task reads.
struct Pieces {
    pieces: mpsc::Receiver<Result<Bytes, Error>>,
    left: u64,
}

impl Pieces {
    fn read(file: OpenFile, part: Range<u64>) -> Self {
        let (sender, pieces) = mpsc::channel(AHEAD);
        let left = part.end - part.start;
        tokio::spawn(async move {
            let mut from = part.start;
            while from < part.end {
                let piece = file.piece(from, part.end).await;
                from += piece.as_ref().map_or(part.end, |piece| piece.len() as u64);
                if let Err(error) = &piece {
                    tracing::error!(%error, "a firmware file was not sent to its end");
                }
                // The phone may have gone.
                if sender.send(piece).await.is_err() {
                    return;
                }
            }
        });
        Self { pieces, left }
    }
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let piece = ready!(self.pieces.poll_recv(cx));
        if let Some(Ok(piece)) = &piece {
            self.left = self.left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(piece.map(|piece| piece.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
