//! Opens the databases, so that a wrong address, name or password, or an untrusted certificate, fails the start.

use crate::directory::config::Config;
use crate::directory::error::{Error, is_connection_error};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection, PgPool, SqlitePool};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// How long a connection may be idle before it is tested. A test costs a round trip, and a connection that worked a
/// moment ago nearly always still does; if not, the statement is sent again.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

/// How long SQLite waits while another process writes.
const SQLITE_BUSY: Duration = Duration::from_secs(2);

/// A statement is planned once for a connection, not again for each request, which would take longer than to run it.
/// PostgreSQL has the setting since release 12.
const GENERIC_PLANS: &str =
    "select set_config(name, 'force_generic_plan', false) from pg_settings where name = 'plan_cache_mode'";

/// Makes one connection outside the pool, whose error says why it failed. The pool would retry and only report a
/// timeout.
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
        .after_connect(|connection, _| {
            Box::pin(async move { sqlx::query(GENERIC_PLANS).execute(connection).await.map(drop) })
        })
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

/// Reads the URL's parameters as libpq does, which FusionPBX uses.
fn options(config: &Config) -> Result<PgConnectOptions, Error> {
    let wrong = |error: sqlx::Error| Error::Url { database: config.shown(), reason: plain(&error) };
    let timeout = config.statement_timeout.as_millis().to_string();
    let mut options = PgConnectOptions::from_str(config.url.as_str())
        .map_err(wrong)?
        .application_name("dialplate")
        // For large tables, or tables without indexes, PostgreSQL may spend seconds on compiling a statement that
        // takes a millisecond.
        .options([("statement_timeout", timeout.as_str()), ("jit", "off")])
        .disable_statement_logging();
    if let Some(password) = config.password.as_ref().filter(|_| !config.url.has_password()) {
        options = options.password(password.expose());
    }
    if let Some(address) = options.get_host().strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let address = address.to_owned();
        options = options.host(&address);
    }
    let has_authority = options.to_url_lossy().query_pairs().any(|(key, _)| key == "sslrootcert");
    let mode = match options.get_ssl_mode() {
        // `allow` means TLS only if the server requires it. Using TLS whenever the server offers it is at least as safe.
        PgSslMode::Allow => PgSslMode::Prefer,
        // As in libpq, a named authority is used.
        PgSslMode::Require if has_authority => PgSslMode::VerifyCa,
        mode => mode,
    };
    Ok(options.ssl_mode(mode))
}

/// What the server may do with a SQLite file and its folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FileAccess {
    Write,
    Read,
    /// Not even a lock can be taken, because the folder is read-only. SQLite then trusts that no other program writes.
    ReadUnlocked,
}

/// Connections to a SQLite file, and its path. The first statement connects.
pub fn sqlite(config: &Config, access: FileAccess) -> Result<(SqlitePool, PathBuf), Error> {
    let wrong = |error: sqlx::Error| Error::Url { database: config.shown(), reason: plain(&error) };
    let options = SqliteConnectOptions::from_str(config.url.as_str())
        .map_err(wrong)?
        .create_if_missing(false)
        .read_only(access != FileAccess::Write)
        .immutable(access == FileAccess::ReadUnlocked)
        .busy_timeout(SQLITE_BUSY)
        .disable_statement_logging();
    let path = options.get_filename().to_owned();
    let pool = SqlitePoolOptions::new()
        .max_connections(config.connections_max)
        .acquire_timeout(config.acquire_timeout)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options);
    Ok((pool, path))
}

pub fn refusal(config: &Config, error: &sqlx::Error) -> Error {
    let (database, reason) = (config.shown(), plain(error));
    match error {
        _ if is_untrusted(error) => Error::Untrusted { database, reason },
        // The server is starting or stopping, or all its connections are in use.
        sqlx::Error::Database(_) if is_connection_error(error) => Error::Unreachable { database, reason },
        sqlx::Error::Database(_) => Error::Refused { database, reason },
        _ => Error::Unreachable { database, reason },
    }
}

/// Whether TLS failed: the certificate is untrusted, or the server has none. A failed handshake arrives as an I/O error.
fn is_untrusted(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

/// The innermost message, without sqlx's wrapping ("error communicating with database").
fn plain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Configuration(error) | sqlx::Error::Tls(error) => error.to_string(),
        other => other.to_string(),
    }
}
