//! What the gate remembers from one request to the next: its nonces, and what it has complained about.

use super::nonce::{NONCES_MAX, NonceKey, NonceTable, Stamp};
use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Unreadable settings that are told apart. Beyond it none is reported any more, and still none of them lets anyone
/// in.
const UNREADABLE_MAX: usize = 1_024;

/// A network in the settings that cannot be read.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct UnreadableNetwork {
    /// Category and name: `provision cidr`.
    pub setting: &'static str,
    /// The name of the domain for which the setting holds; empty for a host that is no domain.
    pub domain: String,
    /// What stands there. It is not a secret.
    pub text: String,
}

/// The gate's memory.
pub struct Keeper {
    key: NonceKey,
    nonces: Mutex<NonceTable>,
    unreadable: Mutex<Unreadable>,
}

#[derive(Default)]
struct Unreadable {
    known: HashSet<UnreadableNetwork>,
    new: Vec<UnreadableNetwork>,
}

impl Keeper {
    /// `key` signs nonces; servers that share it accept each other's. `instance` is a random number that tells this
    /// start of this server from every other. `started` is in seconds since 1970-01-01T00:00:00Z, by the clock that
    /// `admit` is given.
    pub fn new(key: [u8; 32], instance: u64, started: u64) -> Self {
        Self {
            key: NonceKey::new(key),
            nonces: Mutex::new(NonceTable::new(instance, started, NONCES_MAX)),
            unreadable: Mutex::default(),
        }
    }

    /// What could not be read since the last call; each only once in the life of the server.
    pub fn take_unreadable(&self) -> Vec<UnreadableNetwork> {
        mem::take(&mut lock(&self.unreadable).new)
    }

    pub(super) fn report(&self, network: UnreadableNetwork) {
        let mut unreadable = lock(&self.unreadable);
        if unreadable.known.len() < UNREADABLE_MAX && unreadable.known.insert(network.clone()) {
            unreadable.new.push(network);
        }
    }

    pub(super) fn key(&self) -> &NonceKey {
        &self.key
    }

    pub(super) fn new_nonce(&self, realm: &str, now: u64) -> String {
        let stamp = lock(&self.nonces).next(now);
        self.key.sign(stamp, realm)
    }

    pub(super) fn take_nonce(&self, stamp: Stamp, count: u32, now: u64) -> bool {
        lock(&self.nonces).take(stamp, count, now)
    }
}

/// Neither table is ever left half changed, so a panic elsewhere does not make it wrong.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
