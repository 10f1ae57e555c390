//! Records which device fetched a file and when: written to FusionPBX's columns in batches, outside the request path.

use crate::directory::{Directory, ProvisionNote};
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::task::JoinHandle;

/// How long notes are collected before they are written. FusionPBX's pages show minutes.
const GATHER: Duration = Duration::from_millis(500);
/// Notes that may wait while the database is slow or absent: three hundred phones with thirty files each. Beyond this
/// the newest are dropped, which loses a date but no file.
const WAITING_MAX: usize = 10_000;
/// The longest pause between two attempts to write a batch while the database does not answer or is locked. Batches are
/// not given up, so no date is lost unless more than `WAITING_MAX` wait.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Collects notes. After it is dropped, the writer writes the remaining ones and ends.
pub struct Notes {
    queue: Sender<ProvisionNote>,
}

impl Notes {
    /// Starts the writer. The task ends after the notes are dropped and everything is written.
    pub fn start(directory: Directory) -> (Self, JoinHandle<()>) {
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        (Self { queue }, tokio::spawn(write(directory, waiting)))
    }

    pub fn note(&self, note: ProvisionNote) {
        if self.queue.try_send(note).is_err() {
            tracing::warn!("too many notes are waiting; a provisioned device is not recorded");
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
        // In a task of its own, a panic costs this batch and not the writer.
        let (directory, stored) = (directory.clone(), std::mem::take(&mut batch));
        failing = tokio::spawn(async move { store(&directory, &stored, failing).await }).await.unwrap_or(failing);
    }
}

/// Writes a batch, as often as it takes while the reason for a failure may pass. Returns whether it has failed for good.
/// A failure usually repeats for every phone until it is repaired, so it is logged once: `failing` says that it was.
async fn store(directory: &Directory, batch: &[ProvisionNote], mut failing: bool) -> bool {
    let mut pause = GATHER;
    loop {
        match directory.write_notes(batch).await {
            Ok(_) if failing => {
                tracing::info!("provisioned devices are recorded again");
                return false;
            }
            Ok(_) => return false,
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    tracing::warn!(%error, devices = batch.len(), "cannot record provisioned devices");
                }
                if !error.is_temporary() {
                    return true;
                }
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
