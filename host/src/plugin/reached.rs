//! How often plugins came up against a limit of the host's, for whoever watches the server.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Plugins times limits. A folder that a build robot fills with ever new names is no reason to grow for ever.
const COUNTS_MAX: usize = 1_000;

/// Cheap to clone; all clones count together.
#[derive(Clone, Default)]
pub struct Reached(Arc<Mutex<Counts>>);

type Counts = BTreeMap<(String, &'static str), u64>;

impl Reached {
    /// `limit` is the name of its key; without one there is nothing to count.
    pub(super) fn note(&self, plugin: &str, limit: Option<&'static str>) {
        let Some(limit) = limit else { return };
        let mut counts = self.counts();
        let key = (plugin.to_owned(), limit);
        if counts.len() < COUNTS_MAX || counts.contains_key(&key) {
            *counts.entry(key).or_default() += 1;
        }
    }

    /// By plugin and limit, since the start.
    pub fn all(&self) -> Vec<(String, &'static str, u64)> {
        self.counts().iter().map(|((plugin, limit), count)| (plugin.clone(), *limit, *count)).collect()
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
