//! Opening: a wrong address, name or password, and a certificate that cannot be trusted, show at start.

use crate::directory::error::is_connection_fault;
use crate::directory::{Config, Error};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool, SqlitePool};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// An idle connection is asked whether it still lives only after this long: asking costs a round trip of its own,
/// and a connection that worked a moment ago nearly always still does. The rest is caught by trying again.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// How long SQLite waits for another process that writes.
const SQLITE_BUSY: Duration = Duration::from_secs(2);

/// The pool would try again and again and in the end only say that time is up: one connection by hand says why.
pub async fn try_postgres(config: &Config) -> Result<(), Error> {
    match tokio::time::timeout(config.acquire_timeout, PgConnection::connect_with(&options(config)?)).await {
        Ok(Ok(connection)) => Ok(connection.close().await?),
        Ok(Err(error)) => Err(refusal(config, &error)),
        Err(_) => {
            let reason = format!("no answer within {} seconds", config.acquire_timeout.as_secs());
            Err(Error::Unreachable { database: config.shown(), reason })
        }
    }
}

pub fn postgres(config: &Config) -> Result<PgPool, Error> {
    let options = options(config)?;
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

/// The URL's parameters mean what they mean to PostgreSQL's own programs, which FusionPBX uses.
fn options(config: &Config) -> Result<PgConnectOptions, Error> {
    let wrong = |error: sqlx::Error| Error::Url { database: config.shown(), reason: plain(&error) };
    let timeout = config.statement_timeout.as_millis().to_string();
    let mut options = PgConnectOptions::from_str(config.url.as_str())
        .map_err(wrong)?
        .application_name("dialplate")
        // Compiling a statement that takes a millisecond can take seconds, and where tables are large or without
        // indexes PostgreSQL thinks that it pays.
        .options([("statement_timeout", timeout.as_str()), ("jit", "off")])
        .disable_statement_logging();
    if let Some(address) = options.get_host().strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address = address.to_owned();
        options = options.host(&address);
    }
    let has_authority = options.to_url_lossy().query_pairs().any(|(key, _)| key == "sslrootcert");
    let mode = match options.get_ssl_mode() {
        // TLS only where the server insists: where it offers it, taking it is no worse.
        PgSslMode::Allow => PgSslMode::Prefer,
        // An authority that is named is asked.
        PgSslMode::Require if has_authority => PgSslMode::VerifyCa,
        mode => mode,
    };
    Ok(options.ssl_mode(mode))
}

pub fn sqlite(config: &Config) -> Result<SqlitePool, Error> {
    let wrong = |error: sqlx::Error| Error::Url { database: config.shown(), reason: plain(&error) };
    let options = SqliteConnectOptions::from_str(config.url.as_str())
        .map_err(wrong)?
        .create_if_missing(false)
        .busy_timeout(SQLITE_BUSY)
        .disable_statement_logging();
    let path = options.get_filename().to_owned();
    if !path.is_file() {
        return Err(Error::Unreachable { database: config.shown(), reason: no_file(&path) });
    }
    Ok(SqlitePoolOptions::new()
        .max_connections(config.connections_max)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options))
}

pub async fn try_sqlite(config: &Config, pool: &SqlitePool) -> Result<(), Error> {
    let tables = sqlx::query("select count(*) from sqlite_master").execute(pool).await;
    tables.map(drop).map_err(|error| refusal(config, &error))
}

fn no_file(path: &Path) -> String {
    format!("no file {}", path.display())
}

fn refusal(config: &Config, error: &sqlx::Error) -> Error {
    let (database, reason) = (config.shown(), plain(error));
    match error {
        _ if is_untrusted(error) => Error::Untrusted { database, reason },
        // It starts, it stops, or all its connections are taken.
        sqlx::Error::Database(_) if is_connection_fault(error) => Error::Unreachable { database, reason },
        sqlx::Error::Database(_) => Error::Refused { database, reason },
        _ => Error::Unreachable { database, reason },
    }
}

/// TLS that could not be agreed on: a certificate of nobody that is trusted, or none at all. A handshake's failure comes
/// as one of reading and writing.
fn is_untrusted(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
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
