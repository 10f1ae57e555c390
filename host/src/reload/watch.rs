//! What the file system tells: when to look again, and which files are being written.

use super::places::{Id, Places};
use crate::facts::Shown;
use notify::event::{AccessKind, AccessMode, ModifyKind, RenameMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

/// One save of an editor is several events within this.
const QUIET: Duration = Duration::from_millis(200);
/// Whatever else goes on in the folders, an edit is not looked at later than this.
const WAIT_MAX: Duration = Duration::from_millis(500);
/// How long a file that was written to and not closed is left alone. Who writes one in pieces pauses less; who keeps
/// it open for good is no reason to ignore it for good.
const OPEN_MAX: Duration = Duration::from_secs(5);

/// The folders that are watched at the moment.
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    watched: BTreeMap<PathBuf, Id>,
    news: Arc<News>,
    /// Why not all is watched.
    pub(super) lacks: Option<String>,
}

/// What has been told and not been looked at yet.
#[derive(Default)]
pub(super) struct News {
    told: Mutex<Told>,
    wake: Notify,
}

#[derive(Default)]
struct Told {
    places: Arc<Places>,
    /// Folders that are gone from their names. With one, all watches below it have gone, though it be put back.
    lost: HashSet<PathBuf>,
    first: Option<Instant>,
    last: Option<Instant>,
    /// Files that were written to and not closed since, by their last event.
    open: HashMap<PathBuf, Instant>,
}

impl Watch {
    pub(super) fn start() -> Self {
        let news = Arc::new(News::default());
        let told = Arc::clone(&news);
        let watcher = notify::recommended_watcher(move |event| told.take(event));
        let (watcher, lacks) = match watcher {
            Ok(watcher) => (Some(watcher), None),
            Err(error) => (None, Some(error.to_string())),
        };
        Self { watcher, watched: BTreeMap::new(), news, lacks }
    }

    pub(super) fn news(&self) -> &Arc<News> {
        &self.news
    }

    /// Watches these places and no others. Whether one is new: what happened there before was not told.
    pub(super) fn set(&mut self, places: Places) -> bool {
        let Some(watcher) = &mut self.watcher else { return false };
        let places = Arc::new(places);
        // Before they are watched, so that whatever is lost of them is noted.
        let lost = self.news.concern(Arc::clone(&places));
        // A folder that was replaced under its name is another one, and may have the number of the one before.
        let is_gone = |path: &Path, id: &Id| {
            places.folders.get(path) != Some(id) || path.ancestors().any(|folder| lost.contains(folder))
        };
        for (path, _) in self.watched.extract_if(.., |path, id| is_gone(path, id)) {
            // With the folder, its watch has gone already.
            let _ = watcher.unwatch(&path);
        }
        self.lacks = places.lack();
        let mut new = false;
        for (path, id) in &places.folders {
            if self.watched.contains_key(path) {
                continue;
            }
            match watcher.watch(path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.watched.insert(path.clone(), *id);
                    new = true;
                }
                // On the way to a root, and not to be read: a rename of what is in it is found by the next look.
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
    format!("{}: {error}{advice}", Shown(path))
}

impl News {
    /// Resolves when there is news and it has become quiet, or has not for long.
    pub(super) async fn due(&self) {
        loop {
            let told = self.wake.notified();
            let due = {
                let told = self.told();
                told.first.zip(told.last).map(|(first, last)| (last + QUIET).min(first + WAIT_MAX))
            };
            match due {
                Some(due) if due <= Instant::now() => return,
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => told.await,
            }
        }
    }

    /// All that has been told so far is being looked at.
    pub(super) fn seen(&self) {
        let mut told = self.told();
        (told.first, told.last) = (None, None);
        told.open.retain(|_, last| last.elapsed() < OPEN_MAX);
    }

    /// From now on it is these places that count. What was lost of those before.
    fn concern(&self, places: Arc<Places>) -> HashSet<PathBuf> {
        let mut told = self.told();
        told.places = places;
        std::mem::take(&mut told.lost)
    }

    /// There is something to look at again.
    pub(super) fn again(&self) {
        self.told().note();
        self.wake.notify_one();
    }

    /// Whether somebody is writing this file.
    pub(super) fn is_open(&self, path: &Path) -> bool {
        let told = self.told();
        !told.open.is_empty() && path.canonicalize().is_ok_and(|path| told.open.contains_key(&path))
    }

    fn take(&self, event: notify::Result<Event>) {
        let concerned = match event {
            Ok(event) => self.told().take(&event),
            Err(error) => {
                tracing::debug!(%error, "watching the folders");
                true
            }
        };
        if concerned {
            self.again();
        }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Told {
    /// Whether the event is about templates or plugins.
    fn take(&mut self, event: &Event) -> bool {
        if event.need_rescan() {
            // What was not told may have been of any folder.
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
                // Reading changes nothing, and we read ourselves.
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
    fn when_the_system_has_lost_count_every_folder_is_watched_anew() {
        let folder = tempfile::tempdir().unwrap();
        let places = || Places::of(std::iter::empty(), folder.path());
        let mut watch = Watch::start();
        assert!(watch.set(places()) && !watch.set(places()));
        watch.news.take(Ok(Event::new(EventKind::Other).set_flag(Flag::Rescan)));
        assert!(watch.set(places()));
    }
}
