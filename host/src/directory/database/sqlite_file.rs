//! A SQLite database whose file may be replaced. A connection stays with the file that it has opened, so a server would go
//! on serving a file that was replaced by a rename, or restored from a backup.

use super::open::{FileAccess, refusal, sqlite};
use crate::directory::config::Config;
use crate::directory::error::{Error, is_locked, is_unwritable};
use crate::files::{ANSWER_MAX, NoAnswer, Root, within};
use sqlx::SqlitePool;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long the file counts as the one that is open after it was looked at. A look takes some microseconds.
const TRUSTED: Duration = Duration::from_millis(20);

/// What SQLite keeps beside a database while it is open.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Device and inode of a file.
type Identity = (u64, u64);

/// Clones share the pool.
#[derive(Clone)]
pub(super) struct SqliteFile(Arc<Shared>);

struct Shared {
    path: PathBuf,
    config: Config,
    access: FileAccess,
    /// Bounds the looks at the file: its file system may stop answering.
    folder: Arc<Root>,
    open: Mutex<Open>,
}

struct Open {
    pool: SqlitePool,
    identity: Identity,
    /// How often the file was replaced.
    number: u64,
    seen: Instant,
}

impl SqliteFile {
    /// Opens a file with the most access that its folder allows, and reads from it.
    pub(super) async fn try_open(config: &Config) -> Result<Self, Error> {
        let mut accesses = [FileAccess::Write, FileAccess::Read, FileAccess::ReadUnlocked].into_iter();
        loop {
            let access = accesses.next().unwrap_or(FileAccess::ReadUnlocked);
            let file = Self::open(config, access)?;
            match sqlx::query("select count(*) from sqlite_master").execute(&file.pool().await?).await {
                Err(error) if is_unwritable(&error) && access != FileAccess::ReadUnlocked => {}
                Err(error) if is_locked(&error) => return Err(Error::Unavailable(error)),
                Err(error) => return Err(refusal(config, &error)),
                Ok(_) if access == FileAccess::Write => return Ok(file),
                Ok(_) => {
                    let name = config.shown();
                    tracing::warn!(database.name = name, "the database is read-only: nothing is recorded in it");
                    return Ok(file);
                }
            }
        }
    }

    /// The file must exist.
    pub(super) fn open(config: &Config, access: FileAccess) -> Result<Self, Error> {
        let (pool, path) = sqlite(config, access)?;
        let found = path.clone();
        let unreachable = |reason| Error::Unreachable { database: config.shown(), reason };
        let identity = within(ANSWER_MAX, move || identity(&found))
            .ok_or_else(|| unreachable(NoAnswer(path.clone()).to_string()))?
            .ok_or_else(|| unreachable(format!("no file {}", path.display())))?;
        let open = Mutex::new(Open { pool, identity, number: 0, seen: Instant::now() });
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = Root::new(parent.unwrap_or(Path::new(".")).to_owned());
        Ok(Self(Arc::new(Shared { path, config: config.clone(), access, folder, open })))
    }

    /// The connections to the file that has the path now. Statements in progress on a replaced file are finished there.
    pub(super) async fn pool(&self) -> Result<SqlitePool, Error> {
        Ok(self.current().await?.0)
    }

    /// As [`Self::pool`], with a number that changes when the file is replaced.
    pub(super) async fn current(&self) -> Result<(SqlitePool, u64), Error> {
        let shared = &self.0;
        let mut open = shared.open.lock().await;
        if open.seen.elapsed() < TRUSTED {
            return Ok((open.pool.clone(), open.number));
        }
        let path = shared.path.clone();
        // Without an answer the statement itself finds out.
        let identity = shared.folder.ask(move || identity(&path)).await.ok().flatten();
        open.seen = Instant::now();
        if let Some(identity) = identity.filter(|found| *found != open.identity) {
            let path = shared.path.clone();
            let _ = shared.folder.ask(move || remove_companions(&path)).await;
            let replaced = std::mem::replace(&mut open.pool, sqlite(&shared.config, shared.access)?.0);
            open.identity = identity;
            open.number += 1;
            tracing::info!(file = %shared.path.display(), "the database file was replaced; reading from the new one");
            tokio::spawn(async move { replaced.close().await });
        }
        Ok((open.pool.clone(), open.number))
    }

    pub(super) async fn close(&self) {
        let pool = self.0.open.lock().await.pool.clone();
        pool.close().await;
    }
}

/// `None` if there is no file.
fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|found| (found.dev(), found.ino()))
}

/// Removes what the replaced database has left beside the new one. SQLite would take its journal for the new file's and
/// write old pages into it. A journal is the old one's if this process has it open.
fn remove_companions(path: &Path) {
    let companions = COMPANIONS.map(|ending| PathBuf::from(format!("{}{ending}", path.display())));
    let open = fs::read_dir("/proc/self/fd").into_iter().flatten().flatten();
    let open: Vec<_> =
        open.filter_map(|entry| fs::metadata(entry.path()).ok()).map(|it| (it.dev(), it.ino())).collect();
    for companion in companions.iter().filter(|path| identity(path).is_some_and(|it| open.contains(&it))) {
        if let Err(error) = fs::remove_file(companion) {
            tracing::warn!(file = %companion.display(), %error, "cannot remove the replaced database's journal");
        }
    }
}
