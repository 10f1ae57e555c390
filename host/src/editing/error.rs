//! Errors of an operator's commands. Each message names the thing or the flag, and the next step.

use super::near::near;
use crate::password::PasswordError;
use crate::{directory, templates};

/// Names that a message suggests.
const SUGGESTED_MAX: usize = 5;

/// The part of a value that a message repeats.
const QUOTED_CHARS_MAX: usize = 80;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Directory(#[from] directory::Error),

    #[error(transparent)]
    Templates(#[from] templates::Error),

    #[error("there is no {thing} {name}{hint}")]
    Unknown { thing: &'static str, name: String, hint: String },

    #[error("{thing} {name} exists already{place}; {next}")]
    Taken { thing: &'static str, name: String, place: String, next: String },

    #[error("{flag} {value}: {reason}")]
    Value { flag: String, value: String, reason: String },

    /// A flag is missing, or two exclude each other.
    #[error("{0}")]
    Usage(String),

    /// The row is not the one on which the edit builds.
    #[error("the row has changed since it was read; read it again, and repeat the edit")]
    Changed,

    #[error("the system returned no random numbers: {0}")]
    Random(#[from] getrandom::Error),

    #[error(transparent)]
    Password(#[from] PasswordError),
}

impl Error {
    /// There is no thing of that name; suggests those of `known` that are spelled like it.
    pub fn unknown(thing: &'static str, name: &str, known: &[String]) -> Self {
        let near = near(name, known, SUGGESTED_MAX);
        let hint = if !near.is_empty() {
            format!("; did you mean {}?", near.join(", "))
        } else if known.is_empty() {
            format!("; there is no {thing} at all")
        } else {
            let first: Vec<_> = known.iter().take(SUGGESTED_MAX).map(String::as_str).collect();
            let rest = known.len() - first.len();
            let more = if rest == 0 { String::new() } else { format!(" and {rest} more") };
            format!("; known are {}{more}", first.join(", "))
        };
        Self::Unknown { thing, name: quoted(name), hint }
    }

    pub fn value(flag: &str, value: &str, reason: impl Into<String>) -> Self {
        Self::Value { flag: flag.to_owned(), value: quoted(value), reason: reason.into() }
    }
}

/// A text of the user for a message: in quotes, without control characters, and cut.
pub fn quoted(text: &str) -> String {
    let kept: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    let rest = if text.chars().nth(QUOTED_CHARS_MAX).is_some() { "…" } else { "" };
    format!("{kept:?}{rest}")
}
