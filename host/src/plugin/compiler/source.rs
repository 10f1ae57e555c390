//! Where a compiler's component comes from, and where its code goes.

use super::code::Place;
use super::pending::PendingSnapshot;
use crate::plugin::cache::Cache;
use crate::plugin::error::CompileError;
use crate::plugin::limits::Config;
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Bytes that are read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// A component that is to be compiled.
pub(in super::super) enum Source<'a> {
    Bytes(&'a [u8]),
    /// The process that took it sends it.
    Snapshot(&'a mut PendingSnapshot),
}

impl Source<'_> {
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Snapshot(snapshot) => snapshot.bytes(),
        }
    }

    /// Writes it into the compiler. One that does not read it says why in its status.
    pub(super) async fn send(&mut self, input: &mut (impl AsyncWrite + Unpin)) {
        match self {
            Self::Bytes(bytes) => drop(input.write_all(bytes).await),
            Self::Snapshot(snapshot) => snapshot.send(input).await,
        }
    }

    /// Whether it could not be sent to its end.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Self::Snapshot(snapshot) if snapshot.is_cut)
    }

    /// Why it could not be sent to its end.
    pub(super) async fn fault(&mut self, config: &Config) -> Option<CompileError> {
        match self {
            Self::Bytes(_) => None,
            Self::Snapshot(snapshot) => snapshot.fault(config).await,
        }
    }
}

/// Takes code as it comes: into a file of the cache, or into memory if there is no cache or its disk is full.
pub(super) struct Sink(Place);

impl Sink {
    pub(super) fn new(cache: Option<&Cache>) -> Self {
        let draft = cache.and_then(|cache| cache.draft().inspect_err(warn).ok());
        Self(draft.map_or_else(|| Place::Bytes(Vec::new()), Place::Draft))
    }

    /// Takes all that comes, up to a bound, and returns the number of bytes.
    pub(super) async fn read(&mut self, from: impl AsyncRead + Unpin, bytes_max: u64) -> io::Result<u64> {
        let mut from = from.take(bytes_max);
        let (mut chunk, mut total) = (vec![0; CHUNK_BYTES], 0);
        loop {
            let count = from.read(&mut chunk).await?;
            if count == 0 {
                return Ok(total);
            }
            total += count as u64;
            self.write(&chunk[..count])?;
        }
    }

    pub(super) fn write(&mut self, chunk: &[u8]) -> io::Result<()> {
        let mut bytes = match &mut self.0 {
            Place::Draft(draft) => match draft.write(chunk) {
                Ok(()) => return Ok(()),
                Err(error) => {
                    warn(&error);
                    draft.read_back()?
                }
            },
            Place::Bytes(bytes) => std::mem::take(bytes),
            Place::File(_) => Vec::new(),
        };
        bytes.extend_from_slice(chunk);
        self.0 = Place::Bytes(bytes);
        Ok(())
    }

    pub(super) fn into_place(self) -> Place {
        self.0
    }
}

fn warn(error: &io::Error) {
    tracing::warn!(%error, "cannot write a compiled plugin to the cache");
}
