//! When an edit is complete: after a change, nothing has changed for a moment. No I/O.

use crate::facts::DatabaseVersion;
use std::time::{Duration, Instant};

/// How often to look for changes. Without triggers, a look is the short statement that requests send, too; with triggers it is
/// none.
const LOOK: Duration = Duration::from_millis(250);

/// Nothing changes for this long after the last statement of an edit. An operator waits for the phone meanwhile.
const QUIET: Duration = Duration::from_millis(200);

/// The longest wait for the end of changes: a database that is always written to must not hold up edits.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// What documents are made of, as far as a change can be told. `None`: the database cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    pub database: Option<DatabaseVersion>,
    /// The place in memory of templates and plugins.
    pub snapshot: usize,
}

/// Tells when phones have to be compared.
#[derive(Default)]
pub struct Changes {
    seen: Option<State>,
    /// The first and the last change that no comparison has seen.
    open: Option<(Instant, Instant)>,
}

impl Changes {
    /// Takes the present state. Returns true once for each edit, or for edits in quick succession. The first state is no
    /// change.
    pub fn is_due(&mut self, state: State, now: Instant) -> bool {
        let database = state.database.or(self.seen.and_then(|seen| seen.database));
        let state = State { database, ..state };
        // After an outage, the first answer is another version; whether something changed meanwhile is not known.
        if self.seen.replace(state).is_some_and(|seen| seen != state) {
            let first = self.open.map_or(now, |(first, _)| first);
            self.open = Some((first, now));
        }
        let Some((first, last)) = self.open else { return false };
        let is_due = now >= last + QUIET || now >= first + WAIT_MAX;
        if is_due {
            self.open = None;
        }
        is_due
    }

    /// How long the next look can wait: after a change, until the edit may be complete.
    pub fn pause(&self, now: Instant) -> Duration {
        let due = self.open.map(|(first, last)| (last + QUIET).min(first + WAIT_MAX));
        due.map_or(LOOK, |due| due.saturating_duration_since(now)).min(LOOK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(database: Option<DatabaseVersion>, snapshot: usize) -> State {
        State { database, snapshot }
    }

    #[test]
    fn one_edit_is_due_once_after_it_is_quiet() {
        let (mut changes, start) = (Changes::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        let (one, two, three) =
            (Some(DatabaseVersion::unused()), Some(DatabaseVersion::unused()), Some(DatabaseVersion::unused()));
        assert!(!changes.is_due(state(one, 1), at(0)), "the first look");
        assert!(!changes.is_due(state(one, 1), at(1_000)));
        assert!(!changes.is_due(state(two, 1), at(1_100)));
        assert!(!changes.is_due(state(three, 1), at(1_300)), "the edit goes on");
        assert!(!changes.is_due(state(three, 1), at(1_499)));
        assert_eq!(changes.pause(at(1_450)), Duration::from_millis(50));
        assert!(changes.is_due(state(three, 1), at(1_500)));
        assert_eq!(changes.pause(at(1_500)), LOOK);
        assert!(!changes.is_due(state(three, 1), at(2_000)));
        assert!(!changes.is_due(state(three, 2), at(2_100)), "a template");
        assert!(changes.is_due(state(three, 2), at(2_300)));
    }

    #[test]
    fn endless_changes_are_due_after_the_longest_wait() {
        let (mut changes, start) = (Changes::default(), Instant::now());
        let due = (0..200_u64).filter(|step| {
            changes.is_due(state(Some(DatabaseVersion::unused()), 1), start + Duration::from_millis(step * 100))
        });
        assert_eq!(due.collect::<Vec<_>>(), [51, 102, 153]);
    }

    #[test]
    fn database_that_does_not_answer_has_not_changed() {
        let (mut changes, start) = (Changes::default(), Instant::now());
        let version = Some(DatabaseVersion::unused());
        assert!(!changes.is_due(state(version, 1), start));
        assert!(!changes.is_due(state(None, 1), start + Duration::from_secs(1)));
        assert!(!changes.is_due(state(version, 1), start + Duration::from_secs(2)));
        assert!(!changes.is_due(state(version, 1), start + Duration::from_secs(9)));
    }
}
