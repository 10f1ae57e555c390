//! How a plugin fares. One that fails too often in a row is tried less often: first after a second, then after twice
//! as long each time, until a document heals it.
//!
//! Only what is the plugin's own fault counts, not a template's and not the database's. And a device may be what
//! breaks it: the next try is another device's, where one asks.

use super::error::RenderError;
use crate::facts::MacAddress;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// A plugin that fell over a passing cause is back before a phone has given up asking.
const WAIT_FIRST: Duration = Duration::from_secs(1);
/// One that is broken costs one failed render in this time.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What is known of one loaded version of a plugin; see [`Plugin::health`](super::Plugin::health).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fares {
    /// As many failures in a row as `failures_max`: it is tried now and then, and its last good version serves where
    /// there is one.
    pub failing: bool,
    /// Since its last document.
    pub failures_in_row: u32,
    pub last_failure: Option<LastFailure>,
    /// It has given a document.
    pub has_served: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFailure {
    /// `RenderError::kind`.
    pub kind: &'static str,
    pub message: String,
    pub at: SystemTime,
}

/// What a render has made of a plugin that was the opposite before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Failing,
    Healed,
}

pub(super) struct Health {
    failures_max: u32,
    state: Mutex<State>,
}

#[derive(Clone, Default)]
struct State {
    fares: Fares,
    /// When a failing plugin is tried next.
    next: Option<Instant>,
    /// From one try to the next.
    wait: Duration,
    /// A try is under way: other failures that come in now belong to renders from before.
    trying: bool,
    /// The device of the last failure.
    suspect: Option<MacAddress>,
}

impl Health {
    pub(super) fn new(failures_max: u32) -> Self {
        Self { failures_max, state: Mutex::default() }
    }

    /// For the same component with other templates. A try that is under way is the old one's.
    pub(super) fn inherited(&self) -> Self {
        let state = State { trying: false, ..self.state().clone() };
        Self { failures_max: self.failures_max, state: Mutex::new(state) }
    }

    pub(super) fn fares(&self) -> Fares {
        self.state().fares.clone()
    }

    pub(super) fn is_failing(&self) -> bool {
        self.state().fares.failing
    }

    /// Whether a render for this device may be tried now; else how long until one may. To a failing plugin a yes is
    /// given once, and then not again until its wait is over.
    pub(super) fn admit(&self, device: MacAddress, now: Instant) -> Result<(), Duration> {
        let mut state = self.state();
        let Some(next) = state.next else { return Ok(()) };
        let suspected = state.suspect == Some(device);
        let due = if suspected { next + state.wait } else { next };
        if now < due {
            return Err(due - now);
        }
        state.next = Some(now + state.wait);
        state.trying = true;
        Ok(())
    }

    /// Takes note of what a render came to.
    pub(super) fn note(&self, outcome: Result<(), &RenderError>, device: MacAddress, now: Instant) -> Option<Turn> {
        match outcome {
            Ok(()) => self.succeeded(),
            Err(error) if error.is_the_plugins() => self.failed(error, device, now),
            Err(_) => None,
        }
    }

    fn succeeded(&self) -> Option<Turn> {
        let mut state = self.state();
        let healed = state.next.is_some();
        let last_failure = state.fares.last_failure.take();
        *state = State { fares: Fares { last_failure, has_served: true, ..Fares::default() }, ..State::default() };
        healed.then_some(Turn::Healed)
    }

    fn failed(&self, error: &RenderError, device: MacAddress, now: Instant) -> Option<Turn> {
        let mut state = self.state();
        state.fares.failures_in_row = state.fares.failures_in_row.saturating_add(1);
        state.fares.last_failure =
            Some(LastFailure { kind: error.kind(), message: error.to_string(), at: SystemTime::now() });
        state.suspect = Some(device);
        if state.next.is_some() {
            if std::mem::take(&mut state.trying) {
                state.wait = (state.wait * 2).min(WAIT_MAX);
                state.next = Some(now + state.wait);
            }
            return None;
        }
        if state.fares.failures_in_row < self.failures_max {
            return None;
        }
        state.fares.failing = true;
        state.wait = WAIT_FIRST;
        state.next = Some(now + WAIT_FIRST);
        Some(Turn::Failing)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn device(digits: &str) -> MacAddress {
        MacAddress::parse(digits).unwrap()
    }

    fn failing(now: Instant) -> Health {
        let health = Health::new(3);
        let trap = RenderError::Trap("unreachable".into());
        for expected in [None, None, Some(Turn::Failing)] {
            assert_eq!(health.note(Err(&trap), device("02aabb000001"), now), expected);
        }
        health
    }

    #[test]
    fn failures_in_a_row_make_it_failing_and_a_document_between_them_does_not() {
        let (health, now, one) = (Health::new(3), Instant::now(), device("02aabb000001"));
        let trap = RenderError::Trap("unreachable".into());
        for _ in 0..10 {
            for outcome in [Err(&trap), Err(&trap), Ok(())] {
                assert_eq!(health.note(outcome, one, now), None);
            }
        }
        let fares = health.fares();
        assert!(!fares.failing && fares.has_served && fares.failures_in_row == 0);
        assert_eq!(fares.last_failure.map(|last| last.kind), Some("trap"));
    }

    #[test]
    fn faults_that_are_not_the_plugins_do_not_count() {
        let (health, now, one) = (Health::new(3), Instant::now(), device("02aabb000001"));
        let gone = RenderError::Scope(super::super::ScopeError("gone".into()));
        for error in [RenderError::NoSuchFile("x".into()), RenderError::Limit { name: "nesting".into() }, gone] {
            (0..5).for_each(|_| assert_eq!(health.note(Err(&error), one, now), None));
        }
        assert_eq!(health.fares(), Fares::default());
    }

    #[test]
    fn a_failing_plugin_is_tried_once_in_a_time_that_doubles() {
        let now = Instant::now();
        let (health, other, trap) = (failing(now), device("02aabb000002"), RenderError::Trap("again".into()));
        let (mut at, mut waits) = (now, vec![]);
        for _ in 0..8 {
            let wait = health.admit(other, at).unwrap_err();
            waits.push(wait.as_secs());
            at += wait;
            assert_eq!(health.admit(other, at), Ok(()));
            assert!(health.admit(other, at).is_err(), "a second one at the same time waits");
            health.note(Err(&trap), device("02aabb000003"), at);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn the_device_that_failed_last_lets_others_try_first() {
        let now = Instant::now();
        let (health, culprit, other) = (failing(now), device("02aabb000001"), device("02aabb000002"));
        assert!(health.admit(culprit, now + SECOND).is_err());
        assert_eq!(health.admit(other, now + SECOND), Ok(()));
        assert_eq!(health.note(Ok(()), other, now + SECOND), Some(Turn::Healed));
        assert_eq!(health.admit(culprit, now + SECOND), Ok(()), "healed");
    }

    #[test]
    fn one_device_alone_is_tried_too() {
        let now = Instant::now();
        let health = failing(now);
        assert_eq!(health.admit(device("02aabb000001"), now + 2 * SECOND), Ok(()));
    }
}
