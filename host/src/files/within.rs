//! Calls outside of the request path: those of a start and of a build.

use super::ANSWER_MAX;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// Threads that may be held by calls which were given up. Further calls fail at once.
const HELD_MAX: usize = 64;

static HELD: AtomicUsize = AtomicUsize::new(0);

/// The result of a call that may block; `None` if it takes longer than `patience`.
pub fn within<T: Send + 'static>(patience: Duration, call: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    if HELD.fetch_add(1, Ordering::Relaxed) >= HELD_MAX {
        HELD.fetch_sub(1, Ordering::Relaxed);
        return None;
    }
    let (sender, receiver) = mpsc::channel();
    let run = move || {
        let result = call();
        HELD.fetch_sub(1, Ordering::Relaxed);
        // Fails if the call was given up.
        let _ = sender.send(result);
    };
    // Without a thread the sender is dropped, and there is no result.
    if std::thread::Builder::new().name("file-call".into()).spawn(run).is_err() {
        HELD.fetch_sub(1, Ordering::Relaxed);
    }
    receiver.recv_timeout(patience).ok()
}

/// Whether there is a folder. One whose file system does not answer counts as there: somebody has put it there.
pub fn is_folder(path: &Path) -> bool {
    let path = path.to_owned();
    within(ANSWER_MAX, move || path.is_dir()).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn call_that_hangs_is_given_up_and_quick_one_is_not() {
        assert_eq!(within(Duration::from_secs(20), || 7), Some(7));
        let (release, held) = mpsc::channel::<()>();
        assert_eq!(within(Duration::from_millis(20), move || held.recv()), None);
        drop(release);
    }
}
