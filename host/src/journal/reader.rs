//! Reads the journal, while a server writes it or while none runs.

use super::config::Config;
use super::entry::{Entry, PluginVersion};
use super::filter::{Filter, StatusFilter};
use super::own::of_device;
use super::store::{Identity, StoreError, identity, open_to_read};
use crate::facts::{DeviceAddress, hex};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::path::{Path, PathBuf};

/// Rows that are read at once, so that no reader keeps the writer from reusing its own journal for long.
const ROWS_MAX: u32 = 1_000;

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("the journal is off; set `journal` to a file and restart the server")]
    Off,
    #[error(
        "there is no journal {}; a server writes it with the first request, or another file is set in `journal`", .0.display()
    )]
    Missing(PathBuf),
    #[error("cannot read the journal {}: {error}", file.display())]
    Store { file: PathBuf, error: StoreError },
}

/// An open journal.
pub struct Reader {
    file: PathBuf,
    identity: Option<Identity>,
    connection: SqliteConnection,
}

/// The condition for entries whose document reached the phone.
const FETCHED: &str = "status in (200, 206, 304) and sha256 is not null";

const SELECT: &str = "select entries.id, request, at_us, client, method, domain, device, file, target, agent, status, reason, \
    bytes, sha256, plugin, version, component, template, texts, duration_us \
    from entries left join origins on origins.id = entries.origin";

