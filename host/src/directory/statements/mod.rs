//! The statements that requests run, built once from the tables and columns that this database's release has.

mod contacts;
mod find;
mod load;
mod relatives;
mod settings;
mod users;

use super::catalog::Catalog;
use super::config::Config;
use super::database::Database;
use super::error::Error;
use super::query::Statement;
use crate::facts::Release;
pub use contacts::ContactStatements;
use find::FindStatements;
pub use find::PROVISIONED;
pub use settings::{DEFAULT_SETTINGS, STAMP};
use std::sync::Arc;
pub use users::{UserStatements, VERIFIER};

/// The statements for the tables of this database's release.
pub struct Statements {
    pub catalog: Catalog,
    /// The release whose values templates get.
    pub release: Release,
    pub find: FindStatements,
    pub relatives: Statement,
    pub load: Statement,
    pub domain_settings: Statement,
    pub by_extension: Arc<str>,
    pub contacts: ContactStatements,
    /// Or what the database does not show of what logins need.
    pub users: Result<UserStatements, Vec<String>>,
}

impl Statements {
    /// Reads which tables and columns the database has.
    pub async fn read(config: &Config, database: &Database) -> Result<Self, Error> {
        let described = database.describe().await?;
        let catalog = Catalog::new(described).map_err(|missing| Error::Layout { database: config.shown(), missing })?;
        let dialect = database.dialect();
        let release = config.release.unwrap_or_else(|| catalog.release());
        Ok(Self {
            release,
            find: FindStatements::new(&catalog, dialect),
            relatives: relatives::statement(&catalog, dialect),
            load: load::statement(&catalog, dialect),
            domain_settings: settings::of_domain(&catalog, dialect),
            by_extension: find::by_extension(&catalog).into(),
            contacts: ContactStatements::new(&catalog, dialect),
            users: UserStatements::new(&catalog, dialect),
            catalog,
        })
    }
}
