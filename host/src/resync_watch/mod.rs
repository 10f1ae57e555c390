//! Which phones have another version of a file than they would get now, whether a phone fetched again, and the task that
//! notifies phones after an edit (`resync_on_change`).

mod asked;
mod asking;
mod changes;
mod fetches;
mod outdated;
mod pending;
mod task;

pub use fetches::Fetches;
pub use outdated::Comparison;
pub use task::{Watcher, watch};
