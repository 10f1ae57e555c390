//! Examines a database for an operator: the release of its tables, their size, the rights of the role, and addresses that
//! match no request.

use super::addresses;
use super::catalog::Catalog;
use super::config::Config;
use super::database::{ChangeNotice, Database};
use super::dialect::Dialect;
use super::directory::Directory;
use super::error::Error;
use super::find::Lookup;
use super::indexes::{self, MissingIndex};
use super::statements::Statements;
use crate::facts::{DeviceAddress, Release};
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The columns of `v_devices` to which the server writes.
const NOTED: [&str; 4] =
    ["device_provisioned_date", "device_provisioned_method", "device_provisioned_ip", "device_provisioned_agent"];

/// The result of an examination. Its `Display` is the report, one line for each finding.
pub struct Examination {
    database: String,
    server: String,
    release: Option<&'static str>,
    faults: Vec<String>,
    counts: Vec<(String, String)>,
    rights: Vec<(&'static str, bool)>,
    without_index: Vec<MissingIndex>,
    lookup: Duration,
    changes: Option<ChangeNotice>,
    warnings: Vec<String>,
    clock_ahead_s: Option<f64>,
}

impl Examination {
    /// The database, and what runs it.
    pub fn shown(&self) -> String {
        let release = self.release.map(|release| format!(", tables of FusionPBX {release}")).unwrap_or_default();
        format!("{} ({}{release})", self.database, self.server)
    }

