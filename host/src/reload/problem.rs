//! Problems of template files, by folder and file.

use crate::facts::DisplayPath;
use crate::plugin::Remark;
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
    /// Phones notice it: see [`FoundProblem::weigh`].
    pub is_error: bool,
    pub(super) kind: ProblemKind,
}

/// What is said of a version that serves in place of the one on disk.
pub(super) fn kept(serves: bool) -> &'static str {
    if serves { " (the previous version stays active)" } else { "" }
}

/// How a text fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProblemKind {
    /// It does not compile.
    Compile,
    /// It compiles, and fails for the sample device.
    Render,
    /// It serves the sample device, and has a line that fails once a device reaches it.
    Line,
}

/// By folder and file. The file is empty if the problem is one of the whole folder.
pub(super) type Problems = BTreeMap<(String, String), TemplateProblem>;

/// A problem that a check has found. The file is empty if the problem is one of the whole folder.
pub(super) struct FoundProblem {
    pub(super) file: String,
    pub(super) problem: TemplateProblem,
}

impl TemplateProblem {
    /// A problem of a live text, found now. [`FoundProblem::weigh`] decides whether it is an error.
    pub(super) fn live(message: String, kind: ProblemKind) -> Self {
        Self { message, since: SystemTime::now(), old_serves: false, is_error: false, kind }
    }

    /// The problem, and whether the text before serves.
    pub fn sentence(&self) -> String {
        format!("{}{}", self.message, kept(self.old_serves))
    }

    /// Whether it is the same problem, whenever it was found.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.message, self.old_serves, self.is_error) == (&other.message, other.old_serves, other.is_error)
    }

    /// What the log says.
    pub(super) fn event(&self) -> &'static str {
        match self.kind {
            _ if self.old_serves => "template refused; the old text stays active",
            ProblemKind::Compile => "template does not compile; requests for it get status 500",
            ProblemKind::Render => "template fails for a sample device; requests for it may get status 500",
            ProblemKind::Line => "template has a line that fails; devices that reach it get status 500",
        }
    }
}

impl FoundProblem {
    /// A problem of a text that is not live, because the old one stays active or the folder is left as it was.
    pub(super) fn refused(file: &str, message: String, old_serves: bool) -> Self {
        let problem =
            TemplateProblem { old_serves, is_error: true, ..TemplateProblem::live(message, ProblemKind::Compile) };
        Self { file: file.to_owned(), problem }
    }

    /// A problem of a live text.
    pub(super) fn live(file: &str, message: String, kind: ProblemKind) -> Self {
        Self { file: file.to_owned(), problem: TemplateProblem::live(message, kind) }
    }

    /// Adds the remarks about files that have no problem yet.
    pub(super) fn add_remarks<'a>(found: &mut Vec<Self>, remarks: impl Iterator<Item = &'a Remark>) {
        for remark in remarks {
            if !found.iter().any(|other| other.file == remark.file) {
                found.push(Self::live(&remark.file, remark.message.clone(), ProblemKind::Line));
            }
        }
    }

    /// An error is one that phones notice: of a file that served before, of a whole folder, or of the default file, which
    /// a phone gets that names none. A line that the sample device does not reach is no error. Any other file may be one that no phone asks for, such as a README or a leftover,
    /// and FusionPBX's own folders hold some of these: a warning.
    pub(super) fn weigh(&mut self, default: Option<&str>) {
        let fails = self.problem.kind != ProblemKind::Line;
        self.problem.is_error = self.is_refusal() || fails && default == Some(self.file.as_str());
    }

    /// A text on disk is not live because of it.
    pub(super) fn is_refusal(&self) -> bool {
        self.problem.old_serves || self.file.is_empty()
    }
}

/// The name of a file in messages, on one line; the folder alone if the file is empty. Files of other folders are named
/// by their path from the root.
pub(super) fn name(folder: &str, file: &str) -> String {
    let shared = file.trim_start_matches("../");
    let name = match file {
        "" => folder.to_owned(),
        _ if shared.len() < file.len() => shared.to_owned(),
        _ => format!("{folder}/{file}"),
    };
    DisplayPath(Path::new(&name)).to_string()
}
