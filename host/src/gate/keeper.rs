//! The gate's policy, and its state between requests: its nonces, and the invalid settings that it has reported.

use super::nonce::{NONCES_MAX, NonceKey, NonceTable, Stamp};
use super::policy::Policy;
use std::collections::HashSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most invalid settings that are reported. Further ones have the same effect without a report.
const INVALID_MAX: usize = 1_024;

/// A setting of FusionPBX with a value that the gate cannot use.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct InvalidSetting {
    /// Category and name: `provision cidr`.
    pub setting: &'static str,
    /// The name of the setting's domain; empty if the requested host is not a domain.
    pub domain: String,
    /// The value, which is not a secret.
    pub text: String,
    pub problem: SettingProblem,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, thiserror::Error)]
pub enum SettingProblem {
    #[error("ignoring invalid network, which admits no client; write for instance 192.0.2.0/24 or 2001:db8::/32")]
    Network,
    #[error("unknown type of authentication, so the server requires digest; write `digest` or `basic`")]
    AuthType,
}

/// The gate's policy, and its state between requests.
pub struct Keeper {
    policy: Policy,
    key: NonceKey,
    nonces: Mutex<NonceTable>,
    invalid: Mutex<InvalidSettings>,
}

#[derive(Default)]
struct InvalidSettings {
    reported: HashSet<InvalidSetting>,
    new: Vec<InvalidSetting>,
}

impl Keeper {
    /// `key` signs nonces; servers that share it accept each other's. `instance` is a random number that no other start
    /// of a server has. `started` is in seconds since 1970-01-01T00:00:00Z, by the same clock as the `now` of requests.
    pub fn new(key: [u8; 32], instance: u64, started: u64) -> Self {
        Self {
            policy: Policy::default(),
            key: NonceKey::new(key),
            nonces: Mutex::new(NonceTable::new(instance, started, NONCES_MAX)),
            invalid: Mutex::default(),
        }
    }

    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// A keeper that decides as this one would now. Its decisions change nothing in this one.
    pub fn copy(&self) -> Self {
        Self {
            policy: self.policy.clone(),
            key: self.key.clone(),
            nonces: Mutex::new(lock(&self.nonces).clone()),
            invalid: Mutex::default(),
        }
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The invalid settings found since the last call. Each is returned only once in the life of the server.
    pub fn take_invalid(&self) -> Vec<InvalidSetting> {
        mem::take(&mut lock(&self.invalid).new)
    }

    pub(super) fn report(&self, setting: InvalidSetting) {
        let mut invalid = lock(&self.invalid);
        if invalid.reported.len() < INVALID_MAX && invalid.reported.insert(setting.clone()) {
            invalid.new.push(setting);
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
