//! PostgreSQL and SQLite behind one interface: opens a pool, describes the tables, runs statements that return rows of
//! text. This room knows no table of FusionPBX's.

mod lease;
mod listener;
mod listening;
mod observer;
mod open;
mod pool;
mod rounds;
mod snapshot;
mod sqlite_file;
mod transaction;
mod unprepared;

#[cfg(test)]
pub use listener::LATE_MAX;
pub use observer::ChangeNotice;
pub use transaction::{Access, Transaction};

use super::catalog::Described;
use super::config::Config;
use super::dialect::Dialect;
use super::error::{Error, NOT_IN_ENCODING, is_locked};
use super::triggers::UNNOTICED;
use super::url::DatabaseKind;
use crate::facts::DatabaseVersion;
use lease::Lease;
use observer::Observer;
use open::FileAccess;
use pool::Pool;
use sqlite_file::SqliteFile;
use sqlx::{AssertSqlSafe, Connection};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use unprepared::{commit, unprepared};

/// The lock that edits by commands hold, so that no device is inserted twice.
pub const DEVICES_LOCK: &str = "dialplate devices";

/// The name of a part of a statement, and its rows as a JSON array of arrays of text or null; `None` is PostgreSQL's
/// form of no rows.
pub type TaggedRows = (String, Option<String>);

/// An open database. Clones share the pool.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    attempts: u32,
    /// How long a statement waits for a connection.
    patience: Duration,
    deadline: Duration,
    /// SQLite allows one writer at a time, and fails writers that wait for each other while they hold a lock.
    writer: Arc<Mutex<()>>,
    observer: Arc<Observer>,
}

impl Database {
    /// Opens the database and makes one connection, so that a wrong address or password fails the start.
    pub async fn open(config: &Config) -> Result<Self, Error> {
        match config.url.kind() {
            DatabaseKind::Postgres => {
                open::try_postgres(config).await?;
                Self::lazy(config)
            }
            DatabaseKind::Sqlite => Ok(Self::with(config, Pool::Sqlite(SqliteFile::try_open(config).await?))),
        }
    }

    /// A database to which the first statement connects.
    pub fn lazy(config: &Config) -> Result<Self, Error> {
        let pool = match config.url.kind() {
            DatabaseKind::Postgres => Pool::Postgres(open::postgres(config)?),
            DatabaseKind::Sqlite => Pool::Sqlite(SqliteFile::open(config, FileAccess::Write)?),
        };
        Ok(Self::with(config, pool))
    }

    fn with(config: &Config, pool: Pool) -> Self {
        let deadline = config.acquire_timeout + config.statement_timeout;
        let (attempts, patience) = (config.connections_max + 1, config.acquire_timeout);
        let observer = Arc::new(Observer::new(pool.clone()));
        Self { pool, attempts, patience, deadline, writer: Arc::default(), observer }
    }

    /// Succeeds if the database answers.
    pub async fn ping(&self) -> Result<(), Error> {
        self.fetch(&Arc::from("select cast('' as text), cast(null as text)"), &[]).await.map(drop)
    }

