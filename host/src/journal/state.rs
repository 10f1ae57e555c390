//! What the journal's queue and its writer tell each other and the metrics.

use crate::metrics::JournalCounts;
use jiff::Timestamp;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};

/// The current state of the journal.
#[derive(Default)]
pub struct JournalState {
    written: AtomicU64,
    lost: AtomicU64,
    /// When the oldest line arrived that is not written yet, in microseconds since 1970; 0 if none waits.
    waiting_since_us: AtomicI64,
    failing: AtomicBool,
    stopping: AtomicBool,
    /// The bytes of documents that wait for their hash, or to be stored.
    documents_bytes: AtomicUsize,
}

impl JournalState {
    pub fn counts(&self) -> JournalCounts {
        let since = self.waiting_since_us.load(Ordering::Relaxed);
        let lag_us = if since == 0 { 0 } else { Timestamp::now().as_microsecond().saturating_sub(since).max(0) };
        JournalCounts {
            written: self.written.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            lag_s: lag_us as f64 / 1e6,
            failing: self.is_failing(),
        }
    }

    pub(super) fn wrote(&self, lines: usize) {
        self.written.fetch_add(lines as u64, Ordering::Relaxed);
    }

    pub(super) fn lost(&self, lines: usize) {
        self.lost.fetch_add(lines as u64, Ordering::Relaxed);
    }

    pub(super) fn lines_lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Notes the time of the oldest line that waits; `None` if none does.
    pub(super) fn waiting_since(&self, at: Option<Timestamp>) {
        self.waiting_since_us.store(at.map_or(0, Timestamp::as_microsecond), Ordering::Relaxed);
    }

    /// Whether the file cannot be written.
    pub fn is_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed)
    }

    /// Notes whether the file can be written. Returns whether it could before.
    pub(super) fn set_failing(&self, failing: bool) -> bool {
        self.failing.swap(failing, Ordering::Relaxed)
    }

    /// Whether no further lines come.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Takes room for a document on its way, if there is some.
    pub(super) fn take_room(&self, bytes: usize, bytes_max: usize) -> bool {
        let before = self.documents_bytes.fetch_add(bytes, Ordering::Relaxed);
        let is_taken = before + bytes <= bytes_max;
        if !is_taken {
            self.free_room(bytes);
        }
        is_taken
    }

    pub(super) fn free_room(&self, bytes: usize) {
        self.documents_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}
