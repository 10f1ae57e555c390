//! Writes the lines in batches, in the background. If the file cannot be written, the log says so once, and once more when it
//! can be written again; requests notice nothing.

use super::batch::Batch;
use super::bounds::{Bounds, remove_unused_origins};
use super::config::Config;
use super::insert::insert;
use super::new_entry::NewEntry;
use super::origins::Origins;
use super::row::Row;
use super::state::JournalState;
use super::store::{self, Identity, StoreError};
use super::versions::{self, Candidate, Versions};
use sqlx::{Connection, SqliteConnection};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

/// The pause before the next attempt to write to a file that cannot be written.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// How long a batch may take. A slow disk needs a second.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// Attempts to write the last lines of a stopping server.
const LAST_ATTEMPTS: usize = 3;
/// Calls to a file system that does not answer.
const CALLS_MAX: usize = 4;

/// Writes what comes until the queue is closed and empty.
pub async fn run(file: PathBuf, config: Config, mut queue: Receiver<NewEntry>, state: Arc<JournalState>) {
    let mut writer = Writer::new(file, &config, Arc::clone(&state));
    loop {
        let mut batch = Batch::default();
        if !batch.start(&mut queue, &state).await {
            break;
        }
        batch.gather(&mut queue, &state).await;
        let lines = batch.rows.len();
        // In a task of its own, a panic costs this batch and not the writer.
        let working = tokio::spawn(async move {
            writer.write(batch).await;
            writer
        });
        writer = match working.await {
            Ok(writer) => writer,
            Err(_) => {
                state.lost(lines);
                Writer::new(config.file.clone().unwrap_or_default(), &config, Arc::clone(&state))
            }
        };
        state.waiting_since(None);
    }
    writer.close().await;
}

struct Writer {
    file: PathBuf,
    bounds: Bounds,
    state: Arc<JournalState>,
    open: Option<Open>,
    origins: Origins,
    versions: Versions,
    calls: Calls,
    /// The number of lost lines when the file could be written last.
    lost_before: u64,
}

/// Calls to the file system that have not ended. Those to one that does not answer must not hold many threads.
#[derive(Clone, Default)]
struct Calls(Arc<AtomicUsize>);

impl Calls {
    async fn ask<T: Send + 'static>(&self, call: impl FnOnce() -> T + Send + 'static) -> Result<T, StoreError> {
        if self.0.load(Ordering::Relaxed) >= CALLS_MAX {
            return Err(StoreError::Silent);
        }
        self.0.fetch_add(1, Ordering::Relaxed);
        let running = Arc::clone(&self.0);
        let task = tokio::task::spawn_blocking(move || {
            let result = call();
            running.fetch_sub(1, Ordering::Relaxed);
            result
        });
        task.await.map_err(|_| StoreError::Silent)
    }
}

struct Open {
    connection: SqliteConnection,
    identity: Identity,
}

impl Writer {
    fn new(file: PathBuf, config: &Config, state: Arc<JournalState>) -> Self {
        let (bounds, lost_before) = (Bounds::of(config), state.lines_lost());
        Self {
            file,
            bounds,
            state,
            open: None,
            origins: Origins::default(),
            versions: Versions::default(),
            calls: Calls::default(),
            lost_before,
        }
    }

    /// Writes a batch, as often as it takes. The last batch of a stopping server is given up after some attempts.
    async fn write(&mut self, batch: Batch) {
        let Batch { rows, candidates, .. } = batch;
        let mut attempts = 0;
        while let Err(error) = self.try_write(&rows, &candidates).await {
            self.failed(&error);
            attempts += 1;
            if self.state.is_stopping() && attempts >= LAST_ATTEMPTS {
                self.state.lost(rows.len());
                return;
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
        self.state.wrote(rows.len());
        if self.state.set_failing(false) {
            let lost = self.state.lines_lost() - self.lost_before;
            tracing::info!(file = %self.file.display(), lost, "the journal is written again");
        }
        self.lost_before = self.state.lines_lost();
    }

    fn failed(&mut self, error: &StoreError) {
        // What is kept may be of a transaction that was rolled back.
        self.origins.clear();
        self.versions.clear();
        self.open = None;
        if !self.state.set_failing(true) {
            let advice = if error.is_damage() { "; move the damaged file away, and a new one is created" } else { "" };
            tracing::warn!(
                file = %self.file.display(), %error,
                "the journal cannot be written{advice}; phones get their files, and their lines are lost until it can"
            );
        }
    }

    async fn try_write(&mut self, rows: &[Row], candidates: &[Arc<Candidate>]) -> Result<(), StoreError> {
        let writing = async {
            let mut open = self.opened().await?;
            let written = self.write_to(&mut open.connection, rows, candidates).await;
            // After an error, the connection is closed, and the file is opened anew.
            written.map(|()| self.open = Some(open))
        };
        timeout(WRITE_TIMEOUT, writing).await.unwrap_or(Err(StoreError::Silent))
    }

    /// The open file. A file that was removed or replaced is left.
    async fn opened(&mut self) -> Result<Open, StoreError> {
        let path = self.file.clone();
        let found = self.calls.ask(move || store::identity(&path)).await?;
        match self.open.take() {
            Some(open) if Some(open.identity) == found => return Ok(open),
            Some(replaced) => {
                let _ = replaced.connection.close().await;
                self.origins.clear();
                self.versions.clear();
            }
            None => {}
        }
        let path = self.file.clone();
        let identity = self.calls.ask(move || store::create(&path)).await??;
        let mut connection = store::open(&self.file).await?;
        remove_unused_origins(&mut connection).await?;
        Ok(Open { connection, identity })
    }

    async fn write_to(
        &mut self,
        connection: &mut SqliteConnection,
        rows: &[Row],
        candidates: &[Arc<Candidate>],
    ) -> Result<(), StoreError> {
        let versions = self.versions.new_of(candidates, connection).await?;
        let documents = versions.iter().map(versions::Version::stored_bytes).sum();
        self.bounds.make_room(rows.len(), documents, connection).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let mut transaction = connection.begin_with("begin immediate").await?;
        insert(rows, &mut self.origins, &mut transaction).await?;
        versions::insert(&versions, &mut transaction).await?;
        Ok(transaction.commit().await?)
    }

    async fn close(self) {
        let Some(open) = self.open else { return };
        // SQLite then removes its own files beside the journal.
        if let Ok(Err(error)) = timeout(WRITE_TIMEOUT, open.connection.close()).await {
            tracing::warn!(%error, "the journal was not closed");
        }
    }
}
