//! The two databases behind one interface: open a pool, describe the tables, run a statement that answers in rows of
//! text. Nothing here knows what a device is.

use super::catalog::Described;
use super::error::is_connection_fault;
use super::query::Dialect;
use super::{Config, Error};
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgPool, Postgres, Sqlite, SqlitePool};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// An idle connection is asked whether it still lives only after this long: asking costs a round trip of its own,
/// and a connection that worked a moment ago nearly always still does. The rest is caught by trying again.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// How long SQLite waits for another process that writes.
const SQLITE_BUSY: Duration = Duration::from_secs(2);

/// A tag that says which table the rows belong to, and the rows as a JSON array of arrays of text or null. PostgreSQL
/// says null where there are no rows.
pub type TaggedRows = (String, Option<String>);

/// An open database. Clones share the pool.
#[derive(Clone)]
pub struct Database {
    pool: Pool,
    attempts: u32,
    deadline: Duration,
    /// SQLite has one writer at a time, and those that wait for each other with a lock in their hands are turned away.
    writer: Arc<Mutex<()>>,
}

#[derive(Clone)]
enum Pool {
    Postgres(PgPool),
    Sqlite(SqlitePool),
}

impl Database {
    /// Opens the database and makes one connection, so that a wrong address or password shows at start.
    pub async fn open(config: &Config) -> Result<Self, Error> {
        let scheme = config.url.split(':').next().unwrap_or_default();
        let pool = match scheme {
            "postgres" | "postgresql" => Pool::Postgres(open_postgres(config).await?),
            "sqlite" => Pool::Sqlite(open_sqlite(config).await?),
            other => {
                let reason = format!("`{other}` is no kind of database that is known here");
                return Err(Error::Url { database: config.shown(), reason });
            }
        };
        Ok(Self {
            pool,
            attempts: config.connections_max + 1,
            deadline: config.acquire_timeout + config.statement_timeout,
            writer: Arc::default(),
        })
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
            Pool::Sqlite(pool) => {
                let sql = "select m.name, c.name, c.type from sqlite_master m join pragma_table_info(m.name) c \
                    where m.type in ('table', 'view') order by m.name, c.cid";
                sqlx::query_as(sql).fetch_all(pool).await?
            }
        };
        Ok(rows.into_iter().map(|(table, column, type_name)| Described { table, column, type_name }).collect())
    }

    /// Runs a statement that only reads, in one round trip. A connection that turns out to be dead is replaced and
    /// the statement sent again, as often as there are connections that may have died with it.
    pub async fn fetch(&self, sql: &Arc<str>, binds: &[Option<&str>]) -> Result<Vec<TaggedRows>, Error> {
        let reading = async {
            let mut attempt = 1;
            loop {
                match self.fetch_once(sql, binds).await {
                    Err(error) if attempt < self.attempts && is_worth_repeating(&error) => attempt += 1,
                    other => return Ok(other?),
                }
            }
        };
        // A network that swallows packets keeps no statement timeout: the server never hears of the statement.
        match tokio::time::timeout(self.deadline, reading).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Unavailable(sqlx::Error::PoolTimedOut)),
        }
    }

    async fn fetch_once(&self, sql: &Arc<str>, binds: &[Option<&str>]) -> Result<Vec<TaggedRows>, sqlx::Error> {
        let text = AssertSqlSafe(Arc::clone(sql));
        match &self.pool {
            Pool::Postgres(pool) => {
                let mut query = sqlx::query_as(text);
                for bind in binds {
                    query = query.bind(*bind);
                }
                query.fetch_all(pool).await
            }
            Pool::Sqlite(pool) => {
                let mut query = sqlx::query_as(text);
                for bind in binds {
                    query = query.bind(*bind);
                }
                query.fetch_all(pool).await
            }
        }
    }

    /// Runs a statement that writes, once, and says how many rows it touched. It is not prepared for another time:
    /// write-back statements vary with the size of the batch.
    pub async fn execute(&self, sql: String, binds: &[Option<&str>]) -> Result<u64, Error> {
        let writing = async {
            match &self.pool {
                Pool::Postgres(pool) => {
                    let query: Query<'_, Postgres, PgArguments> = sqlx::query(AssertSqlSafe(sql)).persistent(false);
                    let query = binds.iter().fold(query, |query, bind| query.bind(*bind));
                    Ok(query.execute(pool).await?.rows_affected())
                }
                Pool::Sqlite(pool) => {
                    let _turn = self.writer.lock().await;
                    let query: Query<'_, Sqlite, SqliteArguments> = sqlx::query(AssertSqlSafe(sql)).persistent(false);
                    let query = binds.iter().fold(query, |query, bind| query.bind(*bind));
                    Ok(query.execute(pool).await?.rows_affected())
                }
            }
        };
        match tokio::time::timeout(self.deadline, writing).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Unavailable(sqlx::Error::PoolTimedOut)),
        }
    }

    /// Runs a statement that writes, after every other that was given the same lock, on whatever server, has ended.
    /// SQLite has one writer at a time anyway.
    pub async fn execute_alone(&self, lock: &str, sql: String, binds: &[Option<&str>]) -> Result<u64, Error> {
        let Pool::Postgres(pool) = &self.pool else { return self.execute(sql, binds).await };
        let writing = async {
            let mut transaction = pool.begin().await?;
            let locking = sqlx::query("select pg_advisory_xact_lock(hashtext($1))").bind(lock);
            locking.execute(&mut *transaction).await?;
            let query: Query<'_, Postgres, PgArguments> = sqlx::query(AssertSqlSafe(sql)).persistent(false);
            let query = binds.iter().fold(query, |query, bind| query.bind(*bind));
            let rows = query.execute(&mut *transaction).await?.rows_affected();
            transaction.commit().await?;
            Ok(rows)
        };
        match tokio::time::timeout(self.deadline, writing).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Unavailable(sqlx::Error::PoolTimedOut)),
        }
    }

    /// Ends all connections, after what runs on them now.
    pub async fn close(&self) {
        match &self.pool {
            Pool::Postgres(pool) => pool.close().await,
            Pool::Sqlite(pool) => pool.close().await,
        }
    }
}

