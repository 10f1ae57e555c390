//! Reads from a replica of the database while it answers. If a statement fails there, for whatever reason (the replica is
//! unreachable, refuses it, or has not replayed an upgrade of the tables), the primary runs it.

use super::cache::FactsCache;
use super::config::Config;
use super::database::Database;
use super::defaults::DefaultsCache;
use super::error::Error;
use crate::facts::DatabaseVersion;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

/// The pause between two tests of a replica that does not answer.
const UNREACHABLE_PAUSE: Duration = Duration::from_secs(1);

/// The pause between two tests of a replica that answers with errors.
const FAILING_PAUSE: Duration = Duration::from_secs(60);

/// How long a request waits for a connection to the replica, and for its answer, before it goes to the primary.
const TIMEOUT: Duration = Duration::from_millis(500);

/// An open database, with what is kept of it.
pub struct ReadSource {
    pub database: Database,
    pub defaults: DefaultsCache,
    pub cache: FactsCache,
}

/// A replica. While it is unavailable no request waits for it; a task tests it until it answers.
pub struct Replica {
    pub source: ReadSource,
    name: String,
    unavailable: AtomicBool,
}

impl ReadSource {
    pub fn new(database: Database, config: &Config) -> Self {
        Self { database, defaults: DefaultsCache::default(), cache: FactsCache::new(config.facts_bytes_max) }
    }

    /// The database's version now; `None` if nothing is to be kept.
    pub async fn version(&self) -> Option<DatabaseVersion> {
        if self.cache.is_on() { self.database.version().await } else { None }
    }
}

impl Replica {
    /// Opens the replica that the configuration names, if it names one. An unreachable one does not fail the start.
    pub async fn open(config: &Config, primary: &Database) -> Result<Option<Arc<Self>>, Error> {
        let Some(url) = &config.replica else { return Ok(None) };
        let mut own = Config { url: url.clone(), named_in: None, ..config.clone() };
        (own.acquire_timeout, own.statement_timeout) = (TIMEOUT, TIMEOUT);
        let database = Database::lazy(&own)?;
        if database.dialect() != primary.dialect() {
            let reason = "the replica is not of the same kind as the database".to_owned();
            return Err(Error::Url { database: own.shown(), reason });
        }
        let source = ReadSource::new(database, &own);
        let replica = Arc::new(Self { source, name: own.shown(), unavailable: AtomicBool::new(false) });
        if let Err(error) = replica.source.database.ping().await {
            replica.lose(&error);
        }
        Ok(Some(replica))
    }

    pub fn is_available(&self) -> bool {
        !self.unavailable.load(Ordering::Relaxed)
    }

    /// Marks the replica unavailable after an error, logs it once, and starts the task that tests it. A value that no
    /// database can hold is no fault of the replica.
    pub fn lose(self: &Arc<Self>, error: &Error) {
        if error.is_conflict() || error.is_of_value() || self.unavailable.swap(true, Ordering::Relaxed) {
            return;
        }
        let pause = if error.is_temporary() { UNREACHABLE_PAUSE } else { FAILING_PAUSE };
        tracing::warn!(database.name = self.name, %error, "replica unavailable; reading from the primary");
        let replica = Arc::downgrade(self);
        // A panic must not leave the replica unavailable forever.
        tokio::spawn(async move { while tokio::spawn(test(replica.clone(), pause)).await.is_err() {} });
    }
}

/// Tests a replica, after each pause, until it answers.
async fn test(replica: Weak<Replica>, pause: Duration) {
    loop {
        tokio::time::sleep(pause).await;
        let Some(replica) = replica.upgrade() else { return };
        if replica.source.database.ping().await.is_ok() {
            replica.unavailable.store(false, Ordering::Relaxed);
            return tracing::info!(database.name = replica.name, "replica available again");
        }
    }
}
