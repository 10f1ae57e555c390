//! Walks a request through the rooms for an operator. The same functions decide as for a phone, with a copy of the gate's
//! state; nothing is written, counted, noted or sent.

pub mod arrival;
mod document;
mod door;
mod error;
mod login;
mod question;
mod sent;
mod steps;
mod walk;

pub use error::ExplainError;
pub use question::{Context, explain};
pub use steps::Steps;
