//! What operators did: a line for each action, in a table of its own beside the requests of phones. An action is rare, so its
//! line is written before its answer is sent, not by the queue of requests.

use super::config::Config;
use super::reader::{ReadError, Reader};
use super::store::{self, StoreError};
use super::text::cut;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::time::Duration;
use tokio::time::timeout;

/// Lines that are kept: some years of edits.
const LINES_MAX: i64 = 100_000;

/// How long a line may take. An action does not fail for want of one.
const WRITE_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest text of each column. Names of operators are shorter.
const CHARS_MAX: usize = 200;

/// The longest detail, such as the changed columns of a row.
const DETAIL_CHARS_MAX: usize = 1_000;

/// An action on its way into the journal.
#[derive(Clone, Debug, Default)]
pub struct NewAction {
    pub operator: String,
    /// `user`, `token` or `command`.
    pub source: &'static str,
    pub client: String,
    /// One word, such as `resync`.
    pub action: &'static str,
    /// Empty if it concerns all domains.
    pub domain: String,
    pub device: Option<String>,
    /// Without secrets.
    pub detail: String,
    /// Whether it succeeded.
    pub is_done: bool,
}

/// An action as it is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ActionEntry {
    pub id: i64,
    #[serde(rename = "time", serialize_with = "super::entry::as_time")]
    #[schema(value_type = String)]
    pub at_us: i64,
    pub operator: String,
    /// `user`, `token` or `command`.
    pub source: String,
    pub client: String,
    /// One word, such as `resync`.
    pub action: String,
    /// Empty if it concerns all domains.
    pub domain: String,
    pub device: Option<String>,
    pub detail: String,
    /// Whether it succeeded.
    pub is_done: bool,
}

/// Which actions to read, and how many.
#[derive(Clone, Debug, Default)]
pub struct ActionFilter {
    /// Names in lower case; `None` for all, and for actions that concern all domains.
    pub domains: Option<Vec<String>>,
    /// Only actions before this one.
    pub below: Option<i64>,
    pub limit: u32,
}

impl NewAction {
    /// Writes the line, and logs it. A journal that is off or cannot be written costs the line, not the action.
    pub async fn record(self, config: &Config) {
        let Self { operator, source, client, action, domain, device, detail, is_done } = &self;
        let device_text = device.as_deref().unwrap_or_default();
        tracing::info!(
            operator,
            source,
            client.address = client,
            domain.name = domain,
            device.address = device_text,
            detail,
            is_done,
            action,
            "operator acted"
        );
        if config.file.is_none() {
            return;
        }
        let written = timeout(WRITE_TIMEOUT, self.write(config)).await.unwrap_or(Err(StoreError::Silent));
        if let Err(error) = written {
            tracing::warn!(%error, "the journal has no line of this action");
        }
    }

    async fn write(&self, config: &Config) -> Result<(), StoreError> {
        let Some(file) = &config.file else { return Ok(()) };
        let mut connection = store::open_or_create(file).await?;
        let mut transaction = connection.begin_with("begin immediate").await?;
        self.insert(&mut transaction).await?;
        sqlx::query("delete from actions where id <= (select max(id) from actions) - $1")
            .bind(LINES_MAX)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(connection.close().await?)
    }

    async fn insert(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let sql = "insert into actions (at_us, operator, source, client, action, domain, device, detail, is_done) \
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        sqlx::query(sql)
            .bind(jiff::Timestamp::now().as_microsecond())
            .bind(cut(&self.operator, CHARS_MAX))
            .bind(self.source)
            .bind(cut(&self.client, CHARS_MAX))
            .bind(self.action)
            .bind(cut(&self.domain, CHARS_MAX).to_lowercase())
            .bind(self.device.as_deref().map(|device| cut(device, CHARS_MAX)))
            .bind(cut(&self.detail, DETAIL_CHARS_MAX))
            .bind(self.is_done)
            .execute(connection)
            .await
            .map(drop)
    }
}

impl Reader {
    /// The newest actions that the filter lets through, the newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn actions(&mut self, filter: &ActionFilter) -> Result<Vec<ActionEntry>, ReadError> {
        let has = "select count(*) from sqlite_master where name = 'actions'";
        let has: i64 = sqlx::query_scalar(has).fetch_one(self.connection()).await.map_err(|error| self.error(error))?;
        if has == 0 {
            return Ok(Vec::new());
        }
        let condition = if filter.domains.is_some() { " and domain in (select value from json_each($3))" } else { "" };
        let sql = format!("select * from actions where id < $1{condition} order by id desc limit $2");
        let domains = filter.domains.as_ref().map(|names| serde_json::to_string(names).unwrap_or_default());
        let query = sqlx::query(AssertSqlSafe(sql)).bind(filter.below.unwrap_or(i64::MAX)).bind(filter.limit);
        let query = if let Some(domains) = domains { query.bind(domains) } else { query };
        let rows = query.fetch_all(self.connection()).await.map_err(|error| self.error(error))?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| self.error(error))
    }
}

fn read(row: &SqliteRow) -> sqlx::Result<ActionEntry> {
    Ok(ActionEntry {
        id: row.try_get("id")?,
        at_us: row.try_get("at_us")?,
        operator: row.try_get("operator")?,
        source: row.try_get("source")?,
        client: row.try_get("client")?,
        action: row.try_get("action")?,
        domain: row.try_get("domain")?,
        device: row.try_get("device")?,
        detail: row.try_get("detail")?,
        is_done: row.try_get("is_done")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn action_is_read_by_the_admin_of_its_domain_alone() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { file: Some(folder.path().join("journal.db")), ..Config::OFF };
        for (domain, action) in [("A.example", "resync"), ("b.example", "reboot"), ("", "reload")] {
            let new = NewAction { operator: "anna".into(), action, domain: domain.into(), ..NewAction::default() };
            new.record(&config).await;
        }
        let mut reader = Reader::open(&config).await.unwrap();
        let mut words = async |filter: ActionFilter| {
            let read = reader.actions(&ActionFilter { limit: 10, ..filter }).await.unwrap();
            read.into_iter().map(|action| action.action).collect::<Vec<_>>()
        };
        assert_eq!(words(ActionFilter::default()).await, ["reload", "reboot", "resync"]);
        let own = ActionFilter { domains: Some(vec!["a.example".into()]), ..ActionFilter::default() };
        assert_eq!(words(own).await, ["resync"]);
        let below = ActionFilter { below: Some(2), ..ActionFilter::default() };
        assert_eq!(words(below).await, ["resync"]);
    }
}
