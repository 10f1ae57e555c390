//! Indexes on the columns by which every request finds rows, and which have none in FusionPBX's own schema.

use super::catalog::Catalog;
use super::config::Config;
use super::database::Database;
use super::dialect::Dialect;
use super::directory::Directory;
use super::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LOOKED_UP: [(&str, &str); 3] =
    [("v_devices", "device_address"), ("v_device_lines", "device_uuid"), ("v_device_keys", "device_uuid")];

/// An address that no device has.
const NOBODY: &str = "02ffffffffff";

/// How often a lookup is measured. The fastest counts, because the first ones may read from the disk.
const MEASUREMENTS: usize = 5;

/// How long one index may take, transactions included that it waits for.
const CREATE_TIMEOUT: Duration = Duration::from_secs(600);

/// An index that the database lacks. Its `Display` is the statement that creates it.
pub struct MissingIndex {
    table: &'static str,
    /// The column's name in this database.
    column: String,
    concurrently: bool,
}

impl fmt::Display for MissingIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, concurrently } = self;
        match concurrently {
            true => write!(f, "create index concurrently on {table} ({column});"),
            // SQLite chooses no names.
            false => write!(f, "create index {table}_{column} on {table} ({column});"),
        }
    }
}

impl Directory {
    /// Creates the indexes that the database lacks, and returns those that it created. PostgreSQL goes on serving FusionPBX
    /// meanwhile.
    ///
    /// # Errors
    /// The role does not own the tables, or the database does not answer.
    pub async fn create_indexes(config: &Config) -> Result<Vec<MissingIndex>, Error> {
        let config = Config { statement_timeout: CREATE_TIMEOUT, replica: None, ..config.clone() };
        let database = Database::open(&config).await?;
        let catalog = Catalog::new(database.describe().await?)
            .map_err(|missing| Error::Layout { database: config.shown(), missing })?;
        let lacking = missing(&database, &catalog).await?;
        for index in &lacking {
            let created = database.execute(&index.to_string(), &[]).await;
            created.map_err(|error| error.naming("create indexes, which only the owner of the tables may"))?;
        }
        database.close().await;
        Ok(lacking)
    }
}

/// The indexes that the database lacks.
pub async fn missing(database: &Database, catalog: &Catalog) -> Result<Vec<MissingIndex>, Error> {
    // A broken attempt leaves an index that is not valid, and that no lookup uses.
    let indexes = match database.dialect() {
        Dialect::Postgres => {
            "select cast(t.relname as text), cast(pg_get_indexdef(i.indexrelid) as text) from pg_index i \
             join pg_class t on t.oid = i.indrelid where i.indisvalid and pg_table_is_visible(t.oid)"
        }
        Dialect::Sqlite => "select tbl_name, coalesce(sql, '') from sqlite_master where type = 'index'",
    };
    let indexes = database.fetch(&Arc::from(indexes), &[]).await?;
    let lacking = LOOKED_UP.iter().filter_map(|(table, name)| {
        let column = &catalog.column(table, name)?.source;
        let has = indexes.iter().any(|(of, definition)| of == table && leads(definition.as_deref(), column));
        let concurrently = database.dialect() == Dialect::Postgres;
        (!has).then(|| MissingIndex { table, column: column.clone(), concurrently })
    });
    Ok(lacking.collect())
}

/// Whether an index begins with this column.
fn leads(definition: Option<&str>, column: &str) -> bool {
    let columns = definition.and_then(|text| text.rsplit_once('(')).map(|(_, columns)| columns.trim_end_matches(')'));
    let first = columns.and_then(|columns| columns.split(',').next()).map(|first| first.trim().trim_matches('"'));
    first == Some(column)
}

/// How long the database takes to find a device by its address.
pub async fn measure(database: &Database, catalog: &Catalog) -> Result<Duration, Error> {
    let address = catalog.sql("v_devices", "device_address", "d");
    let sql = Arc::from(format!("select cast(count(*) as text), null from v_devices d where {address} = $1"));
    let mut fastest = Duration::MAX;
    for _ in 0..MEASUREMENTS {
        let started = Instant::now();
        database.fetch(&sql, &[Some(NOBODY)]).await?;
        fastest = fastest.min(started.elapsed());
    }
    Ok(fastest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn index_leads_with_its_first_column_only() {
        let leads = |text| leads(Some(text), "device_address");
        assert!(leads("CREATE INDEX x ON public.v_devices USING btree (device_address)"));
        assert!(leads("create index x on v_devices (\"device_address\", domain_uuid)"));
        assert!(!leads("CREATE INDEX x ON public.v_devices USING btree (domain_uuid, device_address)"));
        assert!(!leads("create index x on v_devices (device_address_old)"));
    }
}
