//! Notices that something was saved, and waits until the saves pause.

use super::sources::Id;
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout_at};

/// One save of an editor is several events within this, and so is "save all".
const QUIET: Duration = Duration::from_millis(200);
/// With events that never pause, the files are looked at after this time.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// How often the files are looked at without any event: network file systems report none.
const LOOK_EVERY: Duration = Duration::from_secs(3);

/// The folders that are watched.
pub struct Watch {
    /// `None` if the system reports no changes.
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, Id>,
    changed: Arc<Notify>,
}

impl Watch {
    pub fn start() -> Self {
        let changed = Arc::new(Notify::new());
        let notified = Arc::clone(&changed);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if !event.is_ok_and(|event| is_read(&event)) {
                notified.notify_one();
            }
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, "the system reports no saves; looking at the files every {} seconds", LOOK_EVERY.as_secs());
        }
        Self { watcher: watcher.ok(), watched: BTreeMap::new(), changed }
    }

    /// Watches these folders and no others. Returns whether one of them is new: earlier changes there were not reported.
    pub fn set(&mut self, folders: &BTreeMap<PathBuf, Id>) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        for (path, _) in self.watched.extract_if(.., |path, id| folders.get(path) != Some(id)) {
            // This fails if the watch was lost together with its folder.
            let _ = watcher.unwatch(&path);
        }
        let mut new = false;
        for (path, id) in folders {
            // A folder that cannot be watched is looked at now and then, as all are.
            if !self.watched.contains_key(path) && watcher.watch(path, RecursiveMode::NonRecursive).is_ok() {
                self.watched.insert(path.clone(), *id);
                new = true;
            }
        }
        new
    }

    /// Resolves when it is time to look at the files: after an event and a pause, or now and then.
    pub async fn settled(&self) {
        tokio::select! {
            () = self.changed.notified() => {}
            () = sleep(LOOK_EVERY) => return,
        }
        let end = Instant::now() + WAIT_MAX;
        while timeout_at(end.min(Instant::now() + QUIET), self.changed.notified()).await.is_ok() {}
    }
}

/// Builds read the sources, which changes nothing.
fn is_read(event: &Event) -> bool {
    let is_write = event.kind == EventKind::Access(AccessKind::Close(AccessMode::Write));
    !event.need_rescan() && matches!(event.kind, EventKind::Access(_)) && !is_write
}
