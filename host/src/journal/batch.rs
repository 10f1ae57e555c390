//! The lines that one transaction writes, and how they are collected.

use super::new_entry::NewEntry;
use super::row::Row;
use super::state::JournalState;
use super::versions::Candidate;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep, timeout, timeout_at};

/// How long lines are collected before they are written.
const GATHER: Duration = Duration::from_millis(150);
/// How long they are collected if many come: a transaction writes each page of the file once, however many lines change it. A
/// killed server loses at most the lines of this time.
const GATHER_MANY: Duration = Duration::from_millis(600);
/// Lines within `GATHER` that are many.
const MANY: usize = 100;
/// How often lines are taken from the queue. Without the pause, each line would wake the task. With a longer one, documents
/// would have left the processor's caches before they are hashed.
const PAUSE: Duration = Duration::from_millis(20);
/// How often an empty batch is written if no lines come, which removes old ones.
const IDLE: Duration = Duration::from_secs(3_600);
/// Lines of one batch: half of those that may wait, so that the others have room meanwhile.
const LINES_MAX: usize = 8_192;
/// Bytes of documents that end a batch: a quarter of those that may wait for the writer.
const DOCUMENTS_BYTES_MAX: usize = 8 << 20;

/// Lines as they are written.
#[derive(Default)]
pub struct Batch {
    pub rows: Vec<Row>,
    /// The documents among theirs that may be new versions.
    pub candidates: Vec<Arc<Candidate>>,
    /// Bytes of the candidates, while the queue counts them.
    room_bytes: usize,
}

impl Batch {
    /// Waits for the first lines, and leaves the batch empty if none come. Returns `false` when the queue is closed and empty.
    pub async fn start(&mut self, queue: &mut Receiver<NewEntry>, state: &JournalState) -> bool {
        let mut lines = Vec::new();
        match timeout(IDLE, queue.recv_many(&mut lines, LINES_MAX)).await {
            Ok(0) => return false,
            Ok(_) => {
                state.waiting_since(lines.first().map(|line| line.at));
                self.add(lines, state).await;
            }
            Err(_) => {}
        }
        true
    }

    /// Collects further lines for a moment, unless the server stops.
    pub async fn gather(&mut self, queue: &mut Receiver<NewEntry>, state: &JournalState) {
        let start = Instant::now();
        while self.rows.len() < LINES_MAX && self.room_bytes < DOCUMENTS_BYTES_MAX {
            sleep(PAUSE).await;
            let end = start + if self.rows.len() < MANY { GATHER } else { GATHER_MANY };
            let mut lines = Vec::new();
            match timeout_at(end, queue.recv_many(&mut lines, LINES_MAX - self.rows.len())).await {
                // While lines keep coming, the timeout never elapses.
                Ok(count) if count > 0 => self.add(lines, state).await,
                _ => break,
            }
            if Instant::now() >= end {
                break;
            }
        }
        // From here on, the documents of one batch wait beside those that the queue counts.
        state.free_room(std::mem::take(&mut self.room_bytes));
    }

    /// Adds lines. Their documents are hashed here, away from the requests, and released unless they may be stored.
    async fn add(&mut self, lines: Vec<NewEntry>, state: &JournalState) {
        let (count, room) = (lines.len(), lines.iter().map(|line| line.room_bytes).sum());
        let Ok(prepared) = tokio::task::spawn_blocking(|| prepare(lines)).await else {
            state.lost(count);
            state.free_room(room);
            return;
        };
        state.free_room(room - prepared.room_bytes);
        self.rows.extend(prepared.rows);
        self.candidates.extend(prepared.candidates);
        self.room_bytes += prepared.room_bytes;
    }
}

fn prepare(lines: Vec<NewEntry>) -> Batch {
    let mut batch = Batch::default();
    for line in lines {
        let room = line.room_bytes;
        let mut row = Row::from(line);
        if let Some(candidate) = Candidate::of(&mut row) {
            batch.candidates.push(Arc::new(candidate));
            batch.room_bytes += room;
        }
        batch.rows.push(row);
    }
    batch
}
