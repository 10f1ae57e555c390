//! The health of a plugin, by template folder and domain.
//!
//! One wrong template, or the rows of one domain, can make every render of a folder fail. So failures count against the
//! folder and the domain: after `failures_max` in a row, the plugin renders for them less often, first after one second,
//! then after twice as long each time, until a render succeeds. Other folders and domains are served as before. If
//! several folders fail and none gives a document in between, the plugin itself is suspected: its last good version
//! renders in its place, and without one, the first failure closes a further folder.
//!
//! Failures of the database and answers such as "no such file" do not count. One device may cause the failures, so a
//! request from another device may make the next retry sooner.

use super::error::RenderError;
use super::job::RenderGroup;
use crate::facts::DeviceAddress;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// Short, so that a plugin that failed for a passing reason works again before a phone gives up.
const WAIT_FIRST: Duration = Duration::from_secs(1);
/// A broken folder costs one failed render in this time.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Folders that fail in a row before the plugin is suspected. The template of one folder can be copied to a second one;
/// three that fail, while no other folder is served, are more likely to have the plugin in common.
const SUSPECT_FOLDERS: usize = 3;
/// Groups whose failures are remembered, of about 200 bytes each. Beyond it the one that has been quiet longest is
/// forgotten.
const GROUPS_MAX: usize = 1_000;

/// The health of one loaded version of a plugin; see [`Plugin::health`](super::Plugin::health).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthState {
    /// The folders and domains for which the plugin has failed `failures_max` times in a row, sorted. It is retried for
    /// them now and then; its last good version, if there is one, renders in its place.
    pub failing_for: Vec<RenderGroup>,
    /// Failures since its last document.
    pub failures_in_row: u32,
    pub last_failure: Option<LastFailure>,
    /// The plugin has returned at least one document.
    pub has_served: bool,
}

impl HealthState {
    pub fn is_failing(&self) -> bool {
        !self.failing_for.is_empty()
    }
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
    /// The group of the render failed too often in a row.
    Failing,
    /// The same, and with it the plugin became suspected.
    Suspected,
    /// The group of the render is served again.
    Healed,
}

pub(super) struct Health {
    failures_max: u32,
    record: Mutex<Record>,
}

#[derive(Clone, Default)]
struct Record {
    /// The groups that have failed since their last document.
    groups: HashMap<RenderGroup, GroupRecord>,
    /// Folders that have failed too often since the plugin's last document, at most `SUSPECT_FOLDERS`.
    suspects: Vec<String>,
    failures_in_row: u32,
    last_failure: Option<LastFailure>,
    has_served: bool,
}

#[derive(Clone)]
struct GroupRecord {
    failures_in_row: u32,
    last_failure: Instant,
    /// The time of the next retry, while the group is failing.
    next: Option<Instant>,
    /// The time between two retries.
    wait: Duration,
    /// A retry is in progress. Any other failure reported now belongs to a render that started earlier.
    retrying: bool,
    /// The device of the last failure.
    suspect: DeviceAddress,
}

impl GroupRecord {
    fn wait_of(&self, device: &DeviceAddress, now: Instant) -> Option<Duration> {
        let next = self.next?;
        let due = if self.suspect == *device { next + self.wait } else { next };
        Some(due.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }
}

impl Health {
    pub(super) fn new(failures_max: u32) -> Self {
        Self { failures_max, record: Mutex::default() }
    }

    /// The health of the same component with other templates, of which these folders are unchanged. A retry in progress
    /// stays with the old one.
    pub(super) fn inherited(&self, is_unchanged: impl Fn(&str) -> bool) -> Self {
        let mut record = self.lock().clone();
        record.groups.retain(|group, _| is_unchanged(&group.folder));
        record.groups.values_mut().for_each(|group| group.retrying = false);
        record.suspects.retain(|folder| is_unchanged(folder));
        Self { failures_max: self.failures_max, record: Mutex::new(record) }
    }

    pub(super) fn state(&self) -> HealthState {
        let record = self.lock();
        let failing = record.groups.iter().filter(|(_, group)| group.next.is_some());
        let mut failing_for: Vec<_> = failing.map(|(group, _)| group.clone()).collect();
        failing_for.sort_unstable();
        HealthState {
            failing_for,
            failures_in_row: record.failures_in_row,
            last_failure: record.last_failure.clone(),
            has_served: record.has_served,
        }
    }

    pub(super) fn is_suspected(&self) -> bool {
        self.lock().is_suspected()
    }

    /// Whether the plugin is neither suspected nor failing for this group.
    pub(super) fn is_sound_for(&self, group: &RenderGroup) -> bool {
        let record = self.lock();
        !record.is_suspected() && record.groups.get(group).is_none_or(|group| group.next.is_none())
    }

    /// Whether a render for this device of a group may start now; if not, how long to wait. For a failing group, one
    /// retry is admitted per wait.
    pub(super) fn admit(&self, group: &RenderGroup, device: &DeviceAddress, now: Instant) -> Result<(), Duration> {
        let mut record = self.lock();
        let Some(group) = record.groups.get_mut(group).filter(|group| group.next.is_some()) else { return Ok(()) };
        if let Some(wait) = group.wait_of(device, now) {
            return Err(wait);
        }
        group.next = Some(now + group.wait);
        group.retrying = true;
        Ok(())
    }

