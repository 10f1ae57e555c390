//! Errors between Dialplate and FusionPBX's tables.

use super::config::Config;
use sqlx::error::DatabaseError;
use sqlx::postgres::{PgDatabaseError, PgSeverity};
use sqlx::sqlite::SqliteError;
use std::borrow::Cow;

/// Each message is one line with the next step. No message holds a password or a row's value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database {database}: {reason}. Use postgres://user:password@host/fusionpbx or sqlite:///path/to/file.db")]
    Url { database: String, reason: String },

    #[error("cannot reach database {database}: {reason}. Check the address, and that the database runs")]
    Unreachable { database: String, reason: String },

    #[error("database {database} refused the connection: {reason}. Check name, user, password and grants")]
    Refused { database: String, reason: String },

    #[error(
        "database {database} is not trusted: {reason}. Check sslmode and sslrootcert, and the server's certificate"
    )]
    Untrusted { database: String, reason: String },

    #[error(
        "database {database} does not have the tables of FusionPBX 5.0 or later; missing, or not granted to this user: {}",
        missing.join(", ")
    )]
    Layout { database: String, missing: Vec<String> },

    /// The tables and columns are missing, or not granted to this role.
    #[error(
        "users cannot log in, because this role may not read {}; grant it the right as docs/zoiper.md describes",
        missing.join(", ")
    )]
    NoLogins { missing: Vec<String> },

    /// The same request may succeed later.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),

    /// FusionPBX of this release has no such table or column, or the role does not see it. The place is
    /// `v_devices.device_label`.
    #[error(
        "this database has no {place}, or this role may not see it; leave the value out, or upgrade FusionPBX, or grant the rights that docs/standalone.md lists"
    )]
    Absent { place: String },

    /// The role lacks a right that FusionPBX's own role has. `action` completes "this role may not …".
    #[error("this database role may not {action}; grant it the right as docs/administration.md describes")]
    Forbidden { action: Cow<'static, str> },

    /// `action` completes "the server cannot …".
    #[error("the database file or its folder is read-only, so the server cannot {action}")]
    ReadOnly { action: Cow<'static, str> },

    /// `action` completes "the server cannot …".
    #[error(
        "the database accepts no writes on this connection, so Dialplate cannot {action}; connect to the primary database, with a role whose default_transaction_read_only is off"
    )]
    ReadOnlyConnection { action: Cow<'static, str> },

    #[error("other transactions use the tables, and nothing was changed; run the command again")]
    InUse,

    #[error(
        "no trigger can notify of every change of {tables}: this is a view, has partitions or children, or belongs to a subscription; nothing was changed, and the server goes on without triggers"
    )]
    NoTriggers { tables: String },

    #[error("the database failed to run a statement: {0}")]
    Query(#[source] sqlx::Error),

    /// A value of the request, such as one with a NUL, that the database's texts cannot hold. No row has it.
    #[error("the database cannot hold a value of the request (SQLSTATE {code}); ask without that value")]
    Value { code: String },

    /// A result in a shape that the statement cannot have.
    #[error("cannot decode the database's result: {0}")]
    Malformed(String),

    #[error("cannot create the database {path}: {reason}")]
    Create { path: String, reason: String },

    #[error(
        "cannot bring the database {path} of an older Dialplate up to date: {reason}; let this user write the file"
    )]
    Update { path: String, reason: String },
}

