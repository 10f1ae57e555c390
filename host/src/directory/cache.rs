//! Facts that are read once. What the database sent is kept with the version of the database at which it held, and is used
//! again while that version lasts. When it has changed, the rows are read again; if they are the same as before, so is what
//! was made of them, and nothing that depends on it is made anew.

use super::device::Device;
use super::error::Error;
use super::phone_book_rules::{ContactsKey, NumbersKey};
use super::query::QueryResult;
use crate::facts::{
    CachePlace, DatabaseVersion, DeviceAddress, FactsVersion, LastProvisioned, ReadOrigin, RequestFacts, SettingLayer,
    Table, Versioned,
};
use crate::metrics::FactsCounts;
use arc_swap::ArcSwapOption;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use std::any::Any;
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::Xxh3;

/// What one entry needs beside the texts of its rows, which it holds decoded. The second figure is measured with the 10,000
/// devices of `tests/benches/storm`: their decoded cells take five times the texts.
const ENTRY_BYTES: u64 = 1_024;
const BYTES_PER_BYTE: u64 = 5;

/// The mean size of an entry, by which the caches make room for their keys.
const MEAN_BYTES: u64 = 8 << 10;

/// The kept facts of one database.
pub struct FactsCache {
    /// By address and host.
    pub found: Shelf<LookupKey, Found>,
    /// By the version of the facts by which it was permitted.
    pub loaded: Shelf<FactsVersion, Arc<Device>>,
    /// The settings of a domain, by its uuid.
    pub domains: Shelf<Box<str>, SettingLayer>,
    pub contacts: Shelf<ContactsKey, Versioned<Arc<Vec<Table>>>>,
    pub extensions: Shelf<NumbersKey, Versioned<Arc<Table>>>,
    is_on: bool,
}

/// The address and the host that a lookup names.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LookupKey(Box<str>);

impl LookupKey {
    pub fn new(address: Option<&DeviceAddress>, host: &str) -> Self {
        // No address has a blank.
        Self(format!("{} {host}", address.map_or("", DeviceAddress::as_str)).into())
    }
}

/// What a lookup found.
pub struct Found {
    version: FactsVersion,
    facts: RequestFacts,
    provisioned: ArcSwapOption<LastProvisioned>,
}

impl FactsCache {
    /// `bytes_max`: 0 keeps nothing.
    pub fn new(bytes_max: u64) -> Self {
        let part = bytes_max / 16;
        Self {
            found: Shelf::of_many(4 * part),
            loaded: Shelf::of_many(7 * part),
            domains: Shelf::of_few(part),
            contacts: Shelf::of_few(3 * part),
            extensions: Shelf::of_many(part),
            is_on: bytes_max > 0,
        }
    }

    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// The use of all shelves.
    pub fn counts(&self) -> FactsCounts {
        let mut counts = FactsCounts::default();
        self.found.count(&mut counts);
        self.loaded.count(&mut counts);
        self.domains.count(&mut counts);
        self.contacts.count(&mut counts);
        self.extensions.count(&mut counts);
        counts
    }
}

impl Found {
    pub fn new(facts: RequestFacts) -> Self {
        Self { version: FactsVersion::unused(), facts, provisioned: ArcSwapOption::empty() }
    }

    pub fn facts(&self, origin: ReadOrigin, version: Option<DatabaseVersion>) -> RequestFacts {
        RequestFacts {
            provisioned: self.provisioned.load_full(),
            place: version.map(|database| CachePlace { facts: self.version, database }),
            origin,
            ..self.facts.clone()
        }
    }

    /// What has changed although the facts are the same.
    pub fn note(&self, provisioned: Option<Arc<LastProvisioned>>) {
        self.provisioned.store(provisioned);
    }
}

/// A value and the version of the database at which it held last.
pub struct Kept<T> {
    version: AtomicU64,
    digest: u128,
    bytes: u64,
    /// What is part of the digest by its address. As long as it is held here, nothing else has the address.
    _shared: Vec<Arc<dyn Any + Send + Sync>>,
    pub value: T,
}

