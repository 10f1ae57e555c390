//! One attempt at a look, on a thread that may block. A folder whose file system stops answering is named, so that the
//! next attempt can leave it out.

use crate::files::{Progress, Roots, Standstill};
use std::sync::Arc;
use tokio::task::JoinHandle;

pub(super) struct Attempt<T> {
    task: JoinHandle<T>,
    progress: Arc<Progress>,
}

/// How an attempt went.
pub(super) enum Ended<T> {
    Looked(T),
    Crashed,
    /// It reads from a file system that does not answer.
    Hangs(Standstill),
}

impl<T: Send + 'static> Attempt<T> {
    pub(super) fn start(roots: &Arc<Roots>, look: impl FnOnce(&Progress) -> T + Send + 'static) -> Self {
        let progress = Arc::new(Progress::new(roots));
        let shared = Arc::clone(&progress);
        Self { task: tokio::task::spawn_blocking(move || look(&shared)), progress }
    }

    pub(super) async fn end(&mut self) -> Ended<T> {
        loop {
            tokio::select! {
                ended = &mut self.task => return ended.map_or(Ended::Crashed, Ended::Looked),
                () = tokio::time::sleep_until(self.progress.deadline().into()) => {
                    if let Some(standstill) = self.progress.give_up() {
                        return Ended::Hangs(standstill);
                    }
                }
            }
        }
    }

    /// Waits until the file system answers again. Until then other looks leave the folder out.
    pub(super) async fn outlast(self, standstill: Standstill) {
        // A crash ends the standstill too.
        let _ = self.task.await;
        drop(standstill);
    }
}
