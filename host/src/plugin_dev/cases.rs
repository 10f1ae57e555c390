//! Renders the cases of the project, and remembers what each gave, to show what a save has changed.

use crate::plugin::Plugin;
use crate::plugin_kit::{CaseUsage, ServedCase, render_served, unified};
use crate::templates::Texts;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::task::block_in_place;

/// Cases that are rendered after each save. A plugin has some dozen; the others are left to `dialplate plugin test`.
pub const CASES_MAX: usize = 200;
/// The largest document that is remembered. Phones' files have some hundred KiB, address books a few MiB.
const REMEMBERED_BYTES_MAX: usize = 4 << 20;

/// How a plugin's own failure begins, in the form of a case's file `expected`.
const FAILURE: &[u8] = b"Failure: ";
/// The names of the two sides of a diff.
const SIDES: (&str, &str) = ("before", "now");

/// What the cases gave.
#[derive(Default)]
pub struct Cases {
    /// By the folder of the case.
    last: HashMap<PathBuf, Vec<u8>>,
}

/// What a case gives now, compared with the last time.
pub struct RenderedCase {
    pub name: String,
    pub difference: Difference,
    pub usage: Option<CaseUsage>,
    pub is_expected: Option<bool>,
}

#[derive(Debug, PartialEq, Eq)]
pub enum Difference {
    /// The document, which is the first one of the case.
    First(Vec<u8>),
    Same,
    /// A unified diff.
    Diff(String),
    /// The document is another one, and too large to be compared.
    Large {
        bytes: usize,
    },
    /// There is no document: why.
    Failed(String),
}

impl Cases {
    /// Renders a case with what the server has now.
    pub async fn render(&mut self, folder: &Path, plugin: &Arc<Plugin>, texts: &Texts) -> RenderedCase {
        let ServedCase { name, outcome, usage, is_expected } = render_served(folder, plugin, texts).await;
        let difference = block_in_place(|| self.compare(folder, outcome, is_expected == Some(true)));
        RenderedCase { name, difference, usage, is_expected }
    }

    /// What a document is, compared with the last one of this name.
    pub fn difference(&mut self, name: &Path, document: Result<Vec<u8>, String>) -> Difference {
        block_in_place(|| self.compare(name, document, false))
    }

    pub fn forget(&mut self, name: &Path) {
        self.last.remove(name);
    }

    /// A failure is not remembered: once it is mended, the document before it is what counts.
    fn compare(&mut self, folder: &Path, outcome: Result<Vec<u8>, String>, is_expected: bool) -> Difference {
        let document = match outcome {
            Ok(failure) if failure.starts_with(FAILURE) && !is_expected => {
                return Difference::Failed(String::from_utf8_lossy(&failure[FAILURE.len()..]).into_owned());
            }
            Ok(document) => document,
            Err(why) => return Difference::Failed(why),
        };
        if document.len() > REMEMBERED_BYTES_MAX {
            self.last.remove(folder);
            return Difference::Large { bytes: document.len() };
        }
        match self.last.insert(folder.to_owned(), document.clone()) {
            None => Difference::First(document),
            Some(before) if before == document => Difference::Same,
            Some(before) => Difference::Diff(unified((SIDES.0, &before), (SIDES.1, &document))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn change_is_shown_against_the_last_document() {
        let mut cases = Cases::default();
        let mut give = |text: &str| cases.compare(Path::new("a"), Ok(text.as_bytes().to_vec()), false);
        assert_eq!(give("a = 1\n"), Difference::First(b"a = 1\n".to_vec()));
        assert_eq!(give("a = 1\n"), Difference::Same);
        assert_eq!(give("Failure: limit\n\nsteps\n"), Difference::Failed("limit\n\nsteps\n".to_owned()));
        let Difference::Diff(diff) = give("a = 2\n") else { panic!("no diff") };
        assert!(diff.starts_with("--- before\n+++ now\n") && diff.ends_with("-a = 1\n+a = 2\n"), "{diff}");
    }

    #[test]
    fn expected_failure_is_a_document_and_large_one_is_not_kept() {
        let mut cases = Cases::default();
        let failure = b"Failure: limit\n\nsteps\n".to_vec();
        assert_eq!(cases.compare(Path::new("a"), Ok(failure.clone()), true), Difference::First(failure));
        let large = vec![b'x'; REMEMBERED_BYTES_MAX + 1];
        let bytes = large.len();
        for _ in 0..2 {
            assert_eq!(cases.compare(Path::new("a"), Ok(large.clone()), false), Difference::Large { bytes });
        }
    }
}
