//! `dialplate plugin check`: whether a component keeps to the contract of the interface. Each point has a file; `run` takes
//! them in their order.

mod bare;
mod clashes;
mod description;
mod escaping;
mod examiner;
mod limits;
mod malformed;
mod phone;
mod random;
mod report;
mod report_text;
mod run;
mod same_bytes;
mod samples;

pub use random::Random;
pub use report::CheckReport;
pub use run::{SEED, check};
