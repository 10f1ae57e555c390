//! The identity of loaded facts.

use std::sync::atomic::{AtomicU64, Ordering};

/// Stands for everything that was loaded of one device: two loads with the same version are identical. A process never
/// uses a version twice, so what was computed from facts can be kept under their version.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FactsVersion(u64);

impl FactsVersion {
    /// A version that no other facts have.
    pub fn unused() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}