    /// Why the server cannot use the database.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// What is wrong with single rows.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What the role of a PostgreSQL database may write, and whether it may.
    pub fn rights(&self) -> &[(&'static str, bool)] {
        &self.rights
    }

    /// The indexes that the database lacks, and how long it takes to find a device.
    pub fn missing_indexes(&self) -> (usize, Duration) {
        (self.without_index.len(), self.lookup)
    }

    /// How the server learns that others have written to a PostgreSQL database.
    pub fn changes(&self) -> Option<&ChangeNotice> {
        self.changes.as_ref()
    }

    /// How far this machine's clock is ahead of that of the PostgreSQL server, in seconds; negative if it is behind.
    pub fn clock_ahead_s(&self) -> Option<f64> {
        self.clock_ahead_s
    }

    /// Whether the server can serve phones from the database.
    pub fn is_usable(&self) -> bool {
        self.faults.is_empty()
    }
}

impl Directory {
    /// Examines a database without changing it.
    ///
    /// # Errors
    /// The database cannot be opened. Faults of an opened one are in the examination.
    pub async fn examine(config: &Config) -> Result<Examination, Error> {
        let database = Database::open(config).await?;
        let version = match database.dialect() {
            Dialect::Postgres => "select 'PostgreSQL', cast(current_setting('server_version') as text)",
            Dialect::Sqlite => "select 'SQLite', sqlite_version()",
        };
        let server: Vec<String> = pairs(&database, version).await?.into_iter().map(|(a, b)| a + " " + &b).collect();
        let mut found = Examination {
            database: config.shown(),
            server: server.concat(),
            release: None,
            faults: Vec::new(),
            counts: Vec::new(),
            rights: Vec::new(),
            without_index: Vec::new(),
            lookup: Duration::ZERO,
            changes: None,
            warnings: Vec::new(),
            clock_ahead_s: clock_ahead(&database).await?,
        };
        match Catalog::new(database.describe().await?) {
            Err(missing) => found.faults = describe_missing(&database, missing).await?,
            Ok(catalog) => {
                found.release = Some(release(&catalog));
                found.rights = rights(&database, &catalog).await?;
                found.without_index = indexes::missing(&database, &catalog).await?;
                found.lookup = indexes::measure(&database, &catalog).await?;
                found.changes = database.change_notice().await?;
                found.warnings = addresses::warnings(&database, &catalog).await?;
                match counts(&database, &catalog).await {
                    Ok(counts) => found.counts = counts,
                    Err(error) => found.faults.push(error.to_string()),
                }
                database.close().await;
                found.faults.extend(try_out(config).await.err().map(|error| error.to_string()));
            }
        }
        Ok(found)
    }
}

/// How far this machine's clock is ahead of the database's. A file has no clock of its own.
async fn clock_ahead(database: &Database) -> Result<Option<f64>, Error> {
    if database.dialect() == Dialect::Sqlite {
        return Ok(None);
    }
    let before = Timestamp::now();
    let sql = "select cast(extract(epoch from clock_timestamp()) as text), cast(null as text)";
    let rows = pairs(database, sql).await?;
    let after = Timestamp::now();
    let middle = (before.as_nanosecond() + after.as_nanosecond()) as f64 / 2e9;
    Ok(rows.first().and_then(|(theirs, _)| theirs.parse::<f64>().ok()).map(|theirs| middle - theirs))
}

/// The release by its columns' names and types: FusionPBX's tables store no version.
fn release(catalog: &Catalog) -> &'static str {
    match catalog.release() {
        Release::V5_0 => "5.0",
        Release::V5_1 | Release::V5_2 | Release::V5_3 => "5.1 to 5.3",
        Release::V5_4 => "5.4",
        Release::V5_5 | Release::Master => "5.5 or later",
    }
}

/// Describes missing tables and columns, and the tables that exist but that this role may not read.
async fn describe_missing(database: &Database, missing: Vec<String>) -> Result<Vec<String>, Error> {
    let mut hidden = Vec::new();
    if database.dialect() == Dialect::Postgres {
        let sql = "select cast(c.relname as text), cast(null as text) from pg_class c join pg_namespace n \
            on n.oid = c.relnamespace where n.nspname not in ('pg_catalog', 'information_schema')";
        hidden = pairs(database, sql).await?;
    }
    let is_hidden = |item: &str| {
        let table = item.trim_start_matches("table ").split('.').next().unwrap_or_default();
        item.starts_with("table ") && hidden.iter().any(|(name, _)| name == table)
    };
    let fault = |item: String| {
        if is_hidden(&item) {
            format!("{item} exists, but this role may not read it")
        } else {
            format!("{item} is missing")
        }
    };
    Ok(missing.into_iter().map(fault).collect())
}

/// Runs every statement of a request, for an address that no device has.
async fn try_out(config: &Config) -> Result<(), Error> {
    let directory = Directory::connect(&Config { replica: None, ..config.clone() }).await?;
    let address = DeviceAddress::parse("02ffffffffff").ok();
    let lookup = Lookup { address: address.as_ref(), host: "" };
    let statements = async {
        directory.find(&lookup).await?;
        let statements: Arc<Statements> = directory.statements();
        statements.relatives.run(directory.database(), &[None, None]).await?;
        statements.load.run(directory.database(), &[None, None, None]).await?;
        statements.domain_settings.run(directory.database(), &[None]).await?;
        statements.contacts.try_out(directory.database()).await
    };
    let outcome = statements.await;
    directory.close().await;
    outcome
}

async fn counts(database: &Database, catalog: &Catalog) -> Result<Vec<(String, String)>, Error> {
    let enabled = catalog.is_true("v_devices", "device_enabled", "d");
    let count = |name: &str, from: &str| format!("select cast('{name}' as text), cast(count(*) as text) from {from}");
    let parts = [
        count("domains", "v_domains"),
        count("devices", "v_devices"),
        count("devices enabled", &format!("v_devices d where {enabled}")),
        count("lines", "v_device_lines"),
        count("default settings", "v_default_settings"),
    ];
    pairs(database, &parts.join(" union all ")).await
}

/// The role's rights to write. SQLite has no roles; whether its file is writable would show only by writing.
async fn rights(database: &Database, catalog: &Catalog) -> Result<Vec<(&'static str, bool)>, Error> {
    if database.dialect() == Dialect::Sqlite {
        return Ok(Vec::new());
    }
    let may = NOTED.map(|name| {
        let source = catalog.column("v_devices", name).map_or(name, |column| column.source.as_str());
        format!("has_column_privilege('v_devices', '{source}', 'update')")
    });
    let sql = format!(
        "select cast(({}) as text), cast(has_table_privilege('v_devices', 'insert') as text)",
        may.join(" and ")
    );
    let answer = pairs(database, &sql).await?;
    let texts = answer.first().map(|(update, insert)| (update == "true", insert == "true")).unwrap_or_default();
    Ok(vec![("note when a device was provisioned", texts.0), ("insert devices (auto insert)", texts.1)])
}

/// The rows of a query that returns two texts.
async fn pairs(database: &Database, sql: &str) -> Result<Vec<(String, String)>, Error> {
    let rows = database.fetch(&Arc::from(sql), &[]).await?;
    Ok(rows.into_iter().map(|(one, other)| (one, other.unwrap_or_default())).collect())
}

impl fmt::Display for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "database: {} ({})", self.database, self.server)?;
        if let Some(release) = self.release {
            writeln!(f, "tables: of FusionPBX {release}")?;
        }
        for (name, count) in &self.counts {
            writeln!(f, "{name}: {count}")?;
        }
        for (action, may) in &self.rights {
            writeln!(f, "may {action}: {}", if *may { "yes" } else { "no" })?;
        }
        for statement in &self.without_index {
            writeln!(f, "suggested for thousands of devices: {statement}")?;
        }
        if !self.without_index.is_empty() {
            let ms = self.lookup.as_secs_f64() * 1_000.0;
            writeln!(f, "finding a device takes {ms:.1} ms now; `dialplate db index` creates these indexes")?;
        }
        if let Some(changes) = &self.changes {
            writeln!(f, "{changes}")?;
        }
        for warning in &self.warnings {
            writeln!(f, "warning: {warning}")?;
        }
        for fault in &self.faults {
            writeln!(f, "fault: {fault}")?;
        }
        write!(f, "usable: {}", if self.is_usable() { "yes" } else { "no" })
    }
}
