//! Limits on failed tries. A restart forgets them, like the limits on failed requests.

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
    /// Whether another try is within the limit. `now` is in seconds.
    ///
    /// # Errors
    /// It is not.
    pub fn check(&self, subject: Subject, now: u64) -> Result<(), PinRefusal> {
        let count = self.counters().get(&subject, now);
        if count.number < subject.max() {
            return Ok(());
        }
        Err(PinRefusal::TooMany { retry_after_s: u32::try_from(count.left(now)).unwrap_or(u32::MAX).max(1) })
    }

    /// Counts a failed try.
    pub fn failed(&self, subject: Subject, now: u64) {
        self.counters().add(subject, now);
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
            assert_eq!(tries.check(phone, 1_000), Ok(()));
            tries.failed(phone, 1_000);
        }
        assert_eq!(tries.check(phone, 1_010), Err(PinRefusal::TooMany { retry_after_s: 590 }));
        assert_eq!(tries.check(Subject::All, 1_010), Ok(()));
        assert_eq!(tries.check(phone, 1_000 + WINDOW_S), Ok(()));
    }
}
