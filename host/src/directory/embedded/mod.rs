//! The embedded database for use without FusionPBX: the same tables in a SQLite file, with a few demonstration phones.

mod update;

use super::directory::Directory;
use super::error::Error;
use crate::files::{ANSWER_MAX, NoAnswer, within};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const SCHEMA: &str = include_str!("schema.sql");
const SEED: &str = include_str!("seed.sql");

/// Marks a file that Dialplate created: "Dial" in ASCII.
const MARK: &str = "pragma application_id = 0x4469616c";

/// The name of the demonstration's domain, unless the caller gives another.
pub const DEFAULT_DOMAIN: &str = "localhost";

impl Directory {
    /// Creates the file with tables and demonstration phones, and returns true, unless the file exists. `domain` names the
    /// only domain; its phones are served whatever host they request.
    ///
    /// The file appears complete or not at all. If two servers start at once, the first one's file stays.
    pub async fn create_embedded(path: &Path, domain: &str) -> Result<bool, Error> {
        let found = path.to_owned();
        match within(ANSWER_MAX, move || found.exists()) {
            Some(true) => return Ok(false),
            Some(false) => {}
            None => return Err(create_error(path, NoAnswer(path.to_owned()))),
        }
        let draft = draft_path(path);
        let outcome = async {
            prepare(path, &draft).map_err(|error| create_error(path, error))?;
            fill(&draft, domain).await.map_err(|error| create_error(path, error))?;
            publish(&draft, path).map_err(|error| create_error(path, error))
        };
        let outcome = outcome.await;
        let _ = std::fs::remove_file(&draft);
        outcome
    }
}

fn create_error(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::Create { path: path.display().to_string(), reason: error.to_string() }
}

fn draft_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", uuid::Uuid::new_v4()))
}

/// The file will hold line passwords, so only its owner may read it.
fn prepare(path: &Path, draft: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)
}

async fn fill(draft: &Path, domain: &str) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(draft)
        // The server writes notes while other requests read.
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let mut transaction = connection.begin().await?;
    sqlx::raw_sql(SCHEMA).execute(&mut *transaction).await?;
    sqlx::raw_sql(SEED).execute(&mut *transaction).await?;
    for statement in ["update v_domains set domain_name = $1", "update v_device_lines set server_address = $1"] {
        sqlx::query(statement).bind(domain).execute(&mut *transaction).await?;
    }
    sqlx::raw_sql(MARK).execute(&mut *transaction).await?;
    transaction.commit().await?;
    connection.close().await
}

/// A link fails if the name exists; a rename would replace another server's file.
fn publish(draft: &Path, path: &Path) -> io::Result<bool> {
    File::open(draft)?.sync_all()?;
    match std::fs::hard_link(draft, path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        // The file system has no hard links.
        Err(_) if !path.exists() => std::fs::rename(draft, path).map(|()| true),
        Err(error) => Err(error),
    }
}
