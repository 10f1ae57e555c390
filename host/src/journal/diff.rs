//! What differs between two versions of a document, without its secrets.

use super::mask::{masked, shown};
use super::stored::StoredDocument;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices_deadline, group_diff_ops};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Lines that are shown around a change.
const CONTEXT_LINES: usize = 3;
/// After this time a larger difference than necessary is shown.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The lines of a unified diff, without its head; empty if both are the same. `None` if one of them is no text.
pub fn unified(old: &StoredDocument, new: &StoredDocument, with_secrets: bool) -> Option<String> {
    let texts = (text(old)?, text(new)?);
    let lines = |text: &str, document: &StoredDocument| {
        if with_secrets { shown(text) } else { masked(text, &document.secrets) }
    };
    // The texts are compared as they are, so that a changed secret is a change.
    let (old_lines, new_lines) = (lines(texts.0, old), lines(texts.1, new));
    let (old_texts, new_texts) = (split(texts.0), split(texts.1));
    let deadline = Instant::now() + TIMEOUT;
    let changes = capture_diff_slices_deadline(Algorithm::Myers, &old_texts, &new_texts, Some(deadline));
    let mut printed = String::new();
    for hunk in group_diff_ops(changes, CONTEXT_LINES) {
        printed += &head(&hunk);
        for change in hunk {
            let (old, new) = (&old_lines[change.old_range()], &new_lines[change.new_range()]);
            match change.tag() {
                DiffTag::Equal => print(&mut printed, ' ', new),
                DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                    print(&mut printed, '-', old);
                    print(&mut printed, '+', new);
                }
            }
        }
    }
    Some(printed)
}

fn split(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The places of a hunk: `@@ -1,3 +1,4 @@`.
fn head(hunk: &[DiffOp]) -> String {
    let place = |ranges: Vec<Range<usize>>| {
        let start = ranges.first().map_or(0, |range| range.start);
        let length = ranges.last().map_or(0, |range| range.end) - start;
        // Of an empty range, the line before it is named.
        format!("{},{length}", if length == 0 { start } else { start + 1 })
    };
    let old = place(hunk.iter().map(DiffOp::old_range).collect());
    let new = place(hunk.iter().map(DiffOp::new_range).collect());
    format!("@@ -{old} +{new} @@\n")
}

fn print(text: &mut String, mark: char, lines: &[String]) {
    for line in lines {
        text.push(mark);
        text.push_str(line);
        text.push('\n');
    }
}

/// The text of a document; `None` for an encrypted or another binary file.
fn text(document: &StoredDocument) -> Option<&str> {
    let is_text = |text: &&str| !text.contains('\0');
    std::str::from_utf8(&document.body).ok().filter(is_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> StoredDocument {
        StoredDocument { body: text.as_bytes().to_vec(), secrets: Vec::new() }
    }

    #[test]
    fn changed_secret_is_a_change_that_shows_neither() {
        let old = document("#!version:1.0.0.1\naccount.1.password = s3cret1\naccount.1.label = Ada\n");
        let new = document("#!version:1.0.0.1\naccount.1.password = s3cret2\naccount.1.label = Grace\n");
        let masked = unified(&old, &new, false).unwrap();
        let expected = "@@ -1,3 +1,3 @@\n #!version:1.0.0.1\n-account.1.password = (hidden)\n-account.1.label = Ada\n\
            +account.1.password = (hidden)\n+account.1.label = Grace\n";
        assert_eq!(masked, expected);
        let whole = unified(&old, &new, true).unwrap();
        assert!(whole.contains("-account.1.password = s3cret1\n") && whole.contains("+account.1.password = s3cret2\n"));
        assert_eq!(unified(&new, &new, false).as_deref(), Some(""));
    }

    #[test]
    fn binary_documents_are_not_compared() {
        let binary = StoredDocument { body: vec![0xff, 0, 1], secrets: Vec::new() };
        assert!(unified(&binary, &document("a\n"), true).is_none());
    }
}
