//! Waiting for the server's background work, such as notes of provisioned devices or a line in the log.

use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on a busy machine, but for builds.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Longer than a build of a component takes beside other builds.
pub const BUILD_PATIENCE: Duration = Duration::from_secs(600);

/// Waits until the condition holds, and returns how long that took.
///
/// # Panics
/// After [`PATIENCE`], with the text of `instead`, which describes the present state.
pub fn until(holds: impl FnMut() -> bool, instead: impl FnOnce() -> String) -> Duration {
    within(PATIENCE, holds, instead)
}

/// Waits as [`until`] does, with a patience of the caller's.
///
/// # Panics
/// After the patience, with the text of `instead`.
pub fn within(patience: Duration, mut holds: impl FnMut() -> bool, instead: impl FnOnce() -> String) -> Duration {
    let start = Instant::now();
    while !holds() {
        if start.elapsed() > patience {
            panic!("the condition did not hold within {patience:?}: {}", instead());
        }
        thread::sleep(Duration::from_millis(5));
    }
    start.elapsed()
}