    pub fn dialect(&self) -> Dialect {
        match self.pool {
            Pool::Postgres(_) => Dialect::Postgres,
            Pool::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Every table and column that the connection can see.
    pub async fn describe(&self) -> Result<Vec<Described>, Error> {
        let rows: Vec<(String, String, String)> = match &self.pool {
            Pool::Postgres(pool) => {
                let sql = "select cast(table_name as text), cast(column_name as text), cast(data_type as text) \
                    from information_schema.columns where table_schema = any(current_schemas(false)) \
                    order by table_name, ordinal_position";
                sqlx::query_as(sql).fetch_all(pool).await?
            }
            Pool::Sqlite(file) => {
                let sql = "select m.name, c.name, c.type from sqlite_master m join pragma_table_info(m.name) c \
                    where m.type in ('table', 'view') order by m.name, c.cid";
                sqlx::query_as(sql).fetch_all(&file.pool().await?).await?
            }
        };
        Ok(rows.into_iter().map(|(table, column, type_name)| Described { table, column, type_name }).collect())
    }

    /// Runs a statement that only reads, in one round trip. If the connection turns out to be dead, the statement is sent
    /// again on another one, at most once for each connection of the pool.
    ///
    /// # Errors
    /// [`Error::Value`] without a round trip for a text with a NUL: PostgreSQL has no such texts.
    pub async fn fetch(&self, sql: &Arc<str>, binds: &[Option<&str>]) -> Result<Vec<TaggedRows>, Error> {
        if binds.iter().flatten().any(|text| text.contains('\0')) {
            return Err(Error::Value { code: NOT_IN_ENCODING.to_owned() });
        }
        let reading = async {
            let (mut attempt, end) = (1, Instant::now() + self.patience);
            loop {
                match self.fetch_once(sql, binds, end).await {
                    Err(error) if attempt < self.attempts && Instant::now() < end && is_worth_repeating(&error) => {
                        attempt += 1;
                    }
                    other => return other,
                }
            }
        };
        self.within_deadline(reading).await
    }

    async fn fetch_once(&self, sql: &Arc<str>, binds: &[Option<&str>], end: Instant) -> Result<Vec<TaggedRows>, Error> {
        let text = AssertSqlSafe(Arc::clone(sql));
        match &self.pool {
            Pool::Postgres(pool) => {
                let mut query = sqlx::query_as(text);
                for bind in binds {
                    query = query.bind(*bind);
                }
                let mut lease = Lease::of(pool, end).await?;
                let rows = query.fetch_all(lease.connection()).await;
                lease.end();
                Ok(rows?)
            }
            Pool::Sqlite(file) => {
                let mut query = sqlx::query_as(text);
                for bind in binds {
                    query = query.bind(*bind);
                }
                Ok(query.fetch_all(&file.pool().await?).await?)
            }
        }
    }

    /// Runs a statement that writes, once, and returns the number of rows it changed. The statement is not cached: notes
    /// have a statement for each size of batch.
    pub async fn execute(&self, sql: &str, binds: &[Option<&str>]) -> Result<u64, Error> {
        let writing = async {
            match &self.pool {
                Pool::Postgres(pool) => {
                    let mut lease = Lease::of(pool, Instant::now() + self.patience).await?;
                    let done = unprepared(sql, binds).execute(lease.connection()).await;
                    lease.end();
                    self.observer.wrote();
                    Ok(done?.rows_affected())
                }
                Pool::Sqlite(file) => {
                    let _writer = self.writer.lock().await;
                    Ok(unprepared(sql, binds).execute(&file.pool().await?).await?.rows_affected())
                }
            }
        };
        self.within_deadline(writing).await
    }

    /// The version that the database has at a moment after the call, or with triggers a moment before; `None` if it cannot be
    /// told.
    pub async fn version(&self) -> Option<DatabaseVersion> {
        self.observer.version().await
    }

    /// Whether triggers notify of changes now.
    #[cfg(test)]
    pub fn is_listening(&self) -> bool {
        self.observer.is_listening()
    }

    /// How a server learns of changes in this database; `None` for SQLite, whose file tells.
    pub async fn change_notice(&self) -> Result<Option<ChangeNotice>, Error> {
        self.observer.change_notice().await
    }

    /// As [`Self::execute`], for a statement that changes nothing that versions are about.
    pub async fn execute_unnoticed(&self, sql: &str, binds: &[Option<&str>]) -> Result<u64, Error> {
        let writing = async {
            match &self.pool {
                Pool::Postgres(pool) => {
                    let mut lease = Lease::of(pool, Instant::now() + self.patience).await?;
                    let mut transaction = lease.connection().begin().await?;
                    let begin = AssertSqlSafe(format!("select txid_current(), {UNNOTICED}"));
                    let number = sqlx::query_scalar(begin).fetch_one(&mut *transaction).await?;
                    self.observer.own(number);
                    let rows = commit(transaction, sql, binds).await?;
                    lease.end();
                    Ok(Some(rows))
                }
                Pool::Sqlite(_) => {
                    let _writer = self.writer.lock().await;
                    Ok(self.observer.write(sql, binds).await.transpose()?)
                }
            }
        };
        match self.within_deadline(writing).await? {
            Some(rows) => Ok(rows),
            None => self.execute(sql, binds).await,
        }
    }

    /// Runs a statement that writes, while no other statement with the same lock runs, on any server of the database.
    /// SQLite has one writer at a time anyway.
    pub async fn execute_locked(&self, lock: &str, sql: &str, binds: &[Option<&str>]) -> Result<u64, Error> {
        let Pool::Postgres(pool) = &self.pool else { return self.execute(sql, binds).await };
        let writing = async {
            let mut lease = Lease::of(pool, Instant::now() + self.patience).await?;
            let mut transaction = lease.connection().begin().await?;
            // Edits by commands take the shared lock alone, because they may insert any number of devices.
            let locking =
                sqlx::query("select pg_advisory_xact_lock_shared(hashtext($1)), pg_advisory_xact_lock(hashtext($2))");
            let locking = locking.bind(DEVICES_LOCK).bind(lock);
            locking.execute(&mut *transaction).await?;
            let rows = commit(transaction, sql, binds).await?;
            lease.end();
            self.observer.wrote();
            Ok(rows)
        };
        self.within_deadline(writing).await
    }

    /// Bounds the time of a statement. The database's own statement timeout cannot do it where the network drops
    /// packets, because the statement never arrives.
    async fn within_deadline<T>(&self, statement: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let timed = tokio::time::timeout(self.deadline, statement).await;
        timed.unwrap_or(Err(Error::Unavailable(sqlx::Error::PoolTimedOut)))
    }

    /// Closes all connections, after the statements that run on them now.
    pub async fn close(&self) {
        self.observer.close();
        match &self.pool {
            Pool::Postgres(pool) => pool.close().await,
            Pool::Sqlite(file) => file.close().await,
        }
    }
}

/// Whether the connection died under the statement. A timeout is not repeated: it has already taken its time.
fn is_worth_repeating(error: &Error) -> bool {
    let Error::Unavailable(error) = error else { return false };
    let is_timeout = match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        sqlx::Error::Database(error) => error.code().as_deref() == Some("57014"),
        _ => false,
    };
    !is_timeout && !is_locked(error)
}
