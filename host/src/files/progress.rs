//! How far a look at the disk has come, so that a file system that has stopped answering can be told from a large one.

use super::root::{Root, Roots};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a look may read one file or one folder. Longer than a request may wait, because a start on a busy machine
/// should not leave a folder out that is merely slow.
const STEP_MAX: Duration = Duration::from_secs(5);

/// A look notes here what it is about to read.
#[derive(Default)]
pub struct Progress {
    roots: Arc<Roots>,
    at: Mutex<Position>,
}

#[derive(Default)]
struct Position {
    root: Option<Arc<Root>>,
    since: Option<Instant>,
    /// The caller no longer waits for the look.
    given_up: bool,
}

/// The folder at which a look was given up. While it exists, other looks leave the folder out.
pub struct Standstill(Arc<Root>);

impl Progress {
    pub fn new(roots: &Arc<Roots>) -> Self {
        Self { roots: Arc::clone(roots), at: Mutex::default() }
    }

    /// The look is about to read here. Returns false if it must not, because the folder does not answer.
    pub fn enter(&self, path: &Path) -> bool {
        let mut at = self.at();
        if let Some(root) = self.roots.containing(path) {
            at.root = Some(Arc::clone(root));
        }
        at.since = Some(Instant::now());
        !at.given_up && !at.root.as_ref().is_some_and(|root| root.skipped.load(Ordering::Relaxed))
    }

    /// When to see whether the look is overdue.
    pub fn deadline(&self) -> Instant {
        let at = self.at();
        // A path outside of all folders can be blamed on none of them.
        let since = at.since.filter(|since| at.root.is_some() && since.elapsed() <= STEP_MAX);
        since.unwrap_or_else(Instant::now) + STEP_MAX
    }

    /// Gives the look up if it is overdue.
    pub fn give_up(&self) -> Option<Standstill> {
        let mut at = self.at();
        let is_overdue = at.since.is_some_and(|since| since.elapsed() >= STEP_MAX);
        let root = at.root.clone().filter(|_| is_overdue)?;
        at.given_up = true;
        root.skipped.store(true, Ordering::Relaxed);
        root.begin_silence();
        Some(Standstill(root))
    }

    fn at(&self) -> MutexGuard<'_, Position> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Standstill {
    fn drop(&mut self) {
        self.0.skipped.store(false, Ordering::Relaxed);
        self.0.end_silence();
    }
}
