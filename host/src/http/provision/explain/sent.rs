//! What the phone would get.

use crate::http::answer::DocumentAnswer;
use crate::http::{reason, status};
use crate::journal::Reason;

/// What the phone would get.
pub(in crate::http::provision) enum Sent {
    Document(DocumentAnswer),
    /// Its file would be stored.
    Stored {
        is_new: bool,
    },
}

impl Sent {
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Document(document) => document.status().as_u16(),
            Self::Stored { is_new } => status::of_upload(*is_new).as_u16(),
        }
    }

    pub(super) fn reason(&self, is_login: bool) -> Reason {
        match self {
            Self::Document(document) => reason::of_document(document, is_login),
            Self::Stored { .. } => Reason::Uploaded,
        }
    }

    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Document(_) => None,
            Self::Stored { .. } => Some("the file would be stored".to_owned()),
        }
    }
}
