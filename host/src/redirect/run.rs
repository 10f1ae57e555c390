//! What is asked of a service for each phone, and what became of it.

use super::device::RedirectDevice;
use super::provider::{Registration, ServiceError};
use serde_json::{Value, json};
use std::fmt;

/// What is asked of the service for a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Status,
    Register,
    Remove,
}

impl Action {
    pub fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Register => "register",
            Self::Remove => "remove",
        }
    }
}

/// A phone, and what is asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub action: Action,
    pub device: RedirectDevice,
}

/// What became of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `status`: where the phone is registered.
    Found(Registration),
    Registered,
    /// The service had the same URL already.
    Unchanged,
    Removed,
    /// `--dry-run`: nothing was sent.
    Would,
    /// A check found an error, so nothing was sent.
    Withheld(String),
    Failed(ServiceError),
}

impl Outcome {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Found(Registration::Absent) => "absent",
            Self::Found(Registration::Here(_)) | Self::Registered => "registered",
            Self::Found(Registration::Elsewhere) => "elsewhere",
            Self::Found(Registration::Unknown) => "unknown",
            Self::Unchanged => "unchanged",
            Self::Removed => "removed",
            Self::Would => "planned",
            Self::Withheld(_) => "withheld",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether the operator has nothing left to do.
    pub fn is_good(&self) -> bool {
        !matches!(self, Self::Withheld(_) | Self::Failed(_))
    }
}

/// One line of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub action: Action,
    pub device: RedirectDevice,
    pub outcome: Outcome,
}

impl Report {
    fn message(&self) -> String {
        let url = &self.device.url;
        match &self.outcome {
            Outcome::Found(Registration::Here(Some(there))) if there != url && !url.is_empty() => {
                format!("with {there}, and the database says {url}")
            }
            Outcome::Found(Registration::Here(Some(there))) => format!("with {there}"),
            Outcome::Found(Registration::Here(None)) => "the service does not say with which URL".to_owned(),
            Outcome::Found(Registration::Elsewhere) => ServiceError::Elsewhere.to_string(),
            Outcome::Found(Registration::Unknown) => {
                "the service documents no such question; look at its portal".to_owned()
            }
            Outcome::Found(Registration::Absent) => "the service does not know the phone in this account".to_owned(),
            Outcome::Registered | Outcome::Unchanged => format!("with {url}"),
            Outcome::Removed => String::new(),
            Outcome::Would if self.action == Action::Register => format!("would be registered with {url}"),
            Outcome::Would => "would be removed".to_owned(),
            Outcome::Withheld(reason) => format!("nothing was sent: {reason}"),
            Outcome::Failed(error) => error.to_string(),
        }
    }

    pub fn as_json(&self) -> Value {
        let RedirectDevice { address, domain, url, .. } = &self.device;
        let (action, outcome, message) = (self.action.word(), self.outcome.word(), self.message());
        json!({
            "device": address.as_str(), "domain": domain, "url": url, "action": action, "outcome": outcome,
            "message": message
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = &self.device.place;
        let place = if place.is_empty() { String::new() } else { format!(" ({place})") };
        let message = self.message();
        let message = if message.is_empty() { message } else { format!(": {message}") };
        write!(f, "{}{place}: {}{message}", self.device.address, self.outcome.word())
    }
}
