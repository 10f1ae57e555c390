//! Which of a registrar's registrations is a device's own. No I/O.

mod evidence;
mod parse;
mod pick;

pub use evidence::AgentPatterns;
pub use parse::{Registration, profiles, registrations};
pub use pick::{Picked, Registrar};
