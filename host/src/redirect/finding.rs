//! What a check finds.

use serde_json::{Value, json};
use std::fmt;

/// Whether a phone will not be redirected, or may not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// What is wrong, before it is known where: a word for programs, and the message.
pub type Flaw = (Severity, &'static str, String);

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One problem of a device, or of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// The address as it is spelled; empty for a problem of the whole list.
    pub device: String,
    /// Where it was read: a domain, or a line of a file.
    pub place: String,
    /// A word for programs, such as `other-maker`.
    pub problem: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Finding {
    pub fn as_json(&self) -> Value {
        let Self { severity, device, place, problem, message } = self;
        json!({"severity": severity.word(), "device": device, "place": place, "problem": problem, "message": message})
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, device, place, problem, message } = self;
        let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
        let subject = if device.is_empty() { "list" } else { device };
        write!(f, "{subject}{place}: {} {problem}: {message}", severity.word())
    }
}
