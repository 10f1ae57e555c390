//! Why an operator does not get what he asked for.

use super::principal::Forbidden;
use super::store::StoreError;
use super::tokens::TokenError;
use crate::directory;
use crate::editing;
use crate::http::NoDocument;
use crate::journal::ReadError;

/// The kind of a problem, by which statuses are chosen, and its text.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// It does not exist, or the operator may not see it: the text is the same.
    #[error("there is no {what} {name:?}")]
    Missing { what: &'static str, name: String },
    #[error("{parameter}: {reason}")]
    Invalid { parameter: String, reason: String },
    /// A phone would get no document, or the text does not render.
    #[error(transparent)]
    Refused(Box<NoDocument>),
    /// What the request builds on has changed, or contradicts it.
    #[error("{0}")]
    Conflict(String),
    /// The plugins are as they were. The report is that of the conformance check, if that is why.
    #[error("{error}{}{report}", if report.is_empty() { "" } else { "\n" })]
    Plugin { error: String, report: String },
    #[error("{0}")]
    Unavailable(String),
    #[error(
        "this is a database of FusionPBX's, whose pages edit it; set console_edit = true to edit it here, and restart the server"
    )]
    EditsOff,
    #[error(transparent)]
    Edit(#[from] editing::Error),
    #[error(transparent)]
    Directory(#[from] directory::Error),
    #[error(transparent)]
    Journal(#[from] ReadError),
    #[error(transparent)]
    Access(#[from] StoreError),
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl Problem {
    pub fn invalid(parameter: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { parameter: parameter.into(), reason: reason.into() }
    }

    pub fn refused(refusal: NoDocument) -> Self {
        Self::Refused(Box::new(refusal))
    }

    pub fn missing(what: &'static str, name: impl Into<String>) -> Self {
        Self::Missing { what, name: name.into() }
    }
}
