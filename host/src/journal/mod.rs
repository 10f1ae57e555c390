//! Which device fetched something, and when: written back to FusionPBX's columns in batches, off the request's path.

use crate::directory::{Directory, Provisioned};
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

/// How long notes gather before they are written. FusionPBX's pages show minutes.
const GATHER: Duration = Duration::from_millis(500);
/// Notes that may wait while the database is slow or away: three hundred phones with thirty files each. Beyond it
/// the newest are dropped, which costs a phone a date and no file.
const WAITING_MAX: usize = 10_000;
/// A batch that the database does not take is tried again this often, then given up.
const TRIES: u32 = 5;

/// Takes notes. Dropping it lets the writer finish what is waiting.
pub struct Journal {
    notes: Sender<Provisioned>,
}

impl Journal {
    /// Starts the writer; the handle ends when the journal is dropped and all is written.
    pub fn start(directory: Directory) -> (Self, JoinHandle<()>) {
        let (notes, waiting) = mpsc::channel(WAITING_MAX);
        (Self { notes }, tokio::spawn(write(directory, waiting)))
    }

    pub fn note(&self, note: Provisioned) {
        if self.notes.try_send(note).is_err() {
            tracing::warn!("too many devices wait to be noted as provisioned; one is left out");
        }
    }
}

async fn write(directory: Directory, mut waiting: Receiver<Provisioned>) {
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, WAITING_MAX).await > 0 {
        if !waiting.is_closed() {
            tokio::time::sleep(GATHER).await;
            while let Ok(note) = waiting.try_recv() {
                batch.push(note);
            }
        }
        store(&directory, &batch).await;
        batch.clear();
    }
}

async fn store(directory: &Directory, batch: &[Provisioned]) {
    for attempt in 1..=TRIES {
        match directory.provisioned(batch).await {
            Ok(_) => return,
            Err(error) if error.is_temporary() && attempt < TRIES => tokio::time::sleep(GATHER * attempt).await,
            Err(error) => {
                tracing::warn!(%error, devices = batch.len(), "cannot note devices as provisioned");
                return;
            }
        }
    }
}
