//! Which versions of plugins took the place of others, in a table of its own: the history survives a restart of the server.

use super::config::Config;
use super::entry::time_of;
use super::reader::{ReadError, Reader};
use super::store::{self, StoreError};
use crate::plugin_signature::LiveVersion;
use crate::reload::{PLUGIN_SWAPS_MAX, PluginSwap};
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row};
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// How long the lines of one swap may take. The swap does not wait for them.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// Writes swaps, the oldest first, and removes those beyond the bound.
///
/// # Errors
/// The file cannot be written.
pub async fn record_plugin_swaps(config: &Config, swaps: &[PluginSwap]) -> Result<(), StoreError> {
    timeout(WRITE_TIMEOUT, write(config, swaps)).await.unwrap_or(Err(StoreError::Silent))
}

async fn write(config: &Config, swaps: &[PluginSwap]) -> Result<(), StoreError> {
    let Some(file) = &config.file else { return Ok(()) };
    let mut connection = store::open_or_create(file).await?;
    let mut transaction = connection.begin_with("begin immediate").await?;
    for PluginSwap { at, plugin, before, after } in swaps {
        let sql = "insert into plugin_swaps (at_us, plugin, version_before, sha256_before, version_after, sha256_after) \
            values ($1, $2, $3, $4, $5, $6)";
        let of = |live: &Option<LiveVersion>| live.clone().map(|live| (live.version, live.sha256)).unzip();
        let ((old, old_hash), (new, new_hash)) = (of(before), of(after));
        let query = sqlx::query(sql).bind(microsecond(*at)).bind(plugin).bind(old).bind(old_hash);
        query.bind(new).bind(new_hash).execute(&mut *transaction).await?;
    }
    sqlx::query("delete from plugin_swaps where id <= (select max(id) from plugin_swaps) - $1")
        .bind(i64::try_from(PLUGIN_SWAPS_MAX).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await?;
    Ok(connection.close().await?)
}

impl Reader {
    /// The swaps that are kept, the newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn plugin_swaps(&mut self) -> Result<Vec<PluginSwap>, ReadError> {
        let has = "select count(*) from sqlite_master where name = 'plugin_swaps'";
        let has: i64 = sqlx::query_scalar(has).fetch_one(self.connection()).await.map_err(|error| self.error(error))?;
        if has == 0 {
            return Ok(Vec::new());
        }
        let rows = sqlx::query("select * from plugin_swaps order by id desc").fetch_all(self.connection()).await;
        let rows = rows.map_err(|error| self.error(error))?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| self.error(error))
    }
}

fn read(row: &SqliteRow) -> sqlx::Result<PluginSwap> {
    let plugin: String = row.try_get("plugin")?;
    let live = |version, hash| -> sqlx::Result<Option<LiveVersion>> {
        let (version, sha256): (Option<String>, Option<String>) = (row.try_get(version)?, row.try_get(hash)?);
        Ok(version.zip(sha256).map(|(version, sha256)| LiveVersion { name: plugin.clone(), version, sha256 }))
    };
    let (before, after) = (live("version_before", "sha256_before")?, live("version_after", "sha256_after")?);
    let at = time_of(row.try_get("at_us")?).into();
    Ok(PluginSwap { at, plugin: plugin.clone(), before, after })
}

fn microsecond(at: SystemTime) -> i64 {
    Timestamp::try_from(at).unwrap_or_default().as_microsecond()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn swaps_are_read_as_they_were_written_and_bounded() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { file: Some(folder.path().join("journal.db")), ..Config::OFF };
        let live =
            |version: u64| LiveVersion { name: "acme".into(), version: version.to_string(), sha256: "ab".into() };
        let swap = |number: u64| PluginSwap {
            at: SystemTime::UNIX_EPOCH + Duration::from_secs(number),
            plugin: "acme".into(),
            before: (number > 0).then(|| live(number - 1)),
            after: Some(live(number)),
        };
        record_plugin_swaps(&config, &[swap(0)]).await.unwrap();
        let mut reader = Reader::open(&config).await.unwrap();
        assert_eq!(reader.plugin_swaps().await.unwrap(), [swap(0)]);
        let more: Vec<_> = (1..150).map(swap).collect();
        record_plugin_swaps(&config, &more).await.unwrap();
        let kept = reader.plugin_swaps().await.unwrap();
        assert_eq!((kept.len(), &kept[0], &kept[99]), (PLUGIN_SWAPS_MAX, &swap(149), &swap(50)));
    }
}
