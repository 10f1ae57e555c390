//! The connections to a database.

use super::sqlite_file::SqliteFile;
use crate::directory::error::Error;
use sqlx::PgPool;

#[derive(Clone)]
pub(super) enum Pool {
    Postgres(PgPool),
    Sqlite(SqliteFile),
}

impl Pool {
    /// The number of the SQLite file that is open; it changes when the file is replaced.
    pub(super) async fn file_number(&self) -> Result<u64, Error> {
        match self {
            Self::Postgres(_) => Ok(0),
            Self::Sqlite(file) => Ok(file.current().await?.1),
        }
    }
}
