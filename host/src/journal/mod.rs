//! Which device fetched something, and when: written back to FusionPBX's columns in batches, off the request's path.

use crate::directory::{self, Directory, Provisioned};
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
    let mut failing = false;
    while waiting.recv_many(&mut batch, WAITING_MAX).await > 0 {
        if !waiting.is_closed() {
            tokio::time::sleep(GATHER).await;
            while let Ok(note) = waiting.try_recv() {
                batch.push(note);
            }
        }
        // What goes wrong once goes wrong with every phone until someone sees to it: one line, not one for each.
        match store(&directory, &batch).await {
            Ok(()) if std::mem::take(&mut failing) => tracing::info!("devices are noted as provisioned again"),
            Err(error) if !std::mem::replace(&mut failing, true) => {
                tracing::warn!(%error, devices = batch.len(), "cannot note devices as provisioned");
            }
            _ => {}
        }
        batch.clear();
    }
}

async fn store(directory: &Directory, batch: &[Provisioned]) -> Result<(), directory::Error> {
    let mut attempt = 1;
    loop {
        match directory.provisioned(batch).await {
            Err(error) if error.is_temporary() && attempt < TRIES => tokio::time::sleep(GATHER * attempt).await,
            outcome => return outcome.map(drop),
        }
        attempt += 1;
    }
}
