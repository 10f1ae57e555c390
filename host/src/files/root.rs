//! A folder whose calls are counted, so that a file system that does not answer holds few threads and costs only its own
//! requests.

use super::ANSWER_MAX;
use crate::facts::DisplayPath;
use std::collections::HashMap;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Calls in flight to one folder. On a local disk a call takes some microseconds, so that one would nearly do.
const CALLS_MAX: usize = 8;

/// Folders that the setting `template_dir` names, which have their own bounds. With all their calls they take half of the
/// runtime's 512 threads for blocking calls.
const ELSEWHERE_MAX: usize = 32;

/// The states of a call.
const RUNNING: u8 = 0;
const ENDED: u8 = 1;
const LATE: u8 = 2;

/// A file system has not answered a call in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} does not answer; check the file system that it is on", DisplayPath(.0))]
pub struct NoAnswer(pub PathBuf);

/// A configured folder, or one that the setting `template_dir` names.
pub struct Root {
    path: PathBuf,
    slots: Arc<Semaphore>,
    /// Calls that were given up and have not ended.
    late: AtomicUsize,
    /// A look at the disk was given up at this folder and has not ended.
    pub(super) skipped: AtomicBool,
}

impl Root {
    pub fn new(path: PathBuf) -> Arc<Self> {
        let slots = Arc::new(Semaphore::new(CALLS_MAX));
        Arc::new(Self { path, slots, late: AtomicUsize::new(0), skipped: AtomicBool::new(false) })
    }

    /// Whether a call to it has not ended in time, and not since.
    pub fn is_silent(&self) -> bool {
        self.late.load(Ordering::Relaxed) > 0
    }

    /// The result of a file call, which runs on a thread that may block. While all calls in flight are late, others fail
    /// at once.
    pub async fn ask<T: Send + 'static>(
        self: &Arc<Self>,
        call: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let no_answer = || NoAnswer(self.path.clone());
        if self.late.load(Ordering::Relaxed) >= CALLS_MAX {
            return Err(no_answer());
        }
        let Ok(Ok(slot)) = timeout(ANSWER_MAX, Arc::clone(&self.slots).acquire_owned()).await else {
            return Err(no_answer());
        };
        let state = Arc::new(AtomicU8::new(RUNNING));
        let (root, ending) = (Arc::clone(self), Arc::clone(&state));
        let task = tokio::task::spawn_blocking(move || {
            let _call = EndOfCall { root, state: ending };
            let result = call();
            drop(slot);
            result
        });
        match timeout(ANSWER_MAX, task).await {
            Ok(ended) => Ok(ended.unwrap_or_else(|error| resume_unwind(error.into_panic()))),
            Err(_) => {
                if state.swap(LATE, Ordering::Relaxed) == RUNNING {
                    self.begin_silence();
                }
                Err(no_answer())
            }
        }
    }

    /// A call has taken too long.
    pub(super) fn begin_silence(&self) {
        if self.late.fetch_add(1, Ordering::Relaxed) == 0 {
            tracing::error!(folder = %DisplayPath(&self.path), "a folder does not answer; requests that need it get status 503");
        }
    }

    /// A call that has taken too long has ended.
    pub(super) fn end_silence(&self) {
        if self.late.fetch_sub(1, Ordering::Relaxed) == 1 {
            tracing::info!(folder = %DisplayPath(&self.path), "the folder answers again");
        }
    }
}

/// Ends a call, also one that panics.
struct EndOfCall {
    root: Arc<Root>,
    state: Arc<AtomicU8>,
}

impl Drop for EndOfCall {
    fn drop(&mut self) {
        if self.state.swap(ENDED, Ordering::Relaxed) == LATE {
            self.root.end_silence();
        }
    }
}

/// All folders with bounded calls.
#[derive(Default)]
pub struct Roots {
    configured: Vec<Arc<Root>>,
    elsewhere: Mutex<HashMap<PathBuf, Arc<Root>>>,
}

impl Roots {
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Arc<Self> {
        let configured = folders.into_iter().map(Root::new).collect();
        Arc::new(Self { configured, elsewhere: Mutex::default() })
    }

    /// The configured folder that contains this path; the innermost, if they lie within each other.
    pub fn containing(&self, path: &Path) -> Option<&Arc<Root>> {
        let containing = self.configured.iter().filter(|root| path.starts_with(&root.path));
        containing.max_by_key(|root| root.path.as_os_str().len())
    }

    /// The folder of that path, configured or not.
    pub fn named(&self, path: &Path) -> Arc<Root> {
        if let Some(root) = self.configured.iter().find(|root| root.path == path) {
            return Arc::clone(root);
        }
        let mut elsewhere = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        if elsewhere.len() >= ELSEWHERE_MAX && !elsewhere.contains_key(path) {
            elsewhere.retain(|_, root| root.is_silent());
            // All are silent: the new one shares the bounds of one of them.
            if elsewhere.len() >= ELSEWHERE_MAX
                && let Some(shared) = elsewhere.values().next()
            {
                return Arc::clone(shared);
            }
        }
        Arc::clone(elsewhere.entry(path.to_owned()).or_insert_with(|| Root::new(path.to_owned())))
    }

    /// The folders that do not answer.
    pub fn silent(&self) -> Vec<PathBuf> {
        let elsewhere = self.elsewhere.lock().unwrap_or_else(PoisonError::into_inner);
        let all = self.configured.iter().chain(elsewhere.values());
        all.filter(|root| root.is_silent()).map(|root| root.path.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use tokio::task::JoinSet;

    #[tokio::test]
    async fn hanging_calls_are_bounded_and_end_the_silence() {
        let roots = Roots::new(["/srv/templates".into()]);
        let root = Arc::clone(roots.containing(Path::new("/srv/templates/yealink")).unwrap());
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let mut hanging = JoinSet::new();
        for _ in 0..CALLS_MAX {
            let (root, held) = (Arc::clone(&root), Arc::clone(&held));
            hanging.spawn(async move { root.ask(move || held.lock().unwrap().recv().is_ok()).await });
        }
        assert!(hanging.join_all().await.iter().all(Result::is_err));
        assert_eq!(roots.silent(), [PathBuf::from("/srv/templates")]);
        let started = std::time::Instant::now();
        assert!(root.ask(|| 1).await.is_err() && started.elapsed() < ANSWER_MAX, "refused at once");
        drop(release);
        while root.is_silent() {
            tokio::task::yield_now().await;
        }
        assert_eq!(root.ask(|| 1).await, Ok(1));
    }

    #[test]
    fn folders_of_template_dir_are_bounded() {
        let roots = Roots::default();
        (0..100).for_each(|number| drop(roots.named(Path::new(&number.to_string()))));
        assert!(roots.elsewhere.lock().unwrap().len() <= ELSEWHERE_MAX);
    }
}
