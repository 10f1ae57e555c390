//! The health of a plugin. A plugin that fails too often in a row is tried less often: first after one second, then
//! after twice as long each time, until a render succeeds.
//!
//! Only failures of the plugin itself count, not those of a template or of the database. One device may cause the
//! failures, so a request from another device may make the next try sooner.

use super::error::RenderError;
use crate::facts::DeviceAddress;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Short, so that a plugin that failed for a passing reason works again before a phone gives up.
const WAIT_FIRST: Duration = Duration::from_secs(1);
/// A broken plugin costs one failed render in this time.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// The health of one loaded version of a plugin; see [`Plugin::health`](super::Plugin::health).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthState {
    /// The plugin has failed `failures_max` times in a row. It is tried now and then; its last good version, if there
    /// is one, renders in its place.
    pub failing: bool,
    /// Failures since its last document.
    pub failures_in_row: u32,
    pub last_failure: Option<LastFailure>,
    /// The plugin has returned at least one document.
    pub has_served: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFailure {
    /// `RenderError::kind`.
    pub kind: &'static str,
    pub message: String,
    pub at: SystemTime,
}

/// A change of a plugin's health that a render caused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HealthChange {
    Failing,
    Healed,
}

pub(super) struct Health {
    failures_max: u32,
    record: Mutex<Record>,
}

#[derive(Clone, Default)]
struct Record {
    state: HealthState,
    /// The time of the next try, while the plugin is failing.
    next: Option<Instant>,
    /// The time between two tries.
    wait: Duration,
    /// A try is in progress. Any other failure reported now belongs to a render that started earlier.
    trying: bool,
    /// The device of the last failure.
    suspect: Option<DeviceAddress>,
}

impl Health {
    pub(super) fn new(failures_max: u32) -> Self {
        Self { failures_max, record: Mutex::default() }
    }

    /// The health of the same component with other templates. A try in progress stays with the old one.
    pub(super) fn inherited(&self) -> Self {
        let record = Record { trying: false, ..self.lock().clone() };
        Self { failures_max: self.failures_max, record: Mutex::new(record) }
    }

    pub(super) fn state(&self) -> HealthState {
        self.lock().state.clone()
    }

    pub(super) fn is_failing(&self) -> bool {
        self.lock().state.failing
    }

    /// Whether a render for this device may start now; if not, how long to wait. For a failing plugin, one try is
    /// admitted per wait.
    pub(super) fn admit(&self, device: &DeviceAddress, now: Instant) -> Result<(), Duration> {
        let mut record = self.lock();
        let Some(next) = record.next else { return Ok(()) };
        let suspected = record.suspect.as_ref() == Some(device);
        let due = if suspected { next + record.wait } else { next };
        if now < due {
            return Err(due - now);
        }
        record.next = Some(now + record.wait);
        record.trying = true;
        Ok(())
    }

    /// Records the outcome of a render.
    pub(super) fn note(
        &self,
        outcome: Result<(), &RenderError>,
        device: &DeviceAddress,
        now: Instant,
    ) -> Option<HealthChange> {
        match outcome {
            Ok(()) => self.succeeded(),
            Err(error) if error.is_the_plugins() => self.failed(error, device, now),
            Err(_) => None,
        }
    }

    fn succeeded(&self) -> Option<HealthChange> {
        let mut record = self.lock();
        let healed = record.next.is_some();
        let last_failure = record.state.last_failure.take();
        *record = Record {
            state: HealthState { last_failure, has_served: true, ..HealthState::default() },
            ..Record::default()
        };
        healed.then_some(HealthChange::Healed)
    }

    fn failed(&self, error: &RenderError, device: &DeviceAddress, now: Instant) -> Option<HealthChange> {
        let mut record = self.lock();
        record.state.failures_in_row = record.state.failures_in_row.saturating_add(1);
        record.state.last_failure =
            Some(LastFailure { kind: error.kind(), message: error.to_string(), at: SystemTime::now() });
        record.suspect = Some(device.clone());
        if record.next.is_some() {
            if std::mem::take(&mut record.trying) {
                record.wait = (record.wait * 2).min(WAIT_MAX);
                record.next = Some(now + record.wait);
            }
            return None;
        }
        if record.state.failures_in_row < self.failures_max {
            return None;
        }
        record.state.failing = true;
        record.wait = WAIT_FIRST;
        record.next = Some(now + WAIT_FIRST);
        Some(HealthChange::Failing)
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn device(digits: &str) -> DeviceAddress {
        DeviceAddress::parse(digits).unwrap()
    }

    fn failing(now: Instant) -> Health {
        let health = Health::new(3);
        let trap = RenderError::Trap("unreachable".into());
        for expected in [None, None, Some(HealthChange::Failing)] {
            assert_eq!(health.note(Err(&trap), &device("02aabb000001"), now), expected);
        }
        health
    }

    #[test]
    fn only_consecutive_failures_make_a_plugin_failing() {
        let (health, now, one) = (Health::new(3), Instant::now(), device("02aabb000001"));
        let trap = RenderError::Trap("unreachable".into());
        for _ in 0..10 {
            for outcome in [Err(&trap), Err(&trap), Ok(())] {
                assert_eq!(health.note(outcome, &one, now), None);
            }
        }
        let state = health.state();
        assert!(!state.failing && state.has_served && state.failures_in_row == 0);
        assert_eq!(state.last_failure.map(|last| last.kind), Some("trap"));
    }

    #[test]
    fn faults_that_are_not_the_plugins_do_not_count() {
        let (health, now, one) = (Health::new(3), Instant::now(), device("02aabb000001"));
        let gone = RenderError::Scope(super::super::ScopeError("gone".into()));
        for error in [RenderError::NoSuchFile("x".into()), RenderError::Limit { name: "nesting".into() }, gone] {
            (0..5).for_each(|_| assert_eq!(health.note(Err(&error), &one, now), None));
        }
        assert_eq!(health.state(), HealthState::default());
    }

    #[test]
    fn a_failing_plugin_is_tried_once_in_a_time_that_doubles() {
        let now = Instant::now();
        let (health, other, trap) = (failing(now), device("02aabb000002"), RenderError::Trap("again".into()));
        let (mut at, mut waits) = (now, vec![]);
        for _ in 0..8 {
            let wait = health.admit(&other, at).unwrap_err();
            waits.push(wait.as_secs());
            at += wait;
            assert_eq!(health.admit(&other, at), Ok(()));
            assert!(health.admit(&other, at).is_err(), "a second one at the same time waits");
            health.note(Err(&trap), &device("02aabb000003"), at);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn the_device_that_failed_last_lets_others_try_first() {
        let now = Instant::now();
        let (health, culprit, other) = (failing(now), device("02aabb000001"), device("02aabb000002"));
        assert!(health.admit(&culprit, now + SECOND).is_err());
        assert_eq!(health.admit(&other, now + SECOND), Ok(()));
        assert_eq!(health.note(Ok(()), &other, now + SECOND), Some(HealthChange::Healed));
        assert_eq!(health.admit(&culprit, now + SECOND), Ok(()), "healed");
    }

    #[test]
    fn one_device_alone_is_tried_too() {
        let now = Instant::now();
        let health = failing(now);
        assert_eq!(health.admit(&device("02aabb000001"), now + 2 * SECOND), Ok(()));
    }
}
