//! What became of one phone.

use crate::directory::Phone;
use crate::plugin::Action;
use serde_json::{Value, json};
use std::fmt;

/// Whether a phone was asked to fetch its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The NOTIFY was handed to FreeSWITCH, or answered by the phone: to whom it went.
    Notified {
        to: String,
    },
    /// With `--dry-run`: to whom it would go.
    WouldNotify {
        to: String,
    },
    NotRegistered,
    /// Several registrations may be the phone's, which are named. None of them got anything.
    Ambiguous(Vec<String>),
    /// The maker has no such event.
    NoEvent,
    Disabled,
    Failed(String),
}

/// Whether the phone fetched afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    AfterMs(u64),
    NotWithinS(u64),
}

/// One phone's line of a report.
#[derive(Clone, Debug)]
pub struct Report {
    pub address: String,
    pub domain: String,
    pub vendor: String,
    pub action: Action,
    /// The event, if the maker has one.
    pub event: Option<String>,
    pub outcome: Outcome,
    /// `None` if nobody waited.
    pub fetched: Option<Fetched>,
}

impl Outcome {
    /// The words of all outcomes.
    pub const WORDS: [&str; 7] =
        ["notified", "would_notify", "not_registered", "ambiguous", "no_event", "disabled", "failed"];

    /// One word for scripts.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Notified { .. } => "notified",
            Self::WouldNotify { .. } => "would_notify",
            Self::NotRegistered => "not_registered",
            Self::Ambiguous(_) => "ambiguous",
            Self::NoEvent => "no_event",
            Self::Disabled => "disabled",
            Self::Failed(_) => "failed",
        }
    }

    pub fn is_notified(&self) -> bool {
        matches!(self, Self::Notified { .. } | Self::WouldNotify { .. })
    }
}

impl Report {
    pub fn of(phone: &Phone, action: Action, event: Option<&str>, outcome: Outcome) -> Self {
        Self {
            address: phone.address.to_string(),
            domain: phone.domain.clone(),
            vendor: phone.vendor.clone(),
            action,
            event: event.map(str::to_owned),
            outcome,
            fetched: None,
        }
    }

    /// Whether everything that was wanted of this phone happened.
    pub fn is_good(&self) -> bool {
        self.outcome.is_notified() && !matches!(self.fetched, Some(Fetched::NotWithinS(_)))
    }

    pub fn as_json(&self) -> Value {
        let (mut to, mut reason, mut candidates) = (Value::Null, Value::Null, Value::Null);
        match &self.outcome {
            Outcome::Notified { to: place } | Outcome::WouldNotify { to: place } => to = json!(place),
            Outcome::Ambiguous(several) => candidates = json!(several),
            Outcome::Failed(why) => reason = json!(why),
            Outcome::NotRegistered | Outcome::NoEvent | Outcome::Disabled => {}
        }
        let after_ms = match self.fetched {
            Some(Fetched::AfterMs(ms)) => Some(ms),
            Some(Fetched::NotWithinS(_)) | None => None,
        };
        json!({
            "device": self.address, "domain": self.domain, "vendor": self.vendor, "action": word(self.action),
            "event": self.event, "outcome": self.outcome.word(), "to": to, "candidates": candidates, "reason": reason,
            "fetched": self.fetched.map(|fetched| matches!(fetched, Fetched::AfterMs(_))), "fetched_after_ms": after_ms,
        })
    }
}

/// A line for an operator.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, domain, vendor, event, .. } = self;
        write!(f, "{address} ({domain}): ")?;
        let event = event.as_deref().unwrap_or_default();
        match &self.outcome {
            Outcome::Notified { to } => write!(f, "notified {to} with `{event}`")?,
            Outcome::WouldNotify { to } => write!(f, "would notify {to} with `{event}`")?,
            Outcome::NotRegistered => {
                write!(
                    f,
                    "not registered, so nothing was sent; the phone fetches when it starts, or at its own interval"
                )?;
            }
            Outcome::Ambiguous(several) => write!(
                f,
                "ambiguous, so nothing was sent; each of these may be the phone: {}. Its next fetch tells them apart; until \
                 then restart it by hand",
                several.join("; ")
            )?,
            Outcome::NoEvent => {
                let vendor = if vendor.is_empty() { "without a vendor".to_owned() } else { format!("of {vendor}") };
                write!(
                    f,
                    "by hand: no plugin describes an event for phones {vendor}; {} it at the phone",
                    word(self.action)
                )?;
            }
            Outcome::Disabled => f.write_str("disabled, so the phone would get nothing; nothing was sent")?,
            Outcome::Failed(reason) => write!(f, "failed: {reason}")?,
        }
        match self.fetched {
            Some(Fetched::AfterMs(ms)) => write!(f, "; it fetched again after {} ms", ms),
            Some(Fetched::NotWithinS(seconds)) => write!(f, "; it has not fetched within {seconds} s"),
            None => Ok(()),
        }
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Resync => "resync",
        Action::Reboot => "reboot",
    }
}
