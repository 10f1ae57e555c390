//! Change events of the file system: when to look again, and which files are being written.

use super::places::{Id, Places};
use crate::facts::DisplayPath;
use crate::files::Progress;
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Event, EventHandler, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// One save of an editor is several events within this.
const QUIET: Duration = Duration::from_millis(200);
/// With events that never pause, the server looks after this time.
const WAIT_MAX: Duration = Duration::from_millis(500);
/// How long a file is left alone after a write without a close. A program that writes in pieces pauses for less; one
/// that keeps the file open forever must not keep the file from being read.
const OPEN_MAX: Duration = Duration::from_secs(5);

/// The folders that are watched.
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, Id>,
    queue: Arc<EventQueue>,
    /// Why the system does not report every change; `None` if it does.
    pub(super) lacks: Option<String>,
}

/// Events that no look has seen yet.
#[derive(Default)]
pub(super) struct EventQueue {
    pending: Mutex<PendingEvents>,
    wake: Notify,
}

#[derive(Default)]
struct PendingEvents {
    places: Arc<Places>,
    /// WatchedFolders that were removed or renamed. All watches below such a folder are lost, even if it comes back.
    lost: HashSet<PathBuf>,
    /// The times of the first and last event.
    first: Option<Instant>,
    last: Option<Instant>,
    /// Files that were written to and not closed since, with the time of the last write.
    open: HashMap<PathBuf, Instant>,
    /// The watcher's thread has ended, and reports nothing more.
    has_ended: bool,
}

/// What the watcher's thread calls. If the thread ends, it drops this.
struct Reporter(Arc<EventQueue>);

impl EventHandler for Reporter {
    fn handle_event(&mut self, event: notify::Result<Event>) {
        self.0.take(event);
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        // Together, so that a look is due when the end is seen.
        let mut pending = self.0.pending();
        pending.has_ended = true;
        pending.note();
        drop(pending);
        self.0.wake.notify_one();
    }
}

impl Watch {
    pub(super) fn start() -> Self {
        let queue = Arc::<EventQueue>::default();
        let events = Arc::clone(&queue);
        let watcher = notify::recommended_watcher(Reporter(events));
        let (watcher, lacks) = match watcher {
            Ok(watcher) => (Some(watcher), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self { watcher, watched: BTreeMap::new(), queue, lacks }
    }

    pub(super) fn queue(&self) -> &Arc<EventQueue> {
        &self.queue
    }

    /// Whether the watcher's thread has ended, so that no change is reported any more.
    pub(super) fn has_ended(&self) -> bool {
        self.watcher.is_some() && self.queue.pending().has_ended
    }

    /// Watches these places and no others. Returns whether one of them is new: earlier changes there were not reported.
    pub(super) fn set(&mut self, places: Places, progress: &Progress) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        let places = Arc::new(places);
        // Set before the watches exist, so that the loss of one is noticed.
        let lost = self.queue.set_places(Arc::clone(&places));
        // A folder that replaced another one of the same name may have got the inode number of the old one.
        let is_gone = |path: &Path, id: &Id| {
            places.folders.get(path) != Some(id) || path.ancestors().any(|folder| lost.contains(folder))
        };
        for (path, _) in self.watched.extract_if(.., |path, id| is_gone(path, id)) {
            // This fails if the watch was lost together with its folder.
            let _ = watcher.unwatch(&path);
        }
        self.lacks = places.lack();
        let mut new = false;
        for (path, id) in &places.folders {
            if self.watched.contains_key(path) {
                continue;
            }
            progress.enter(path);
            match watcher.watch(path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(path.clone(), *id);
                    new = true;
                }
                // An unreadable folder on the path to a root: the regular look finds a rename in it.
                Err(error) if is_denied(&error) && !places.whole.contains(path) => {}
                Err(error) if path.exists() => self.lacks = Some(lack(path, &error)),
                Err(_) => {}
            }
        }
        new
    }
}

fn is_denied(error: &notify::Error) -> bool {
    matches!(&error.kind, notify::ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::PermissionDenied)
}

