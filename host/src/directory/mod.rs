//! FusionPBX's tables: finds a device, its domain and settings, and loads the device for templates. The same statements
//! run on PostgreSQL and SQLite; no other room knows SQL.
//!
//! A request costs two round trips, [`Directory::find`] and [`Directory::load`]. A third one reads contacts or
//! extensions, only if the template uses them.

mod catalog;
mod config;
mod contacts;
mod database;
pub mod daylight;
mod defaults;
mod dialect;
mod embedded;
mod error;
mod examine;
mod find;
mod insert;
mod keys;
mod load;
mod notes;
mod query;
mod replica;
#[cfg(test)]
mod tests;
mod url;

pub use config::Config;
pub use contacts::PhoneBook;
pub use embedded::DEFAULT_DOMAIN;
pub use error::Error;
pub use find::Lookup;
pub use insert::{Insertion, NewDevice};
pub use load::Device;
pub use notes::ProvisionNote;
pub use url::{DatabaseKind, DatabaseUrl};

use crate::facts::{ReadOrigin, Release};
use arc_swap::ArcSwap;
use catalog::Catalog;
use database::Database;
use query::{QueryResult, Statement};
use replica::{ReadSource, Replica};
use std::sync::Arc;
use std::time::{Duration, Instant};

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
}

/// The statements for the tables of this database's release.
struct Statements {
    catalog: Catalog,
    /// The release whose values templates get.
    release: Release,
    find: Statement,
    load: Statement,
    by_extension: Arc<str>,
    contacts: contacts::ContactStatements,
}

impl Directory {
    /// Opens the database and reads which tables and columns it has.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        let database = Database::open(config).await?;
        let statements = Statements::read(config, &database).await?;
        let inner = Inner {
            config: config.clone(),
            replica: Replica::open(config, &database).await?,
            primary: ReadSource::new(database),
            statements: ArcSwap::from_pointee(statements),
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
                Err(error) if error.is_temporary() && !config.is_file() && Instant::now() < end => {
                    if !std::mem::replace(&mut is_logged, true) {
                        tracing::warn!(%error, "waiting for the database");
                    }
                    tokio::time::sleep(START_PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Closes all connections, after the statements that run on them now.
    pub async fn close(&self) {
        self.database().close().await;
        if let Some(replica) = &self.inner.replica {
            replica.source.database.close().await;
        }
    }

    /// The primary database, to which the server writes.
    fn database(&self) -> &Database {
        &self.inner.primary.database
    }

    /// The replica, if there is one that may be read from and answers.
    fn replica(&self, origin: ReadOrigin) -> Option<&Arc<Replica>> {
        self.inner.replica.as_ref().filter(|replica| origin == ReadOrigin::Any && replica.is_available())
    }

    /// Runs a statement that only reads, in one round trip unless the replica fails.
    async fn read<'s>(
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

    fn statements(&self) -> Arc<Statements> {
        self.inner.statements.load_full()
    }

    /// Describes the tables again, after a statement failed because FusionPBX was upgraded under the running server.
    /// Does nothing if another request has replaced the `failed` statements in the meantime.
    async fn reread(&self, failed: &Arc<Statements>) -> Result<(), Error> {
        if Arc::ptr_eq(failed, &self.statements()) {
            let statements = Statements::read(&self.inner.config, self.database()).await?;
            self.inner.statements.store(Arc::new(statements));
        }
        Ok(())
    }
}

impl Statements {
    async fn read(config: &Config, database: &Database) -> Result<Self, Error> {
        let described = database.describe().await?;
        let catalog = Catalog::new(described).map_err(|missing| Error::Layout { database: config.shown(), missing })?;
        let dialect = database.dialect();
        let release = config.release.unwrap_or_else(|| catalog.release());
        Ok(Self {
            release,
            find: find::statement(&catalog, dialect),
            load: load::statement(&catalog, dialect),
            by_extension: find::by_extension(&catalog, dialect).into(),
            contacts: contacts::ContactStatements::new(&catalog, dialect),
            catalog,
        })
    }
}
