//! What can go wrong between Dialplate and FusionPBX's tables.

/// One line each, with what to do about it. No message holds a password or a row's value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("database {database}: {reason}. Use postgres://user:password@host/fusionpbx or sqlite:///path/to/file.db")]
    Url { database: String, reason: String },

    #[error("database {database} is not there: {reason}. Check the address, and that the database runs")]
    Unreachable { database: String, reason: String },

    #[error("database {database} refuses: {reason}. Check name, user, password and grants")]
    Refused { database: String, reason: String },

    #[error(
        "database {database} is not trusted: {reason}. Check sslmode and sslrootcert, and the server's certificate"
    )]
    Untrusted { database: String, reason: String },

    #[error("database {database} is not one of a FusionPBX 5.0 or later; missing, or not granted to this user: {}", missing.join(", "))]
    Layout { database: String, missing: Vec<String> },

    /// The database does not answer now; the same request may succeed later.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),

    /// The role lacks a right that FusionPBX's own has.
    #[error("the database does not let this role {what}; grant it as docs/administration.md shows")]
    Forbidden { what: &'static str },

    #[error("the database cannot answer: {0}")]
    Query(#[source] sqlx::Error),

    /// An answer in a shape that nothing here asked for.
    #[error("the database's answer cannot be read: {0}")]
    QueryResult(String),

    /// The permit is for a device other than the one that was found.
    #[error("the permit is for another device")]
    Permit,

    #[error("cannot create the database {path}: {reason}")]
    Create { path: String, reason: String },
}

impl Error {
    /// Whether waiting may help: the caller answers 503 rather than 500.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Unreachable { .. })
    }

    /// Names what was forbidden, where that is what went wrong.
    pub(super) fn naming(self, what: &'static str) -> Self {
        match &self {
            Self::Query(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => {
                Self::Forbidden { what }
            }
            _ => self,
        }
    }

    /// Whether a replica ended the statement because the database has changed under it; the next may succeed.
    pub(super) fn is_conflict(&self) -> bool {
        let Self::Query(sqlx::Error::Database(error)) = self else { return false };
        error.code().as_deref() == Some("40001")
    }

    /// Whether the tables are no longer those that were found at start, as after an upgrade of FusionPBX.
    pub(super) fn is_layout(&self) -> bool {
        let Self::Query(sqlx::Error::Database(error)) = self else { return false };
        // PostgreSQL: undefined column, undefined table, a cached plan whose row type changed.
        let code = error.code();
        matches!(code.as_deref(), Some("42703" | "42P01" | "0A000"))
            || error.message().starts_with("no such column")
            || error.message().starts_with("no such table")
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_connection_fault(&error) { Self::Unavailable(error) } else { Self::Query(error) }
    }
}

/// Whether the connection, and not the statement, is at fault.
pub(super) fn is_connection_fault(error: &sqlx::Error) -> bool {
    use sqlx::Error as E;
    match error {
        E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => true,
        // PostgreSQL: connection exceptions, too many connections, statement timeout, shutdown and start-up.
        E::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08") || code.starts_with("57P") || code == "53300" || code == "57014"
        }),
        _ => false,
    }
}