/// Kept values, bounded in bytes, and how often one was there when it was wanted.
pub struct Shelf<K, T> {
    cache: Cache<K, Arc<Kept<T>>, ByBytes>,
    hits: AtomicU64,
    misses: AtomicU64,
}

#[derive(Clone)]
struct ByBytes;

impl<K, T> Weighter<K, Arc<Kept<T>>> for ByBytes {
    fn weight(&self, _: &K, kept: &Arc<Kept<T>>) -> u64 {
        kept.bytes
    }
}

impl<K: Hash + Eq + Clone, T> Shelf<K, T> {
    fn of_many(bytes_max: u64) -> Self {
        let entries = usize::try_from(bytes_max / MEAN_BYTES).unwrap_or(usize::MAX);
        Self::of(Cache::with_weighter(entries, bytes_max, ByBytes))
    }

    /// For values of which one may be as large as all others together: in several shards none would have room for it.
    fn of_few(bytes_max: u64) -> Self {
        let entries = usize::try_from(bytes_max / MEAN_BYTES).unwrap_or(usize::MAX).max(1);
        let options =
            OptionsBuilder::new().shards(1).estimated_items_capacity(entries).weight_capacity(bytes_max).build();
        let options = options.expect("all that a cache needs is given");
        Self::of(Cache::with_options(options, ByBytes, DefaultHashBuilder::default(), DefaultLifecycle::default()))
    }

    fn of(cache: Cache<K, Arc<Kept<T>>, ByBytes>) -> Self {
        Self { cache, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// Adds the use of this shelf to those of others.
    fn count(&self, counts: &mut FactsCounts) {
        counts.hits += self.hits.load(Ordering::Relaxed);
        counts.misses += self.misses.load(Ordering::Relaxed);
        counts.bytes += self.cache.weight();
    }

    /// The value of a key, if it holds at this version.
    pub fn current(&self, key: &K, version: Option<DatabaseVersion>) -> Option<Arc<Kept<T>>> {
        let version = version?.number();
        let kept = self.cache.get(key).filter(|kept| kept.version.load(Ordering::Acquire) == version);
        let counter = if kept.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        kept
    }

    /// The value of rows that were read at this version, or later: the kept one if they are the same as then, else the one
    /// that `make` makes of them.
    ///
    /// # Errors
    /// Those of `make`.
    pub fn settle(
        &self,
        key: &K,
        version: Option<DatabaseVersion>,
        rows: Digest,
        make: impl FnOnce() -> Result<T, Error>,
    ) -> Result<Arc<Kept<T>>, Error> {
        let digest = rows.hash.digest128();
        let number = version.map_or(0, DatabaseVersion::number);
        if let Some(kept) = self.cache.get(key).filter(|kept| kept.digest == digest) {
            kept.version.fetch_max(number, Ordering::AcqRel);
            return Ok(kept);
        }
        let bytes = rows.bytes * BYTES_PER_BYTE + ENTRY_BYTES;
        let (version_number, _shared) = (AtomicU64::new(number), rows.shared);
        let kept = Arc::new(Kept { version: version_number, digest, bytes, _shared, value: make()? });
        if version.is_some() {
            self.cache.insert(key.clone(), Arc::clone(&kept));
        }
        Ok(kept)
    }
}

/// What a value is made of.
#[derive(Default)]
pub struct Digest {
    hash: Xxh3,
    bytes: u64,
    shared: Vec<Arc<dyn Any + Send + Sync>>,
}

impl Digest {
    /// Adds the rows of a statement, but for the parts that do not count.
    pub fn add_rows(&mut self, result: &QueryResult<'_>, except: &[&str]) {
        for (name, text) in result.parts().filter(|(name, _)| !except.contains(name)) {
            self.hash.update(name.as_bytes());
            self.hash.update(&text.len().to_le_bytes());
            self.hash.update(text.as_bytes());
            self.bytes += text.len() as u64;
        }
    }

    /// Adds a value by its identity.
    pub fn add_shared<T: Send + Sync + 'static>(&mut self, value: &Arc<T>) {
        self.hash.update(&Arc::as_ptr(value).addr().to_le_bytes());
        self.shared.push(Arc::clone(value) as Arc<dyn Any + Send + Sync>);
    }
}
