//! The identity of loaded facts, and of the state of a database.

use std::sync::atomic::{AtomicU64, Ordering};

/// Stands for everything that was loaded of one device: two loads with the same version are identical. A process never
/// uses a version twice, so what was computed from facts can be kept under their version.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct FactsVersion(u64);

impl FactsVersion {
    /// The version of what depends on no row.
    pub const OF_NOTHING: Self = Self(0);

    /// A version that no other facts have.
    pub fn unused() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A value that was read, and its version: two values with the same version are identical.
#[derive(Clone)]
pub struct Versioned<T> {
    pub value: T,
    /// `None` if nothing that is made of it may be kept.
    pub version: Option<FactsVersion>,
}

impl<T> Versioned<T> {
    /// A value that depends on no row.
    pub fn of_nothing(value: T) -> Self {
        Self { value, version: Some(FactsVersion::OF_NOTHING) }
    }

    /// A value from which nothing may be kept.
    pub fn unkept(value: T) -> Self {
        Self { value, version: None }
    }
}

/// A state of a database. As long as it is the same, no table has changed, except that this server may have noted when
/// devices were provisioned. Each database has versions of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DatabaseVersion(u64);

impl DatabaseVersion {
    /// A version that no database has had; later ones are greater.
    pub fn unused() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }

    pub fn number(self) -> u64 {
        self.0
    }
}
