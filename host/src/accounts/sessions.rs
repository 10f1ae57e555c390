//! Who is logged in, in memory: a restart ends all sessions. Times are in seconds since 1970-01-01T00:00:00Z; the caller
//! passes them.

use super::grant::Grant;
use super::token::{FormKey, RandomId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A session without a request ends: a browser that was left open on a desk.
const IDLE_S: u64 = 30 * 60;
/// A session ends even if it is used: a working day.
const LIFE_S: u64 = 12 * 3_600;
/// How long a look at the user's row holds. A user who was disabled, or has a new password, is logged out after this.
const LOOK_S: u64 = 2;
/// Sessions of all users: more operators than any telephone system has. A session takes less than a kilobyte.
const SESSIONS_MAX: usize = 1_024;
/// Browsers of one user.
const OF_USER_MAX: usize = 10;

/// The user of a session, as a look at the row finds it again.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionUser {
    pub uuid: String,
    /// [`super::mark`] of the row.
    pub mark: [u8; 32],
}

struct Session {
    grant: Arc<Grant>,
    user: SessionUser,
    forms: FormKey,
    opened: u64,
    used: u64,
    looked: u64,
}

/// A session that has not ended.
pub struct FoundSession {
    pub grant: Arc<Grant>,
    pub forms: FormKey,
    /// The user to look at again, if the last look is too old.
    pub stale: Option<SessionUser>,
}

/// All sessions, by the hash of their id.
#[derive(Default)]
pub struct Sessions {
    all: Mutex<HashMap<[u8; 32], Session>>,
}

impl Sessions {
    /// Opens a session. If there are too many, the one that was not used for longest ends.
    ///
    /// # Errors
    /// The system returned no random numbers.
    pub fn open(&self, grant: Grant, user: SessionUser, now: u64) -> Result<RandomId, getrandom::Error> {
        let (id, forms) = (RandomId::generate()?, FormKey::generate()?);
        let mut all = self.all();
        all.retain(|_, session| !session.has_ended(now));
        let of_user = |session: &Session| session.user.uuid == user.uuid;
        if all.values().filter(|session| of_user(session)).count() >= OF_USER_MAX {
            end_oldest(&mut all, of_user);
        }
        if all.len() >= SESSIONS_MAX {
            end_oldest(&mut all, |_| true);
        }
        let session = Session { grant: Arc::new(grant), user, forms, opened: now, used: now, looked: now };
        all.insert(id.hash(), session);
        Ok(id)
    }

    /// The session of this id. `is_use`: a person asked, so that the session does not end soon. A page that refreshes
    /// itself is no use.
    pub fn find(&self, id: &RandomId, is_use: bool, now: u64) -> Option<FoundSession> {
        let mut all = self.all();
        let hash = id.hash();
        let session = all.get_mut(&hash)?;
        if session.has_ended(now) {
            all.remove(&hash);
            return None;
        }
        if is_use {
            session.used = now;
        }
        let is_stale = now >= session.looked + LOOK_S;
        Some(FoundSession {
            grant: Arc::clone(&session.grant),
            forms: session.forms.clone(),
            stale: is_stale.then(|| session.user.clone()),
        })
    }

    /// Notes that the user's row was looked at, and is as it was.
    pub fn looked(&self, id: &RandomId, now: u64) {
        if let Some(session) = self.all().get_mut(&id.hash()) {
            session.looked = now;
        }
    }

    /// Ends a session.
    pub fn end(&self, id: &RandomId) {
        self.all().remove(&id.hash());
    }

    /// No session is ever left half changed, so a poisoned lock is safe to use.
    fn all(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn has_ended(&self, now: u64) -> bool {
        now >= self.used + IDLE_S || now >= self.opened + LIFE_S
    }
}

fn end_oldest(all: &mut HashMap<[u8; 32], Session>, is_meant: impl Fn(&Session) -> bool) {
    let meant = all.iter().filter(|(_, session)| is_meant(session));
    if let Some(oldest) = meant.min_by_key(|(_, session)| session.used).map(|(hash, _)| *hash) {
        all.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_800_000_000;

    fn grant(name: &str) -> Grant {
        Grant { name: name.into(), is_admin: true, domain: None }
    }

    fn user(name: &str) -> SessionUser {
        SessionUser { uuid: name.into(), mark: [0; 32] }
    }

    fn open(sessions: &Sessions, name: &str, now: u64) -> RandomId {
        sessions.open(grant(name), user(name), now).unwrap()
    }

    #[test]
    fn session_is_found_by_its_own_id_until_its_end() {
        let sessions = Sessions::default();
        let (id, forged) = (open(&sessions, "ada", START), RandomId::generate().unwrap());
        assert_eq!(sessions.find(&id, true, START + 1).unwrap().grant.name, "ada");
        assert!(sessions.find(&forged, true, START + 1).is_none());
        sessions.end(&id);
        assert!(sessions.find(&id, true, START + 1).is_none());
    }

    #[test]
    fn idle_session_ends_and_a_refresh_is_no_use() {
        let sessions = Sessions::default();
        let (used, idle) = (open(&sessions, "ada", START), open(&sessions, "bob", START));
        let soon = START + IDLE_S - 1;
        assert!(sessions.find(&used, true, soon).is_some() && sessions.find(&idle, false, soon).is_some());
        assert!(sessions.find(&used, true, soon + 2).is_some());
        assert!(sessions.find(&idle, true, soon + 2).is_none());
    }

    #[test]
    fn used_session_ends_after_a_working_day() {
        let sessions = Sessions::default();
        let id = open(&sessions, "ada", START);
        for now in (START..START + LIFE_S).step_by(600) {
            assert!(sessions.find(&id, true, now).is_some(), "{now}");
        }
        assert!(sessions.find(&id, true, START + LIFE_S).is_none());
    }

    #[test]
    fn oldest_session_ends_at_a_bound() {
        let sessions = Sessions::default();
        let ids: Vec<_> = (0..=OF_USER_MAX as u64).map(|at| open(&sessions, "ada", START + at)).collect();
        let now = START + 100;
        assert!(sessions.find(&ids[0], true, now).is_none() && sessions.find(&ids[1], true, now).is_some());
        for at in 0..SESSIONS_MAX + 20 {
            open(&sessions, &format!("user {at}"), START + 200);
        }
        assert_eq!(sessions.all().len(), SESSIONS_MAX);
        assert!(sessions.find(&ids[1], true, now).is_none());
    }

    #[test]
    fn user_is_looked_at_again_after_some_seconds() {
        let sessions = Sessions::default();
        let id = open(&sessions, "ada", START);
        let is_stale = |now| sessions.find(&id, true, now).unwrap().stale.is_some();
        assert!(!is_stale(START + LOOK_S - 1) && is_stale(START + LOOK_S));
        sessions.looked(&id, START + LOOK_S);
        assert!(!is_stale(START + LOOK_S + 1));
    }
}
