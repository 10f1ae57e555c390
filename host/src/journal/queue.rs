//! The way of a line from a request to the writer. A request never waits for it.

use super::config::Config;
use super::new_entry::{NewEntry, SentDocument};
use super::state::JournalState;
use super::writer;
use std::sync::Arc;
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;

/// Lines that may wait while the file cannot be written: sixteen seconds of a thousand requests. Further lines are lost.
const WAITING_MAX: usize = 16_384;

/// Bytes of documents that wait for their hash: as many as `documents_bytes_max` keeps by default. Beyond this, a request
/// computes the hash itself.
const DOCUMENTS_BYTES_MAX: usize = 32 << 20;

/// Who has a document that is not kept while its entry is queued: the answer, and the entry.
const OWNERS: usize = 2;

/// Takes lines. After it is dropped, the writer writes the remaining ones and ends.
pub struct Journal {
    /// `None` if the journal is off.
    queue: Option<Sender<NewEntry>>,
    state: Arc<JournalState>,
    keeps_documents: bool,
}

impl Journal {
    /// Starts the writer. The task ends after the journal is dropped and everything is written.
    pub fn start(config: Config) -> (Self, JoinHandle<()>) {
        let (state, keeps_documents) = (Arc::<JournalState>::default(), config.documents);
        let Some(file) = config.file.clone() else {
            return (Self { queue: None, state, keeps_documents: false }, tokio::spawn(async {}));
        };
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        let writing = writer::run(file, config, waiting, Arc::clone(&state));
        (Self { queue: Some(queue), state, keeps_documents }, tokio::spawn(writing))
    }

    pub fn is_on(&self) -> bool {
        self.queue.is_some()
    }

    /// Whether new versions of documents are stored.
    pub fn keeps_documents(&self) -> bool {
        self.keeps_documents
    }

    pub fn state(&self) -> Arc<JournalState> {
        Arc::clone(&self.state)
    }

    pub fn add(&self, mut entry: NewEntry) {
        let Some(queue) = &self.queue else { return };
        self.make_room(&mut entry);
        let room = entry.room_bytes;
        if queue.try_send(entry).is_err() {
            self.state.free_room(room);
            self.state.lost(1);
            // The writer says when the file can be written again, and how many lines were lost until then.
            if !self.state.set_failing(true) {
                tracing::warn!("too many lines of the journal are waiting; lines are lost until they are written");
            }
        }
    }

    /// A document that nothing else keeps takes memory while its entry waits. Without room for it, the hash is computed here,
    /// and the document is not stored; that of the next request is.
    fn make_room(&self, entry: &mut NewEntry) {
        let Some(SentDocument::Whole { ready, device }) = &entry.document else { return };
        if device.is_none()
            && let Some(hash) = ready.known_sha256()
        {
            entry.document = Some(SentDocument::Hash(hash));
            return;
        }
        // The answer and this entry have it; if others have it too, it is kept anyway.
        if Arc::strong_count(ready) > OWNERS {
            return;
        }
        let bytes = ready.document.body.len();
        if self.state.take_room(bytes, DOCUMENTS_BYTES_MAX) {
            entry.room_bytes = bytes;
        } else {
            entry.document = Some(SentDocument::Hash(ready.sha256()));
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        self.state.stop();
    }
}