    /// How long a render for this device of a group would have to wait; `None` if it may start now.
    pub(super) fn wait(&self, group: &RenderGroup, device: &DeviceAddress, now: Instant) -> Option<Duration> {
        self.lock().groups.get(group)?.wait_of(device, now)
    }

    /// Records the outcome of a render.
    pub(super) fn note(
        &self,
        outcome: Result<(), &RenderError>,
        (group, device): (&RenderGroup, &DeviceAddress),
        now: Instant,
    ) -> Option<HealthChange> {
        match outcome {
            Ok(()) => self.lock().succeeded(group),
            Err(error) if error.is_the_plugins() => self.lock().failed(error, (group, device), now, self.failures_max),
            Err(_) => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    fn is_suspected(&self) -> bool {
        self.suspects.len() >= SUSPECT_FOLDERS
    }

    fn succeeded(&mut self, group: &RenderGroup) -> Option<HealthChange> {
        (self.failures_in_row, self.has_served) = (0, true);
        self.suspects.clear();
        let before = self.groups.remove(group)?;
        before.next.map(|_| HealthChange::Healed)
    }

    fn failed(
        &mut self,
        error: &RenderError,
        (group, device): (&RenderGroup, &DeviceAddress),
        now: Instant,
        failures_max: u32,
    ) -> Option<HealthChange> {
        self.failures_in_row = self.failures_in_row.saturating_add(1);
        self.last_failure = Some(LastFailure { kind: error.kind(), message: error.to_string(), at: SystemTime::now() });
        let failures_max = if self.is_suspected() { 1 } else { failures_max };
        let record = self.group(group, device, now);
        record.failures_in_row = record.failures_in_row.saturating_add(1);
        (record.last_failure, record.suspect) = (now, device.clone());
        if record.next.is_some() {
            if std::mem::take(&mut record.retrying) {
                record.wait = (record.wait * 2).min(WAIT_MAX);
                record.next = Some(now + record.wait);
                self.suspect(&group.folder);
            }
            return None;
        }
        if record.failures_in_row < failures_max {
            return None;
        }
        record.next = Some(now + WAIT_FIRST);
        let became_suspected = self.suspect(&group.folder);
        Some(if became_suspected { HealthChange::Suspected } else { HealthChange::Failing })
    }

    /// The record of a group, which is made if it is absent.
    fn group(&mut self, group: &RenderGroup, device: &DeviceAddress, now: Instant) -> &mut GroupRecord {
        if self.groups.len() >= GROUPS_MAX && !self.groups.contains_key(group) {
            let quietest =
                self.groups.iter().min_by_key(|(_, record)| record.last_failure).map(|(group, _)| group.clone());
            quietest.map(|group| self.groups.remove(&group));
        }
        self.groups.entry(group.clone()).or_insert(GroupRecord {
            failures_in_row: 0,
            last_failure: now,
            next: None,
            wait: WAIT_FIRST,
            retrying: false,
            suspect: device.clone(),
        })
    }

    /// Counts a folder that fails too often; whether the plugin became suspected by it.
    fn suspect(&mut self, folder: &str) -> bool {
        if self.is_suspected() || self.suspects.iter().any(|other| other == folder) {
            return false;
        }
        self.suspects.push(folder.to_owned());
        self.is_suspected()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn device(digits: &str) -> DeviceAddress {
        DeviceAddress::parse(digits).unwrap()
    }

    fn group(folder: &str, domain: &str) -> RenderGroup {
        RenderGroup { folder: folder.into(), domain: domain.into() }
    }

    fn own() -> RenderGroup {
        group("minimal/one", "a.example")
    }

    fn trap() -> RenderError {
        RenderError::Trap("unreachable".into())
    }

    /// Fails for a group until it counts as failing.
    fn break_down(health: &Health, group: &RenderGroup, now: Instant) -> HealthChange {
        loop {
            let changed = health.note(Err(&trap()), (group, &device("02aabb000001")), now);
            if let Some(change) = changed {
                return change;
            }
        }
    }

    fn failing(now: Instant) -> Health {
        let (health, own, one) = (Health::new(3), own(), device("02aabb000001"));
        let at = (&own, &one);
        for expected in [None, None, Some(HealthChange::Failing)] {
            assert_eq!(health.note(Err(&trap()), at, now), expected);
        }
        health
    }

    #[test]
    fn only_consecutive_failures_make_a_group_failing() {
        let (health, now, own, one) = (Health::new(3), Instant::now(), own(), device("02aabb000001"));
        let at = (&own, &one);
        for _ in 0..10 {
            for outcome in [Err(&trap()), Err(&trap()), Ok(())] {
                assert_eq!(health.note(outcome, at, now), None);
            }
        }
        let state = health.state();
        assert!(!state.is_failing() && state.has_served && state.failures_in_row == 0);
        assert_eq!(state.last_failure.map(|last| last.kind), Some("trap"));
    }

    #[test]
    fn faults_that_are_not_the_plugins_do_not_count() {
        let (health, now, own, one) = (Health::new(3), Instant::now(), own(), device("02aabb000001"));
        let at = (&own, &one);
        let gone = RenderError::Scope(super::super::ScopeError("gone".into()));
        for error in [RenderError::NoSuchFile("x".into()), RenderError::Limit { name: "nesting".into() }, gone] {
            (0..5).for_each(|_| assert_eq!(health.note(Err(&error), at, now), None));
        }
        assert_eq!(health.state(), HealthState::default());
    }

    #[test]
    fn other_folder_and_other_domain_are_not_affected() {
        let now = Instant::now();
        let health = failing(now);
        for other in [group("minimal/two", "a.example"), group("minimal/one", "b.example")] {
            assert!(health.is_sound_for(&other), "{other}");
            assert_eq!(health.admit(&other, &device("02aabb000001"), now), Ok(()), "{other}");
        }
        assert!(!health.is_sound_for(&own()) && health.admit(&own(), &device("02aabb000002"), now).is_err());
        assert_eq!(health.state().failing_for, [own()]);
    }

    #[test]
    fn several_folders_without_a_document_make_a_suspect() {
        let (health, now) = (Health::new(3), Instant::now());
        let fail = |folder, domain| break_down(&health, &group(folder, domain), now);
        assert_eq!(fail("one", "a.example"), HealthChange::Failing);
        assert_eq!(fail("one", "b.example"), HealthChange::Failing, "of one folder");
        assert_eq!(fail("two", "a.example"), HealthChange::Failing);
        assert!(!health.is_suspected());
        assert_eq!(fail("three", "a.example"), HealthChange::Suspected);
        assert!(health.is_suspected() && !health.is_sound_for(&group("four", "a.example")));
        let four = group("four", "a.example");
        assert_eq!(health.admit(&four, &device("02aabb000001"), now), Ok(()), "it has not failed itself");
        let change = health.note(Err(&trap()), (&four, &device("02aabb000001")), now);
        assert_eq!(change, Some(HealthChange::Failing), "one failure is enough now");
    }

    #[test]
    fn document_of_another_folder_clears_the_plugin() {
        let (health, now, other) = (Health::new(3), Instant::now(), group("other", "a.example"));
        for folder in ["one", "two", "three", "four", "five", "six"] {
            assert_eq!(break_down(&health, &group(folder, "a.example"), now), HealthChange::Failing);
            assert_eq!(health.note(Ok(()), (&other, &device("02aabb000009")), now), None);
        }
        assert!(!health.is_suspected() && health.state().failing_for.len() == 6);
    }

    #[test]
    fn changed_folder_starts_anew_and_others_stay_failing() {
        let now = Instant::now();
        let health = failing(now);
        break_down(&health, &group("minimal/two", "a.example"), now);
        let inherited = health.inherited(|folder| folder == "minimal/one");
        assert_eq!(inherited.state().failing_for, [own()]);
    }

    #[test]
    fn remembered_groups_are_bounded() {
        let (health, now) = (Health::new(1), Instant::now());
        for number in 0..GROUPS_MAX + 10 {
            let at = now + Duration::from_millis(number as u64);
            health.note(Err(&trap()), (&group("one", &number.to_string()), &device("02aabb000001")), at);
        }
        let failing = health.state().failing_for;
        assert_eq!((failing.len(), failing.contains(&group("one", "5"))), (GROUPS_MAX, false));
    }

    #[test]
    fn failing_group_is_retried_once_in_a_time_that_doubles() {
        let now = Instant::now();
        let (health, other) = (failing(now), device("02aabb000002"));
        let (mut at, mut waits) = (now, vec![]);
        for _ in 0..8 {
            let wait = health.admit(&own(), &other, at).unwrap_err();
            waits.push(wait.as_secs());
            at += wait;
            assert_eq!(health.admit(&own(), &other, at), Ok(()));
            assert!(health.admit(&own(), &other, at).is_err(), "a second one at the same time waits");
            health.note(Err(&trap()), (&own(), &device("02aabb000003")), at);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn device_that_failed_last_lets_others_retry_first() {
        let now = Instant::now();
        let (health, culprit, other) = (failing(now), device("02aabb000001"), device("02aabb000002"));
        assert!(health.admit(&own(), &culprit, now + SECOND).is_err());
        assert_eq!(health.admit(&own(), &other, now + SECOND), Ok(()));
        assert_eq!(health.note(Ok(()), (&own(), &other), now + SECOND), Some(HealthChange::Healed));
        assert_eq!(health.admit(&own(), &culprit, now + SECOND), Ok(()), "healed");
    }

    #[test]
    fn one_device_alone_is_retried_too() {
        let now = Instant::now();
        let health = failing(now);
        assert_eq!(health.admit(&own(), &device("02aabb000001"), now + 2 * SECOND), Ok(()));
    }
}
