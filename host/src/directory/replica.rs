//! A replica of the database, read from while it answers. Whatever it has against a statement (it is away, it refuses,
//! its tables are behind an upgrade), the database itself decides.

use super::database::Database;
use super::find::Defaults;
use super::{Config, Error};
use crate::facts::RequestFacts;
use arc_swap::ArcSwapOption;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a replica that does not answer is asked whether it is back.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// How long one that answers and refuses is left alone.
const LEAVE_ALONE: Duration = Duration::from_secs(60);

/// How long a request waits for a connection to the replica, and for its answer: the database itself is there instead.
const PATIENCE: Duration = Duration::from_millis(500);

/// Where something may be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadOrigin {
    /// The database that is written to, which knows everything.
    Primary,
    /// A replica too, which may be behind by a moment.
    Any,
}

impl ReadOrigin {
    /// Where the rest of what was found may be read.
    pub fn of(admission: &RequestFacts) -> Self {
        if admission.ahead_of_replica { Self::Primary } else { Self::Any }
    }
}

/// One open database, and the default settings as they were last seen there.
pub struct ReadSource {
    pub database: Database,
    pub defaults: ArcSwapOption<Defaults>,
}

/// While it is away nobody waits for it but the task that asks for its return.
pub struct Replica {
    pub source: ReadSource,
    shown: String,
    away: AtomicBool,
}

impl ReadSource {
    pub fn new(database: Database) -> Self {
        Self { database, defaults: ArcSwapOption::empty() }
    }
}

impl Replica {
    /// Opens the replica that the configuration names, if it names one. One that is away is no reason not to start.
    pub async fn open(config: &Config, primary: &Database) -> Result<Option<Arc<Self>>, Error> {
        let Some(url) = &config.replica else { return Ok(None) };
        let mut own = Config { url: url.clone(), named_in: None, ..config.clone() };
        (own.acquire_timeout, own.statement_timeout) = (PATIENCE, PATIENCE);
        let database = Database::lazy(&own)?;
        if database.dialect() != primary.dialect() {
            let reason = "a replica is of the same kind as its database".to_owned();
            return Err(Error::Url { database: own.shown(), reason });
        }
        let source = ReadSource::new(database);
        let replica = Arc::new(Self { source, shown: own.shown(), away: AtomicBool::new(false) });
        if let Err(error) = replica.source.database.ping().await {
            replica.lose(&error);
        }
        Ok(Some(replica))
    }

    pub fn is_there(&self) -> bool {
        !self.away.load(Ordering::Relaxed)
    }

    /// Notes that the replica could not answer: says so once, and waits for its return beside the requests.
    pub fn lose(self: &Arc<Self>, error: &Error) {
        if error.is_conflict() || self.away.swap(true, Ordering::Relaxed) {
            return;
        }
        let pause = if error.is_temporary() { ASK_AGAIN } else { LEAVE_ALONE };
        tracing::warn!(database.name = self.shown, %error, "the replica is away; reading from the database itself");
        let replica = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(pause).await;
                let Some(replica) = replica.upgrade() else { return };
                if replica.source.database.ping().await.is_ok() {
                    replica.away.store(false, Ordering::Relaxed);
                    return tracing::info!(database.name = replica.shown, "the replica is back");
                }
            }
        });
    }
}
