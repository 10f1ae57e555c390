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
mod find;
mod keys;
mod load;
mod query;
#[cfg(test)]
pub mod tests;
mod write;

pub use config::Config;
pub use contacts::DeviceScope;
pub use embedded::DEFAULT_DOMAIN;
pub use error::Error;
pub use find::Lookup;
pub use load::Device;
pub use write::{NewDevice, Provisioned};

use arc_swap::{ArcSwap, ArcSwapOption};
use catalog::Catalog;
use database::Database;
use find::Defaults;
use query::Statement;
use std::sync::Arc;

/// FusionPBX's database, opened and understood. Clones share everything.
#[derive(Clone)]
pub struct Directory {
    inner: Arc<Inner>,
}

struct Inner {
    config: Config,
    database: Database,
    statements: ArcSwap<Statements>,
    defaults: ArcSwapOption<Defaults>,
}

/// What is sent to the database, in the spelling of its release.
struct Statements {
    catalog: Catalog,
    find: Statement,
    load: Statement,
    contacts: contacts::Statements,
}

impl Directory {
    /// Opens the database and finds out which release's tables it has.
    pub async fn connect(config: &Config) -> Result<Self, Error> {
        let database = Database::open(config).await?;
        let statements = Statements::read(config, &database).await?;
        let inner = Inner {
            config: config.clone(),
            database,
            statements: ArcSwap::from_pointee(statements),
            defaults: ArcSwapOption::empty(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Ends all connections, after what runs on them now.
    pub async fn close(&self) {
        self.inner.database.close().await;
    }

    fn database(&self) -> &Database {
        &self.inner.database
    }

    fn statements(&self) -> Arc<Statements> {
        self.inner.statements.load_full()
    }

    /// Looks at the tables again: FusionPBX may have been upgraded under a running server. Nothing happens when
    /// another request has done it since `seen`.
    async fn reread(&self, seen: &Arc<Statements>) -> Result<(), Error> {
        if Arc::ptr_eq(seen, &self.statements()) {
            let statements = Statements::read(&self.inner.config, &self.inner.database).await?;
            self.inner.statements.store(Arc::new(statements));
        }
        Ok(())
    }

    fn known_defaults(&self) -> Option<Arc<Defaults>> {
        self.inner.defaults.load_full()
    }

    fn keep_defaults(&self, defaults: Arc<Defaults>) {
        self.inner.defaults.store(Some(defaults));
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
            contacts: contacts::Statements::new(&catalog, dialect),
            catalog,
        })
    }
}
