//! The kept documents, bounded in bytes.

use super::basis::{Basis, KeptBasis, KeptPlace, Place};
use super::ready::ReadyDocument;
use crate::metrics::DocumentCounts;
use crate::plugin::Asked;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of a kept document beside its body and the texts of its place: hashes, pointers, names.
const ENTRY_BYTES: usize = 512;
/// The cache is laid out for documents of this size; they may have any.
const USUAL_BYTES: u64 = 16 << 10;
/// Parameters of a request whose document is kept, in bytes. A phone sends fewer than 200.
const PLACE_BYTES_MAX: usize = 2_000;
/// A document of more than this part of all bytes is not kept, since it would displace too many others.
const LARGEST_PART: u64 = 16;

/// Documents of all devices. They hold passwords, so there is no `Debug`.
pub struct Documents {
    /// `None` if nothing is kept.
    kept: Option<Cache<KeptPlace, Arc<Kept>, Size>>,
    bytes_max: u64,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// A kept document.
pub struct Kept {
    basis: KeptBasis,
    /// What its render asked of the host.
    pub asked: Box<[Asked]>,
    pub ready: Arc<ReadyDocument>,
}

#[derive(Clone)]
struct Size;

impl Weighter<KeptPlace, Arc<Kept>> for Size {
    fn weight(&self, place: &KeptPlace, kept: &Arc<Kept>) -> u64 {
        let asked: usize = kept.asked.iter().map(Asked::bytes).sum();
        (place.bytes() + asked + kept.ready.document.body.len() + ENTRY_BYTES) as u64
    }
}

impl Documents {
    /// Keeps at most that many bytes; nothing if 0.
    pub fn new(bytes_max: u64) -> Self {
        let items = usize::try_from(bytes_max / USUAL_BYTES).unwrap_or(usize::MAX).max(1);
        let kept = (bytes_max > 0).then(|| Cache::with_weighter(items, bytes_max, Size));
        Self { kept, bytes_max, hits: AtomicU64::default(), misses: AtomicU64::default() }
    }

    pub fn is_off(&self) -> bool {
        self.kept.is_none()
    }

    /// The document of a place, if it was rendered on the same basis. A document on another one is dropped. The caller
    /// compares what it asked.
    pub fn find(&self, place: &Place<'_>, basis: &Basis<'_>) -> Option<Arc<Kept>> {
        let cache = self.kept.as_ref()?;
        match cache.get(place) {
            Some(kept) if kept.basis.is(basis) => return Some(kept),
            Some(kept) if kept.basis.is_alive() => drop(cache.remove_if(place, |kept| !kept.basis.is(basis))),
            // Texts were replaced, and with them the documents of other devices became obsolete.
            Some(_) => cache.retain(|_, kept| kept.basis.is_alive()),
            None => {}
        }
        None
    }

    /// Counts a request for a document that may be kept.
    pub fn count(&self, is_hit: bool) {
        let counter = if is_hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Keeps a document in place of the one before it, if its render can be repeated.
    pub fn keep(&self, place: &Place<'_>, basis: &Basis<'_>, ready: &Arc<ReadyDocument>) {
        let (Some(cache), Some(asked)) = (&self.kept, ready.document.host_calls.asked()) else { return };
        let (place, largest) = (KeptPlace::from(place), self.bytes_max / LARGEST_PART);
        if place.bytes() <= PLACE_BYTES_MAX && ready.document.body.len() as u64 <= largest {
            let (basis, asked, ready) = (basis.into(), asked.into(), Arc::clone(ready));
            cache.insert(place, Arc::new(Kept { basis, asked, ready }));
        }
    }

    pub fn counts(&self) -> DocumentCounts {
        DocumentCounts {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            bytes: self.kept.as_ref().map_or(0, Cache::weight),
        }
    }
}
