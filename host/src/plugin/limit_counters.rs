//! How often plugins reached one of the host's limits, for monitoring.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Pairs of plugin and limit. The bound keeps memory constant even if a folder gets ever new plugin names.
const COUNTS_MAX: usize = 1_000;

/// Clones share their counts.
#[derive(Clone, Default)]
pub struct LimitCounters(Arc<Mutex<Counts>>);

type Counts = BTreeMap<(String, &'static str), u64>;

impl LimitCounters {
    /// Counts one plugin that reached the limit with this configuration key. `None` counts nothing.
    pub(super) fn note(&self, plugin: &str, limit: Option<&'static str>) {
        let Some(limit) = limit else { return };
        let mut counts = self.counts();
        let key = (plugin.to_owned(), limit);
        if counts.len() < COUNTS_MAX || counts.contains_key(&key) {
            *counts.entry(key).or_default() += 1;
        }
    }

    /// Plugin, limit and count since the start of the server.
    pub fn all(&self) -> Vec<(String, &'static str, u64)> {
        self.counts().iter().map(|((plugin, limit), count)| (plugin.clone(), *limit, *count)).collect()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
