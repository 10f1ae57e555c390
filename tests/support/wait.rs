//! Waiting for what happens elsewhere: the journal's rows, a line of a log.

use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy machine; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until it holds, and says how long that took; fails with what is there instead.
pub fn until(mut holds: impl FnMut() -> bool, instead: impl FnOnce() -> String) -> Duration {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > PATIENCE {
            panic!("it does not come within {PATIENCE:?}: {}", instead());
        }
        thread::sleep(Duration::from_millis(5));
    }
    start.elapsed()
}
