//! Limits on failed tries. They are in memory, like those on failed requests: an attacker cannot restart the server, and
//! somebody who can restart it reads the database anyway.

use super::refusal::PinRefusal;
use crate::facts::MacAddress;
use crate::sentry::Counters;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long a failed try counts, in seconds, as for failed requests.
const WINDOW_S: u64 = 600;

/// Wrong PINs of one phone: a user mistypes a few times.
const OF_PHONE_MAX: u32 = 5;

/// Wrong PINs of all phones. Any caller can name another address, so this limit bounds a search: 4,320 tries a day.
const OF_ALL_MAX: u32 = 30;

/// Wrong secrets of one client: a dial plan with a wrong secret sends nothing else.
const OF_CLIENT_MAX: u32 = 10;

/// Counters at the same time. Any caller can name another address.
const SUBJECTS_MAX: usize = 10_000;

/// What a failed try counts for.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A client with a wrong secret.
    Client(Option<IpAddr>),
    /// A phone with a wrong PIN.
    Phone(MacAddress),
    /// All phones.
    All,
}

impl Subject {
    fn max(self) -> u32 {
        match self {
            Self::Client(_) => OF_CLIENT_MAX,
            Self::Phone(_) => OF_PHONE_MAX,
            Self::All => OF_ALL_MAX,
        }
    }
}

/// The failed tries.
pub struct Tries(Mutex<Counters<Subject>>);

impl Default for Tries {
    fn default() -> Self {
        Self(Mutex::new(Counters::new(WINDOW_S, SUBJECTS_MAX)))
    }
}

impl Tries {
    /// Counts a try before its outcome is known, so that tries at the same time cannot pass the limit together. `now` is
    /// in seconds.
    ///
    /// # Errors
    /// The limit is reached; nothing was counted.
    pub fn begin(&self, subject: Subject, now: u64) -> Result<(), PinRefusal> {
        let mut counters = self.counters();
        let count = counters.get(&subject, now);
        if count.number < subject.max() {
            counters.add(subject, now);
            return Ok(());
        }
        Err(PinRefusal::TooMany { retry_after_s: u32::try_from(count.left(now)).unwrap_or(u32::MAX).max(1) })
    }

    /// Takes back a try that did not fail.
    pub fn take_back(&self, subject: Subject, now: u64) {
        self.counters().take_back(&subject, now);
    }

    /// No table is ever left half changed, so a poisoned lock is safe to use.
    fn counters(&self) -> MutexGuard<'_, Counters<Subject>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_limited_for_a_window() {
        let tries = Tries::default();
        let phone = Subject::Phone(MacAddress::parse("000b82aabbcc").unwrap());
        for _ in 0..OF_PHONE_MAX {
            assert_eq!(tries.begin(phone, 1_000), Ok(()));
        }
        assert_eq!(tries.begin(phone, 1_010), Err(PinRefusal::TooMany { retry_after_s: 590 }));
        assert_eq!(tries.begin(Subject::All, 1_010), Ok(()));
        tries.take_back(phone, 1_010);
        assert_eq!(tries.begin(phone, 1_010), Ok(()), "a right PIN does not count");
        assert_eq!(tries.begin(phone, 1_000 + WINDOW_S), Ok(()));
    }
}
