//! Calls to file systems that may stop answering, such as NFS. Each call has a deadline and runs on a thread that may
//! block, and the threads that one folder can hold are bounded. A call that is given up ends when its file system answers
//! again, or with the process. And files that are read up to a bound, or replaced as a whole.

mod bounded;
mod progress;
mod replace;
mod root;
mod within;

pub use bounded::{read_bounded, read_regular};
pub use progress::{Progress, Standstill};
pub use replace::replace;
pub use root::{NoAnswer, Root, Roots};
pub use within::{is_folder, within};

use std::time::Duration;

/// How long one call may take: a thousand times what a file system in the next room takes. A phone waits longer than that
/// for its answer.
pub const ANSWER_MAX: Duration = Duration::from_secs(2);
