//! Knows the version of a database by notifications of its triggers, so that requests need no statement.
//!
//! A request needs to look at a value in memory, if the connection that listens has shown lately that it works. Else it waits
//! for a round trip without a statement, which all who wait share.

use super::listening::{Listening, Silence};
use crate::facts::DatabaseVersion;
use sqlx::PgPool;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

/// The most that an answer may be late: an edit that was committed this long before a request arrived is in its answer, also
/// if the connection hangs. Notifications usually arrive within a millisecond.
pub const LATE_MAX: Duration = Duration::from_millis(25);

/// The listener of one database. It rests until [`Listener::start`].
#[derive(Default)]
pub struct Listener {
    shared: Arc<Shared>,
    task: Mutex<Option<AbortHandle>>,
}

#[derive(Default)]
struct Shared {
    /// `None` while no connection listens.
    heard: watch::Sender<Option<Heard>>,
    /// A request wants to know of everything that was committed before.
    asked: Notify,
    /// The number of the last version.
    newest: AtomicU64,
    /// The last reason for silence in the log.
    logged: Mutex<Option<String>>,
}

#[derive(Clone, Copy)]
struct Heard {
    version: DatabaseVersion,
    /// Everything that was committed before is counted.
    until: Instant,
    /// When this server itself wrote last.
    wrote: Instant,
}

impl Listener {
    /// The version that the database has, or had at most [`LATE_MAX`] before the call; `None` if no connection listens.
    pub async fn version(&self) -> Option<DatabaseVersion> {
        let now = Instant::now();
        let is_known = |heard: &Option<Heard>| heard.is_none_or(|heard| heard.holds_at(now));
        let heard = *self.shared.heard.borrow();
        if is_known(&heard) {
            return heard.map(|heard| heard.version);
        }
        self.shared.asked.notify_one();
        let heard = *self.shared.heard.subscribe().wait_for(is_known).await.ok()?;
        heard.map(|heard| heard.version)
    }

    /// This server has written: the next request has to see it, as it would without triggers.
    pub fn wrote(&self) {
        self.shared.heard.send_if_modified(|heard| {
            if let Some(heard) = heard {
                heard.wrote = Instant::now();
            }
            false
        });
    }

    /// Whether the version is older than one of the listener's.
    pub fn has_newer(&self, version: DatabaseVersion) -> bool {
        version.number() < self.shared.newest.load(Ordering::Relaxed)
    }

    /// Begins to listen, unless it listens, or failed to a moment ago. The database has triggers.
    pub fn start(&self, pool: &PgPool) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_some_and(|task| !task.is_finished()) {
            return;
        }
        let (shared, pool) = (Arc::clone(&self.shared), pool.clone());
        let listening = tokio::spawn(async move {
            let Err(silence) = Hearing(&shared).listen(&pool).await;
            shared.log_silence(&silence);
            tokio::time::sleep(silence.pause()).await;
        });
        *task = Some(listening.abort_handle());
    }

    #[cfg(test)]
    pub fn is_listening(&self) -> bool {
        self.shared.heard.borrow().is_some()
    }

    pub fn stop(&self) {
        if let Some(task) = &*self.task.lock().unwrap_or_else(PoisonError::into_inner) {
            task.abort();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Heard {
    fn holds_at(&self, now: Instant) -> bool {
        self.until + LATE_MAX >= now && self.until >= self.wrote
    }
}

/// The task that listens. When it ends, however it ends, nothing is heard.
struct Hearing<'a>(&'a Shared);

impl Hearing<'_> {
    async fn listen(self, pool: &PgPool) -> Result<std::convert::Infallible, Silence> {
        let Self(shared) = &self;
        let mut listening = Listening::open(pool).await?;
        let begun = Instant::now();
        shared.heard.send_replace(Some(Heard { version: shared.unused(), until: begun, wrote: begun }));
        shared.log_listening();
        loop {
            let notified = tokio::select! {
                has_changed = listening.receive() => Some(has_changed?),
                () = shared.asked.notified() => None,
            };
            let asked = Instant::now();
            let mut has_changed = notified.unwrap_or_default();
            let is_asked = notified.is_none() || listening.must_check();
            if is_asked {
                has_changed |= listening.ask().await?;
            }
            let version = has_changed.then(|| shared.unused());
            shared.heard.send_modify(|heard| {
                if let Some(heard) = heard {
                    heard.version = version.unwrap_or(heard.version);
                    heard.until = if is_asked { asked } else { heard.until };
                }
            });
        }
    }
}

impl Drop for Hearing<'_> {
    fn drop(&mut self) {
        self.0.heard.send_replace(None);
    }
}

impl Shared {
    fn unused(&self) -> DatabaseVersion {
        let version = DatabaseVersion::unused();
        self.newest.store(version.number(), Ordering::Relaxed);
        version
    }

    fn log_listening(&self) {
        *self.logged.lock().unwrap_or_else(PoisonError::into_inner) = None;
        tracing::info!("triggers notify of changes; requests send no statement while nothing changes");
    }

    /// Logs each reason once.
    fn log_silence(&self, silence: &Silence) {
        let reason = silence.to_string();
        let mut logged = self.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.as_ref() != Some(&reason) {
            tracing::warn!(error = reason, "triggers are not used; requests look for changes with a statement");
            *logged = Some(reason);
        }
    }
}
