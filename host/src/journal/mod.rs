//! Records which device fetched a file and when: written to FusionPBX's columns in batches, outside the request path.

use crate::directory::{self, Directory, ProvisionNote};
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

/// How long entries are collected before they are written. FusionPBX's pages show minutes.
const GATHER: Duration = Duration::from_millis(500);
/// Entries that may wait while the database is slow or absent: three hundred phones with thirty files each. Beyond this
/// the newest are dropped, which loses a date but no file.
const WAITING_MAX: usize = 10_000;
/// How often a batch is retried that the database does not accept.
const TRIES: u32 = 5;

/// Collects entries. After it is dropped, the writer writes the remaining ones and ends.
pub struct Journal {
    notes: Sender<ProvisionNote>,
}

impl Journal {
    /// Starts the writer. The task ends after the journal is dropped and everything is written.
    pub fn start(directory: Directory) -> (Self, JoinHandle<()>) {
        let (notes, waiting) = mpsc::channel(WAITING_MAX);
        (Self { notes }, tokio::spawn(write(directory, waiting)))
    }

    pub fn note(&self, note: ProvisionNote) {
        if self.notes.try_send(note).is_err() {
            tracing::warn!("the journal is full; a provisioned device is not recorded");
        }
    }
}

async fn write(directory: Directory, mut waiting: Receiver<ProvisionNote>) {
    let mut batch = Vec::new();
    let mut failing = false;
    while waiting.recv_many(&mut batch, WAITING_MAX).await > 0 {
        if !waiting.is_closed() {
            tokio::time::sleep(GATHER).await;
            while let Ok(note) = waiting.try_recv() {
                batch.push(note);
            }
        }
        // A failure usually repeats for every phone until it is repaired, so it is logged once. In a task of its own, a
        // panic costs this batch and not the writer.
        let (directory, stored) = (directory.clone(), std::mem::take(&mut batch));
        let devices = stored.len();
        let Ok(outcome) = tokio::spawn(async move { store(&directory, &stored).await }).await else { continue };
        match outcome {
            Ok(()) if std::mem::take(&mut failing) => tracing::info!("provisioned devices are recorded again"),
            Err(error) if !std::mem::replace(&mut failing, true) => {
                tracing::warn!(%error, devices, "cannot record provisioned devices");
            }
            _ => {}
        }
    }
}

async fn store(directory: &Directory, batch: &[ProvisionNote]) -> Result<(), directory::Error> {
    let mut attempt = 1;
    loop {
        match directory.write_notes(batch).await {
            Err(error) if error.is_temporary() && attempt < TRIES => tokio::time::sleep(GATHER * attempt).await,
            outcome => return outcome.map(drop),
        }
        attempt += 1;
    }
}
