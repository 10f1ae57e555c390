//! The state of reloads, as operators see it.

use super::history::PluginSwap;
use super::problem::{Problems, TemplateProblem, kept, name};
use crate::facts::DisplayPath;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Complaints in one answer. Each takes some lines of a terminal, and broken templates come by the folder.
const COMPLAINTS_MAX: usize = 200;

/// As of the end of the last reload.
#[derive(Clone, Default)]
pub struct Report {
    /// Why the server polls for changes: the system does not report all of them.
    pub polling: Option<String>,
    /// What the last look at the disk could not read. Everything loaded from there before stays active.
    pub trouble: Option<String>,
    /// Files that are being written. They are left alone until they are complete.
    pub growing: Vec<PathBuf>,
    pub refused: Vec<Refused>,
    pub(super) problems: Problems,
    /// How often the snapshot was replaced since the start.
    pub swaps: u64,
    /// Which versions of plugins were swapped since the start, the oldest first.
    pub plugin_swaps: Arc<VecDeque<PluginSwap>>,
    pub last: Option<Last>,
}

/// A component file that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub file: PathBuf,
    pub error: String,
    pub since: SystemTime,
    /// The component that was loaded from the file before stays active.
    pub old_serves: bool,
    /// The template folders that may be the cause.
    pub(super) folders: Vec<String>,
}

/// The last reload that changed something, or that an operator asked for.
#[derive(Clone, Copy)]
pub struct Last {
    pub at: SystemTime,
    pub took: Duration,
    pub outcome: Outcome,
}

/// The outcome of a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Unchanged,
    Swapped,
    /// Something was refused; other changes of the same reload may be live.
    Refused,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Swapped => "swapped",
            Self::Refused => "refused",
        }
    }
}

impl Report {
    /// Templates that are not live as they are on disk, or fail, by folder and file.
    pub fn templates(&self) -> impl Iterator<Item = (String, &TemplateProblem)> {
        self.problems.iter().map(|((folder, file), problem)| (name(folder, file), problem))
    }

    /// One sentence for everything that phones miss: a file on disk that is not live, or a live default file that fails.
    pub fn complaints(&self) -> Vec<String> {
        let refused =
            self.refused.iter().map(|it| format!("{} {}{}", DisplayPath(&it.file), it.error, kept(it.old_serves)));
        bounded(self.trouble.clone().into_iter().chain(refused).chain(self.template_messages(true)))
    }

    /// One sentence for each other file that does not serve.
    pub fn warnings(&self) -> Vec<String> {
        bounded(self.template_messages(false))
    }

    fn template_messages(&self, errors: bool) -> impl Iterator<Item = String> {
        let of_kind = self.problems.values().filter(move |it| it.is_error == errors);
        of_kind.map(TemplateProblem::sentence)
    }
}

/// The first of these sentences, and how many more there are.
fn bounded(mut all: impl Iterator<Item = String>) -> Vec<String> {
    let mut shown: Vec<_> = all.by_ref().take(COMPLAINTS_MAX).collect();
    let more = all.count();
    if more > 0 {
        shown.push(format!("and {more} more; `dialplate plugin list` names them all"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::super::problem::ProblemKind;
    use super::*;

    #[test]
    fn complaints_beyond_limit_are_counted() {
        let problem = TemplateProblem {
            message: "odd".into(),
            since: SystemTime::now(),
            old_serves: false,
            is_error: true,
            kind: ProblemKind::Compile,
        };
        let problems = (0..203).map(|file| (("a".to_owned(), format!("{file:03}")), problem.clone())).collect();
        let report = Report { problems, ..Report::default() };
        let complaints = report.complaints();
        assert_eq!((complaints.len(), &*complaints[199]), (201, "odd"));
        assert!(complaints[200].starts_with("and 3 more"), "{}", complaints[200]);
    }
}
