//! Errors of an operator's commands. Each message names the thing or the flag, and the next step.

use super::fault::{FieldFault, Part, joined};
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

    /// Several values are wrong.
    #[error("{}", joined(.0))]
    Fields(Vec<FieldFault>),

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

    /// There is no thing with that key.
    pub fn absent(thing: &'static str, uuid: &str) -> Self {
        Self::Unknown { thing, name: quoted(uuid), hint: String::new() }
    }

    pub fn value(flag: &str, value: &str, reason: impl Into<String>) -> Self {
        Self::Value { flag: flag.to_owned(), value: quoted(value), reason: reason.into() }
    }

    /// What is wrong with a value; the error itself if it concerns none. `name` is the argument that names the row.
    ///
    /// # Errors
    /// The database or the system fails, or the row has changed.
    pub fn into_fault(self, part: Part, name: &str) -> Result<FieldFault, Self> {
        let (flag, message) = match self {
            Self::Value { flag, reason, .. } => (flag.trim_start_matches("--").to_owned(), reason),
            Self::Taken { thing, name: taken, place, .. } => {
                (name.to_owned(), format!("{thing} {taken} exists already{place}"))
            }
            Self::Unknown { thing, .. } => (flag_of(thing, name).to_owned(), self.to_string()),
            Self::Usage(message) => (String::new(), message),
            other => return Err(other),
        };
        Ok(FieldFault { part, flag, message })
    }
}

/// The flag that names a thing.
fn flag_of<'a>(thing: &'static str, name: &'a str) -> &'a str {
    match thing {
        "template" | "profile" | "user" | "extension" => thing,
        "template for the model" => "model",
        "device" => "alternate",
        _ => name,
    }
}

/// A text of the user for a message: in quotes, without control characters, and cut.
pub fn quoted(text: &str) -> String {
    let kept: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    let rest = if text.chars().nth(QUOTED_CHARS_MAX).is_some() { "…" } else { "" };
    format!("{kept:?}{rest}")
}