fn lack(path: &Path, error: &notify::Error) -> String {
    let advice = match error.kind {
        notify::ErrorKind::MaxFilesWatch => "; raise fs.inotify.max_user_watches",
        _ => "",
    };
    format!("{}: {error}{advice}", DisplayPath(path))
}

impl EventQueue {
    /// Resolves when there are events and the folders are quiet again, or have not been for `WAIT_MAX`.
    pub(super) async fn due(&self) {
        loop {
            let notified = self.wake.notified();
            let due = {
                let pending = self.pending();
                pending.first.zip(pending.last).map(|(first, last)| (last + QUIET).min(first + WAIT_MAX))
            };
            match due {
                Some(due) if due <= Instant::now() => return,
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => notified.await,
            }
        }
    }

    /// A look begins that sees everything that was reported so far.
    pub(super) fn seen(&self) {
        let mut pending = self.pending();
        (pending.first, pending.last) = (None, None);
        pending.open.retain(|_, last| last.elapsed() < OPEN_MAX);
    }

    /// Only events of these places matter from now on. Returns the folders that were lost among the places before.
    fn set_places(&self, places: Arc<Places>) -> HashSet<PathBuf> {
        let mut pending = self.pending();
        pending.places = places;
        std::mem::take(&mut pending.lost)
    }

    /// Whether this file was written to and not closed since.
    pub(super) fn is_open(&self, path: &Path) -> bool {
        let pending = self.pending();
        !pending.open.is_empty() && path.canonicalize().is_ok_and(|path| pending.open.contains_key(&path))
    }

    fn take(&self, event: notify::Result<Event>) {
        let concerned = match event {
            Ok(event) => self.pending().take(&event),
            Err(error) => {
                tracing::debug!(%error, "watching the folders failed");
                true
            }
        };
        if concerned {
            self.note();
        }
    }

    fn note(&self) {
        self.pending().note();
        self.wake.notify_one();
    }

    fn pending(&self) -> MutexGuard<'_, PendingEvents> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PendingEvents {
    /// Takes an event, and returns whether it concerns templates or plugins.
    fn take(&mut self, event: &Event) -> bool {
        if event.need_rescan() {
            // The system dropped events, possibly of any folder.
            self.lost.insert(PathBuf::from("/"));
            return true;
        }
        let now = Instant::now();
        let mut concerned = false;
        for path in event.paths.iter().filter(|path| self.places.concerns(path)) {
            concerned |= match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write)) => {
                    self.open.remove(path);
                    true
                }
                // Reads change nothing, and the server itself reads.
                EventKind::Access(_) => false,
                EventKind::Modify(ModifyKind::Data(_)) => {
                    self.open.insert(path.clone(), now);
                    true
                }
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(RenameMode::From | RenameMode::To)) => {
                    self.open.remove(path);
                    if self.places.folders.contains_key(path) {
                        self.lost.insert(path.clone());
                    }
                    true
                }
                _ => true,
            };
        }
        concerned
    }

    fn note(&mut self) {
        let now = Instant::now();
        self.first.get_or_insert(now);
        self.last = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::Flag;

    #[test]
    fn ended_watcher_is_noticed_and_a_look_is_due() {
        let mut watch = Watch::start();
        assert!(!watch.has_ended());
        let queue = Arc::clone(watch.queue());
        // Ends the thread.
        watch.watcher = Some(notify::recommended_watcher(|_| {}).unwrap());
        let end = Instant::now() + Duration::from_secs(10);
        while !watch.has_ended() && Instant::now() < end {
            std::thread::yield_now();
        }
        assert!(watch.has_ended() && queue.pending().first.is_some());
    }

    #[test]
    fn dropped_events_make_every_folder_watched_anew() {
        let folder = tempfile::tempdir().unwrap();
        let progress = Progress::default();
        let places = || Places::of(std::iter::empty(), folder.path(), &progress);
        let mut watch = Watch::start();
        assert!(watch.set(places(), &progress) && !watch.set(places(), &progress));
        watch.queue.take(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)));
        assert!(watch.set(places(), &progress));
    }
}