/// A connection that died under the statement; not a wait that has already taken its time.
fn is_worth_repeating(error: &sqlx::Error) -> bool {
    let is_timeout = match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        sqlx::Error::Database(error) => error.code().as_deref() == Some("57014"),
        _ => false,
    };
    is_connection_fault(error) && !is_timeout
}

async fn open_postgres(config: &Config) -> Result<PgPool, Error> {
    let wrong = |error: sqlx::Error| Error::Url { database: config.shown(), reason: plain(&error) };
    let timeout = config.statement_timeout.as_millis().to_string();
    let options = PgConnectOptions::from_str(&config.url)
        .map_err(wrong)?
        .application_name("dialplate")
        .options([("statement_timeout", timeout)])
        .disable_statement_logging();
    // The pool would try again and again and in the end only say that time is up: one connection by hand says why.
    match tokio::time::timeout(config.acquire_timeout, PgConnection::connect_with(&options)).await {
        Ok(Ok(connection)) => connection.close().await?,
        Ok(Err(error)) => return Err(refusal(config, &error)),
        Err(_) => {
            let reason = format!("no answer within {} seconds", config.acquire_timeout.as_secs());
            return Err(Error::Unreachable { database: config.shown(), reason });
        }
    }
    Ok(PgPoolOptions::new()
        .max_connections(config.connections_max)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_IDLE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options))
}

async fn open_sqlite(config: &Config) -> Result<SqlitePool, Error> {
    let wrong = |error: sqlx::Error| Error::Url { database: config.shown(), reason: plain(&error) };
    let options = SqliteConnectOptions::from_str(&config.url)
        .map_err(wrong)?
        .create_if_missing(false)
        .busy_timeout(SQLITE_BUSY)
        .disable_statement_logging();
    let path = options.get_filename().to_owned();
    if !path.is_file() {
        return Err(Error::Unreachable { database: config.shown(), reason: no_file(&path) });
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(config.connections_max)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options);
    match sqlx::query("select count(*) from sqlite_master").execute(&pool).await {
        Ok(_) => Ok(pool),
        Err(error) => Err(refusal(config, &error)),
    }
}

fn no_file(path: &Path) -> String {
    format!("no file {}", path.display())
}

fn refusal(config: &Config, error: &sqlx::Error) -> Error {
    let (database, reason) = (config.shown(), plain(error));
    match error {
        sqlx::Error::Database(_) => Error::Refused { database, reason },
        _ => Error::Unreachable { database, reason },
    }
}

/// The innermost message: sqlx's own wrappings ("error communicating with database") say little.
fn plain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Configuration(error) | sqlx::Error::Tls(error) => error.to_string(),
        other => other.to_string(),
    }
}
