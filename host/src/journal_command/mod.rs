//! What `dialplate journal` prints.

mod diff;
mod lines;

pub use diff::{Choice, diff, versions};
pub use lines::{Output, follow, show};
