//! FusionPBX's tables: who a device is, what holds for it, and what it is made of. The same statements run on
//! PostgreSQL and SQLite; nothing else in the server knows SQL.
//!
//! A request costs two round trips, [`Directory::find`] and [`Directory::load`]; contacts and extensions are read
//! only when a template asks for them.

mod catalog;
mod config;
mod contacts;
mod database;
pub mod daylight;
mod embedded;
mod error;
mod examine;
mod find;
mod keys;
mod load;
mod query;
mod replica;
#[cfg(test)]
pub mod tests;
mod url;
mod write;

pub use config::Config;
pub use contacts::DeviceScope;
pub use embedded::DEFAULT_DOMAIN;
pub use error::Error;
pub use find::Lookup;
pub use load::Device;
pub use url::{DatabaseKind, DatabaseUrl};
pub use write::{NewDevice, Provisioned};

use arc_swap::ArcSwap;
use catalog::Catalog;
use database::Database;
use query::{QueryResult, Statement};
use replica::{ReadOrigin, ReadSource, Replica};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a start asks for a database that does not answer yet.
const START_PAUSE: Duration = Duration::from_millis(500);

/// FusionPBX's database, opened and understood. Clones share everything.
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

/// What is sent to the database, in the spelling of its release.
struct Statements {
    catalog: Catalog,
    find: Statement,
    load: Statement,
    contacts: contacts::ContactStatements,
}

impl Directory {
    /// Opens the database and finds out which release's tables it has.
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

    /// Opens the database, and waits a while for one that does not answer yet. What will not change by waiting (a
    /// password, a certificate, other tables, a file that is not there) is said at once.
    pub async fn connect_waiting(config: &Config) -> Result<Self, Error> {
        let end = Instant::now() + config.start_timeout;
        let mut waiting = false;
        loop {
            match Self::connect(config).await {
                Err(error) if error.is_temporary() && !config.is_file() && Instant::now() < end => {
                    if !std::mem::replace(&mut waiting, true) {
                        tracing::warn!(%error, "waiting for the database");
                    }
                    tokio::time::sleep(START_PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    /// Ends all connections, after what runs on them now.
    pub async fn close(&self) {
        self.database().close().await;
        if let Some(replica) = &self.inner.replica {
            replica.source.database.close().await;
        }
    }

    /// The database that is written to.
    fn database(&self) -> &Database {
        &self.inner.primary.database
    }

    /// The replica, where there is one that answers and may be read from.
    fn replica(&self, origin: ReadOrigin) -> Option<&Arc<Replica>> {
        self.inner.replica.as_ref().filter(|replica| origin == ReadOrigin::Any && replica.is_there())
    }

    /// Runs a statement that only reads, in one round trip where the replica does not fail.
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

    /// Looks at the tables again: FusionPBX may have been upgraded under a running server. Nothing happens when
    /// another request has done it since `seen`.
    async fn reread(&self, seen: &Arc<Statements>) -> Result<(), Error> {
        if Arc::ptr_eq(seen, &self.statements()) {
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
        Ok(Self {
            find: find::statement(&catalog, dialect),
            load: load::statement(&catalog, dialect),
            contacts: contacts::ContactStatements::new(&catalog, dialect),
            catalog,
        })
    }
}
