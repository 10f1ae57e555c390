//! Problems of template files, by folder and file.

use crate::facts::DisplayPath;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

/// A template whose text on disk is not live, or is live and fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    /// Where the problem is, and what it is.
    pub message: String,
    pub since: SystemTime,
    /// The text before stays active.
    pub old_serves: bool,
    /// The problem was there at the start, and the file has not changed since.
    pub(super) from_start: bool,
}

/// By folder and file. The file is empty if the problem is one of the whole folder.
pub(super) type Problems = BTreeMap<(String, String), TemplateProblem>;

/// A problem that a check has found. The file is empty if the problem is one of the whole folder.
pub(super) struct FoundProblem {
    pub(super) file: String,
    pub(super) message: String,
    pub(super) old_serves: bool,
}

impl FoundProblem {
    /// A text on disk is not live because of it.
    pub(super) fn is_refusal(&self) -> bool {
        self.old_serves || self.file.is_empty()
    }
}

/// The name of a file in messages, on one line; the folder alone if the file is empty.
pub(super) fn name(folder: &str, file: &str) -> String {
    let name = if file.is_empty() { folder.to_owned() } else { format!("{folder}/{file}") };
    DisplayPath(Path::new(&name)).to_string()
}
