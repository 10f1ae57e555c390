//! The gate's state between requests: its nonces, and the invalid networks that it has reported.

use super::nonce::{NONCES_MAX, NonceKey, NonceTable, Stamp};
use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most invalid networks that are reported. Further ones are ignored without a report, and admit no client either.
const INVALID_MAX: usize = 1_024;

/// An invalid network in the settings.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InvalidNetwork {
    /// Category and name: `provision cidr`.
    pub setting: &'static str,
    /// The name of the setting's domain; empty if the requested host is no domain.
    pub domain: String,
    /// The value, which is not a secret.
    pub text: String,
}

/// The gate's state between requests.
pub struct Keeper {
    key: NonceKey,
    nonces: Mutex<NonceTable>,
    invalid: Mutex<InvalidNetworks>,
}

#[derive(Default)]
struct InvalidNetworks {
    reported: HashSet<InvalidNetwork>,
    new: Vec<InvalidNetwork>,
}

impl Keeper {
    /// `key` signs nonces; servers that share it accept each other's. `instance` is a random number that no other start
    /// of a server has. `started` is in seconds since 1970-01-01T00:00:00Z, by the same clock as the `now` of requests.
    pub fn new(key: [u8; 32], instance: u64, started: u64) -> Self {
        Self {
            key: NonceKey::new(key),
            nonces: Mutex::new(NonceTable::new(instance, started, NONCES_MAX)),
            invalid: Mutex::default(),
        }
    }

    /// The invalid networks found since the last call. Each is returned only once in the life of the server.
    pub fn take_invalid(&self) -> Vec<InvalidNetwork> {
        mem::take(&mut lock(&self.invalid).new)
    }

    pub(super) fn report(&self, network: InvalidNetwork) {
        let mut invalid = lock(&self.invalid);
        if invalid.reported.len() < INVALID_MAX && invalid.reported.insert(network.clone()) {
            invalid.new.push(network);
        }
    }

    pub(super) fn key(&self) -> &NonceKey {
        &self.key
    }

    /// The time by which a nonce is judged.
    pub(super) fn nonce_time(&self, nonce: &str, realm: &str, now: u64) -> u64 {
        let stamp = self.key.open(nonce, realm);
        let mut nonces = lock(&self.nonces);
        if let Some(stamp) = stamp {
            nonces.follow(stamp, now);
        }
        nonces.time(now)
    }

    pub(super) fn new_nonce(&self, realm: &str, now: u64) -> String {
        let stamp = lock(&self.nonces).next(now);
        self.key.sign(stamp, realm)
    }

    pub(super) fn take_nonce(&self, stamp: Stamp, count: u32, now: u64) -> bool {
        lock(&self.nonces).take(stamp, count, now)
    }
}

/// A poisoned lock is safe to use: no code panics between two changes of a table.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
