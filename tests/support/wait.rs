//! Waiting for what happens elsewhere: the journal's rows, a line of a log.

use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy machine; a test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until it holds; fails with what is there instead.
pub fn until(mut holds: impl FnMut() -> bool, instead: impl FnOnce() -> String) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        if Instant::now() > end {
            panic!("it does not come: {}", instead());
        }
        thread::sleep(Duration::from_millis(5));
    }
}