impl Reader {
    /// Opens the journal of a configuration.
    ///
    /// # Errors
    /// The journal is off, there is none, or it cannot be read.
    pub async fn open(config: &Config) -> Result<Self, ReadError> {
        let file = config.file.clone().ok_or(ReadError::Off)?;
        let path = file.clone();
        let identity = tokio::task::spawn_blocking(move || identity(&path)).await.ok().flatten();
        if identity.is_none() {
            return Err(ReadError::Missing(file));
        }
        match open_to_read(&file).await {
            Ok(connection) => Ok(Self { file, identity, connection }),
            Err(StoreError::Empty) => Err(ReadError::Missing(file)),
            Err(error) => Err(ReadError::Store { file, error }),
        }
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The newest entries that the filter lets through, at most `limit`, the oldest of them first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn newest(&mut self, filter: &Filter, limit: u32) -> Result<Vec<Entry>, ReadError> {
        let mut found: Vec<Entry> = Vec::new();
        let mut below = filter.below.unwrap_or(i64::MAX);
        loop {
            let wanted = limit.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX)).min(ROWS_MAX);
            let rows = self.select(filter, "entries.id < ", below, "desc", wanted).await?;
            below = rows.last().map_or(i64::MIN, |entry| entry.id);
            let is_all = rows.len() < wanted as usize;
            found.extend(rows);
            if is_all || found.len() >= limit as usize {
                break;
            }
        }
        found.reverse();
        Ok(found)
    }

    /// The next entries after this id, the oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn after(&mut self, filter: &Filter, id: i64) -> Result<Vec<Entry>, ReadError> {
        self.select(filter, "entries.id > ", id, "asc", ROWS_MAX).await
    }

    /// The id of the newest entry; 0 if there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn newest_id(&mut self) -> Result<i64, ReadError> {
        let query = sqlx::query_scalar("select coalesce(max(id), 0) from entries");
        query.fetch_one(&mut self.connection).await.map_err(|error| self.error(error))
    }

    /// The entry of this id; `None` if it was removed, or never was there.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn entry(&mut self, id: i64) -> Result<Option<Entry>, ReadError> {
        let sql = format!("{SELECT} where entries.id = $1");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(id);
        let row = query.fetch_optional(&mut self.connection).await.map_err(|error| self.error(error))?;
        row.as_ref().map(read).transpose().map_err(|error| self.error(error))
    }

    /// The last entry with which each file of a device reached the phone, in the order of the files' names. Their `sha256`
    /// says which version of the document the phone has.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn last_fetches(&mut self, device: &DeviceAddress) -> Result<Vec<Entry>, ReadError> {
        let newest = of_device("max(own.id)", "$1", &format!("where {FETCHED} group by own.file"));
        let sql = format!("{SELECT} where entries.id in ({newest}) order by file");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(device.as_str().to_owned());
        let rows = query.fetch_all(&mut self.connection).await.map_err(|error| self.error(error))?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| self.error(error))
    }

    /// The last entry with which this file of a device reached the phone. `file` is the name of the template file, such as
    /// `{$mac}.cfg`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn last_fetch(&mut self, device: &DeviceAddress, file: &str) -> Result<Option<Entry>, ReadError> {
        let newest = of_device("max(own.id)", "$1", &format!("where {FETCHED} and own.file = $2"));
        let sql = format!("{SELECT} where entries.id = ({newest})");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(device.as_str().to_owned()).bind(file.to_owned());
        let row = query.fetch_optional(&mut self.connection).await.map_err(|error| self.error(error))?;
        row.as_ref().map(read).transpose().map_err(|error| self.error(error))
    }

    /// Whether another file has the journal's path now.
    pub async fn is_replaced(&self) -> bool {
        let path = self.file.clone();
        let found = tokio::task::spawn_blocking(move || identity(&path)).await.ok().flatten();
        found.is_some() && found != self.identity
    }

    pub async fn close(self) {
        let _ = self.connection.close().await;
    }

    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    async fn select(
        &mut self,
        filter: &Filter,
        bound: &str,
        id: i64,
        order: &str,
        limit: u32,
    ) -> Result<Vec<Entry>, ReadError> {
        let mut sql = format!("{SELECT} where {bound}$1");
        let Filter { device, domain, domains, status, reason, since, below: _ } = filter;
        let own = format!("entries.id in ({})", of_device("own.id", "$2", ""));
        for (is_set, condition) in [
            (device.is_some(), own.as_str()),
            (domain.is_some(), "domain = $3"),
            (status.is_some(), "status between $4 and $5"),
            (reason.is_some(), "reason = $6"),
            (since.is_some(), "at_us >= $7"),
            (domains.is_some(), "domain in (select value from json_each($9))"),
        ] {
            if is_set {
                sql += " and ";
                sql += condition;
            }
        }
        sql += &format!(" order by entries.id {order} limit $8");
        let StatusFilter { least, greatest } = status.unwrap_or(StatusFilter { least: 0, greatest: 0 });
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(id)
            .bind(device.as_ref().map(|device| device.as_str().to_owned()))
            .bind(domain.as_ref().map(|domain| domain.to_lowercase()))
            .bind(least)
            .bind(greatest)
            .bind(reason.map(super::reason::Reason::word))
            .bind(since.map(|since| since.as_microsecond()))
            .bind(limit)
            .bind(domains.as_ref().map(|names| serde_json::to_string(names).unwrap_or_default()));
        let rows = query.fetch_all(&mut self.connection).await.map_err(|error| self.error(error))?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| self.error(error))
    }

    pub(super) fn error(&self, error: sqlx::Error) -> ReadError {
        ReadError::Store { file: self.file.clone(), error: error.into() }
    }
}

fn read(row: &SqliteRow) -> sqlx::Result<Entry> {
    let number = |column| row.try_get::<i64, _>(column);
    let plugin = match row.try_get::<Option<String>, _>("plugin")? {
        Some(name) => Some(PluginVersion {
            name,
            version: row.try_get("version")?,
            sha256: row.try_get("component")?,
            template: row.try_get("template")?,
            template_sha256: row.try_get("texts")?,
        }),
        None => None,
    };
    Ok(Entry {
        id: number("id")?,
        request: row.try_get("request")?,
        at_us: number("at_us")?,
        client: row.try_get("client")?,
        method: row.try_get("method")?,
        domain: row.try_get("domain")?,
        device: row.try_get("device")?,
        file: row.try_get("file")?,
        target: row.try_get("target")?,
        user_agent: row.try_get("agent")?,
        status: u16::try_from(number("status")?).unwrap_or_default(),
        reason: row.try_get("reason")?,
        bytes: number("bytes")?.unsigned_abs(),
        sha256: row.try_get::<Option<Vec<u8>>, _>("sha256")?.map(|hash| hex(&hash)),
        plugin,
        duration_us: number("duration_us")?.unsigned_abs(),
    })
}
