//! Waiting for the server's background work, such as notes of provisioned devices or a line in the log.

use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until the condition holds, and returns how long that took.
///
/// # Panics
/// After [`PATIENCE`], with the text of `instead`, which describes the present state.
pub fn until(mut holds: impl FnMut() -> bool, instead: impl FnOnce() -> String) -> Duration {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > PATIENCE {
            panic!("the condition did not hold within {PATIENCE:?}: {}", instead());
        }
        thread::sleep(Duration::from_millis(5));
    }
    start.elapsed()
}
