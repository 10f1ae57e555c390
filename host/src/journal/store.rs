//! The file of the journal: how it is created and opened.

use sqlx::sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCHEMA: &str = include_str!("schema.sql");
const FROM_1: &str = include_str!("schema_2.sql");
const DOCUMENTS: &str = include_str!("documents.sql");

/// The version of the schema, in `user_version`.
const VERSION: i64 = 2;
/// A version that has other indexes, which a reader does not notice.
const READ_TOO: i64 = 1;

/// How long a statement waits while another program writes. A backup takes some seconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// Bytes of SQLite's own journal beside the file. SQLite writes it back into the file at a quarter of this.
pub const WAL_BYTES_MAX: u64 = 4 << 20;

const PAGE_BYTES: u32 = 4096;

/// Only the server's user may read the file: it says who called from where.
const MODE: u32 = 0o600;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Database(#[from] sqlx::Error),
    #[error("a newer Dialplate wrote it (version {0}); move the file away, or name another one in `journal`")]
    Newer(i64),
    #[error("it is not a journal; name another file in `journal`")]
    Foreign,
    #[error("the file system does not answer")]
    Silent,
    /// A server has just created the file.
    #[error("it has no lines yet")]
    Empty,
}

impl StoreError {
    /// Whether the file itself is damaged or is none of SQLite's.
    pub fn is_damage(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else { return false };
        // SQLITE_CORRUPT and NOTADB, in the low byte of the code.
        let code = error.code().and_then(|code| code.parse::<u32>().ok());
        matches!(code.map(|code| code & 0xff), Some(11 | 26))
    }
}

/// Device and inode of the file.
pub type Identity = (u64, u64);

/// `None` if there is no such file.
pub fn identity(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// Creates the file and its folder if they are absent.
pub fn create(path: &Path) -> io::Result<Identity> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    // SQLite gives its files beside this one the same mode.
    let file = OpenOptions::new().read(true).append(true).create(true).mode(MODE).open(path)?;
    let found = file.metadata()?;
    if found.permissions().mode() & 0o077 != 0 {
        file.set_permissions(std::fs::Permissions::from_mode(MODE))?;
    }
    Ok((found.dev(), found.ino()))
}

/// Opens the file for the writer. Creates the tables in an empty one, and makes an old one new.
pub async fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .page_size(PAGE_BYTES)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .journal_mode(SqliteJournalMode::Wal)
        // A killed process loses nothing that is committed; only a crash of the machine may lose the last lines.
        .synchronous(SqliteSynchronous::Normal)
        .pragma("journal_size_limit", WAL_BYTES_MAX.to_string())
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options).await?;
    match version(&mut connection).await? {
        0 => step(0, SCHEMA, &mut connection).await?,
        1 => step(1, FROM_1, &mut connection).await?,
        VERSION => {}
        newer => return Err(StoreError::Newer(newer)),
    }
    sqlx::raw_sql(DOCUMENTS).execute(&mut connection).await?;
    Ok(connection)
}

/// Opens the file for single lines beside those of the writer's queue, and creates it if it is absent.
pub async fn open_or_create(path: &Path) -> Result<SqliteConnection, StoreError> {
    let file = path.to_owned();
    tokio::task::spawn_blocking(move || create(&file)).await.map_err(|_| StoreError::Silent)??;
    open(path).await
}

/// Opens the file for reading, while a server writes or while none runs.
pub async fn open_to_read(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let found = match version(&mut connection).await {
        // A folder that cannot be written has no room for SQLite's files. Without a journal beside it, the file is complete.
        Err(StoreError::Database(_)) if !beside(path, "-wal").exists() => {
            connection = SqliteConnection::connect_with(&options.immutable(true)).await?;
            version(&mut connection).await?
        }
        found => found?,
    };
    match found {
        READ_TOO | VERSION => Ok(connection),
        0 => Err(StoreError::Empty),
        newer => Err(StoreError::Newer(newer)),
    }
}

/// One of the files that SQLite keeps beside a database.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    let tables: i64 = sqlx::query_scalar("select count(*) from sqlite_master").fetch_one(&mut *connection).await?;
    let version: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut *connection).await?;
    let mark: i64 = sqlx::query_scalar("pragma application_id").fetch_one(connection).await?;
    if tables > 0 && mark != 0x4469_616a { Err(StoreError::Foreign) } else { Ok(version) }
}

/// Leads from one version to the current one.
async fn step(from: i64, statements: &'static str, connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("begin immediate").await?;
    // Another server may have been faster.
    if version(&mut transaction).await? == from {
        sqlx::raw_sql(statements).execute(&mut *transaction).await?;
    }
    Ok(transaction.commit().await?)
}