impl Error {
    /// Whether the caller may succeed later. A request then gets 503 rather than 500.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Unreachable { .. })
    }

    /// Whether a start waits until it has passed: a database that does not answer yet, but not a file that is not there.
    pub(super) fn is_worth_waiting(&self, config: &Config) -> bool {
        matches!(self, Self::Unavailable(_)) || matches!(self, Self::Unreachable { .. }) && !config.is_file()
    }

    /// Whether the statement failed because of a value, so that every database of this kind would fail it.
    pub(super) fn is_of_value(&self) -> bool {
        matches!(self, Self::Value { .. })
    }

    /// Names the forbidden action, if the role lacks a right.
    pub(super) fn naming(self, action: impl Into<Cow<'static, str>>) -> Self {
        let Self::Query(error) = &self else { return self };
        let code = if let sqlx::Error::Database(error) = error { error.code() } else { None };
        match code.as_deref() {
            Some("42501") => Self::Forbidden { action: action.into() },
            Some(LOCKED | DEADLOCK) => Self::InUse,
            Some("25006") => Self::ReadOnlyConnection { action: action.into() },
            _ if is_unwritable(error) => Self::ReadOnly { action: action.into() },
            _ => self,
        }
    }

    /// Whether a replica ended the statement because of a conflict with replication; the next may succeed.
    pub(super) fn is_conflict(&self) -> bool {
        let Self::Query(sqlx::Error::Database(error)) = self else { return false };
        error.code().as_deref() == Some("40001")
    }

    /// Whether the tables differ from those that the server knows, as after an upgrade of FusionPBX.
    pub(super) fn is_layout(&self) -> bool {
        let Self::Query(sqlx::Error::Database(error)) = self else { return false };
        // PostgreSQL: undefined column, undefined table, cached plan with another row type.
        let code = error.code();
        matches!(code.as_deref(), Some("42703" | "42P01" | "0A000"))
            || error.message().starts_with("no such column")
            || error.message().starts_with("no such table")
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_connection_error(&error) {
            return Self::Unavailable(error);
        }
        let code = if let sqlx::Error::Database(error) = &error { error.code() } else { None };
        match code.filter(|code| code.starts_with(DATA) || code.starts_with(TOO_LARGE)) {
            Some(code) => Self::Value { code: code.into_owned() },
            None => Self::Query(error),
        }
    }
}

/// The classes of PostgreSQL's codes for values that it cannot hold. SQLite's codes have other digits.
const DATA: &str = "22";
const TOO_LARGE: &str = "54";

/// Another transaction holds a lock, or waits for one of this transaction's.
const LOCKED: &str = "55P03";
const DEADLOCK: &str = "40P01";

/// The code for a text with a NUL, or one that has no place in the database's encoding.
pub(super) const NOT_IN_ENCODING: &str = "22021";

/// Whether the connection failed, rather than the statement.
pub(super) fn is_connection_error(error: &sqlx::Error) -> bool {
    use sqlx::Error as E;
    match error {
        E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => true,
        E::Database(cause) => is_locked(error) || cause.code().is_some_and(|code| is_connection_code(&**cause, &code)),
        _ => false,
    }
}

/// PostgreSQL: connection exceptions, too many connections, statement timeout, shutdown and start-up. A pooler or a
/// balancer between it and this server reports a server that it cannot reach as a fatal system error.
fn is_connection_code(error: &dyn DatabaseError, code: &str) -> bool {
    let severity = error.try_downcast_ref::<PgDatabaseError>().map(PgDatabaseError::severity);
    let is_fatal = matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic));
    code.starts_with("08")
        || code.starts_with("57P")
        || code == "53300"
        || code == "57014"
        || code == "58000" && is_fatal
}

/// Whether SQLite may not write: the file is read-only, or no lock file can be made beside it.
pub(super) fn is_unwritable(error: &sqlx::Error) -> bool {
    // SQLITE_READONLY, CANTOPEN.
    matches!(sqlite_code(error), Some(8 | 14))
}

/// Whether SQLite could not get at its file: another program writes, the disk is full or does not answer. SQLite's own
/// waiting has ended then.
pub(super) fn is_locked(error: &sqlx::Error) -> bool {
    // SQLITE_BUSY, LOCKED, IOERR, FULL, CANTOPEN, PROTOCOL.
    matches!(sqlite_code(error), Some(5 | 6 | 10 | 13 | 14 | 15))
}

/// The kind of an error of SQLite's: the low byte of its code.
fn sqlite_code(error: &sqlx::Error) -> Option<u32> {
    let sqlx::Error::Database(error) = error else { return None };
    let code = error.try_downcast_ref::<SqliteError>()?.code()?.parse::<u32>().ok()?;
    Some(code & 0xff)
}
