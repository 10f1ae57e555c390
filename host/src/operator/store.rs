//! The file with what the server knows of operators, beside the journal: how it is created and opened. FusionPBX's database
//! gets no table.

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::fs::{OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::time::Duration;

const SCHEMA: &str = include_str!("schema.sql");

/// The version of the schema, in `user_version`.
const VERSION: i64 = 1;

/// How long a statement waits while another program writes. A token takes milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// How long a file system may take to answer.
const FILE_TIMEOUT: Duration = Duration::from_secs(5);

/// Only the server's user may read the file.
const MODE: u32 = 0o600;

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {}: {cause}", file.display())]
pub struct StoreError {
    file: PathBuf,
    cause: Cause,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum Cause {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Database(#[from] sqlx::Error),
    #[error("a newer Dialplate wrote it (version {0}); name another file in `access_file`")]
    Newer(i64),
    #[error("the file system does not answer")]
    Silent,
}

/// The path of the file. Each use opens it, so a command's change counts at once.
#[derive(Clone)]
pub struct Store {
    file: PathBuf,
}

impl Store {
    pub fn new(file: PathBuf) -> Self {
        Self { file }
    }

    pub(super) fn error(&self, cause: impl Into<Cause>) -> StoreError {
        StoreError { file: self.file.clone(), cause: cause.into() }
    }

    /// Opens the file for reading; `None` if there is none yet.
    pub(super) async fn read(&self) -> Result<Option<SqliteConnection>, StoreError> {
        let file = self.file.clone();
        if !self.ask(move || file.try_exists()).await? {
            return Ok(None);
        }
        let opened = self.within(self.connect(true)).await?;
        Ok(Some(opened))
    }

    /// Opens the file for writing, and creates it if it is absent.
    pub(super) async fn write(&self) -> Result<SqliteConnection, StoreError> {
        let file = self.file.clone();
        self.ask(move || create(&file)).await?;
        self.within(self.connect(false)).await
    }

    async fn connect(&self, is_read_only: bool) -> Result<SqliteConnection, Cause> {
        let options = SqliteConnectOptions::new()
            .filename(&self.file)
            .create_if_missing(false)
            .read_only(is_read_only)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let version: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut connection).await?;
        match version {
            0 if !is_read_only => {
                sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
            }
            0 | VERSION => {}
            newer => return Err(Cause::Newer(newer)),
        }
        Ok(connection)
    }

    async fn ask<T: Send + 'static>(
        &self,
        call: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let asked = async { tokio::task::spawn_blocking(call).await.map_err(|_| Cause::Silent)?.map_err(Cause::Io) };
        self.within(asked).await
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, Cause>>) -> Result<T, StoreError> {
        let done = tokio::time::timeout(FILE_TIMEOUT, work).await.unwrap_or(Err(Cause::Silent));
        done.map_err(|cause| self.error(cause))
    }
}

/// Creates the file and its folder if they are absent. A command as root gives a new file to the owner of the folder, who is
/// the server's user.
fn create(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let owner = std::fs::metadata(folder)?;
    match OpenOptions::new().write(true).create_new(true).mode(MODE).open(path) {
        Ok(file) if file.metadata()?.uid() != owner.uid() => chown(path, Some(owner.uid()), Some(owner.gid())),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let found = std::fs::metadata(path)?;
            if found.permissions().mode() & 0o077 != 0 {
                std::fs::set_permissions(path, Permissions::from_mode(MODE))?;
            }
            Ok(())
        }
        Err(error) => Err(error),
    }
}
