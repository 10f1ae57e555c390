//! The open database: where a statement runs, and with which statements.

use super::addresses::AddressLog;
use super::config::Config;
use super::database::Database;
use super::dialect::Dialect;
use super::error::Error;
use super::query::{QueryResult, Statement};
use super::replica::{ReadSource, Replica};
use super::statements::Statements;
use crate::facts::{DatabaseVersion, ReadOrigin};
use crate::metrics::FactsCounts;
use arc_swap::ArcSwap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The mark of a file that Dialplate has created: "Dial" in ASCII, as a decimal number.
const MARK_NUMBER: &str = "1147756908";

/// The pause between two attempts to reach the database at start.
const START_PAUSE: Duration = Duration::from_millis(500);

/// An open database of FusionPBX's. Clones share everything.
#[derive(Clone)]
pub struct Directory {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    primary: ReadSource,
    replica: Option<Arc<Replica>>,
    statements: ArcSwap<Statements>,
    address_log: AddressLog,
}

impl Directory {
    /// Opens the database and reads which tables and columns it has.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        let database = Database::open(config).await?;
        let statements = Statements::read(config, &database).await?;
        let inner = Inner {
            config: config.clone(),
            replica: Replica::open(config, &database).await?,
            primary: ReadSource::new(database, config),
            statements: ArcSwap::from_pointee(statements),
            address_log: AddressLog::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Opens the database, and waits up to [`Config::start_timeout`] for one that does not answer yet. Errors that do not
    /// pass by waiting (password, certificate, other tables, a missing file) are returned at once.
    pub async fn connect_waiting(config: &Config) -> Result<Self, Error> {
        let end = Instant::now() + config.start_timeout;
        let mut is_logged = false;
        loop {
            match Self::connect(config).await {
                Err(error) if error.is_worth_waiting(config) && Instant::now() < end => {
                    if !std::mem::replace(&mut is_logged, true) {
                        tracing::warn!(%error, "waiting for the database");
                    }
                    tokio::time::sleep(START_PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Whether the primary database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), Error> {
        self.database().ping().await
    }

    /// Whether Dialplate has created the database, and FusionPBX's pages do not edit it.
    ///
    /// # Errors
    /// It does not answer.
    pub async fn is_embedded(&self) -> Result<bool, Error> {
        if self.database().dialect() == Dialect::Postgres {
            return Ok(false);
        }
        let sql = "select cast(application_id as text), null from pragma_application_id";
        let rows = self.database().fetch(&Arc::from(sql), &[]).await;
        let rows = rows.map_err(|error| error.naming("read whose database it is"))?;
        Ok(rows.first().is_some_and(|(id, _)| id == MARK_NUMBER))
    }

    /// The use of the facts that are kept of the database and of its replica.
    pub fn facts_counts(&self) -> FactsCounts {
        let replica = self.inner.replica.as_ref().map(|replica| &replica.source);
        std::iter::once(&self.inner.primary).chain(replica).fold(FactsCounts::default(), |sum, source| {
            let FactsCounts { hits, misses, bytes } = source.cache.counts();
            FactsCounts { hits: sum.hits + hits, misses: sum.misses + misses, bytes: sum.bytes + bytes }
        })
    }

    /// Closes all connections, after the statements that run on them now.
    pub async fn close(&self) {
        self.database().close().await;
        if let Some(replica) = &self.inner.replica {
            replica.source.database.close().await;
        }
    }

    /// The version that the database has now, which is another one after each edit; `None` if it cannot be told.
    pub async fn version(&self) -> Option<DatabaseVersion> {
        self.primary().version().await
    }

    /// Where statements are read that no replica answers.
    pub(super) fn primary(&self) -> &ReadSource {
        &self.inner.primary
    }

    /// The primary database, to which the server writes.
    pub(super) fn database(&self) -> &Database {
        &self.inner.primary.database
    }

    /// The replica, if there is one that may be read from and answers.
    pub(super) fn replica(&self, origin: ReadOrigin) -> Option<&Arc<Replica>> {
        self.inner.replica.as_ref().filter(|replica| origin == ReadOrigin::Any && replica.is_available())
    }

    /// The database from which the rest of a request is read.
    pub(super) fn source(&self, origin: ReadOrigin) -> &ReadSource {
        self.replica(origin).map_or_else(|| self.primary(), |replica| &replica.source)
    }

    pub(super) fn has_replica(&self) -> bool {
        self.inner.replica.is_some()
    }

    /// Runs a statement that only reads, in one round trip unless the replica fails.
    pub(super) async fn read<'s>(
        &self,
        origin: ReadOrigin,
        statement: &'s Statement,
        binds: &[Option<&str>],
    ) -> Result<QueryResult<'s>, Error> {
        if let Some(replica) = self.replica(origin) {
            match statement.run(&replica.source.database, binds).await {
                Ok(answer) => return Ok(answer),
                Err(error) => replica.lose(&error),
            }
        }
        statement.run(self.database(), binds).await
    }

    pub(super) fn statements(&self) -> Arc<Statements> {
        self.inner.statements.load_full()
    }

    pub(super) fn address_log(&self) -> &AddressLog {
        &self.inner.address_log
    }

    /// Describes the tables again, after a statement failed because FusionPBX was upgraded under the running server.
    /// Does nothing if another request has replaced the `failed` statements in the meantime.
    pub(super) async fn reread(&self, failed: &Arc<Statements>) -> Result<(), Error> {
        if Arc::ptr_eq(failed, &self.statements()) {
            let statements = Statements::read(&self.inner.config, self.database()).await?;
            self.inner.statements.store(Arc::new(statements));
        }
        Ok(())
    }
}
