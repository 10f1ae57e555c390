//! What becomes of each row of a file.

use super::sheet::Fault;
use crate::facts::hex;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOutcome {
    Added,
    /// The names of what changes, without values.
    Changed(Vec<String>),
    Unchanged,
    /// What is wrong with its cells.
    Refused(Vec<String>),
}

/// A row of a file, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    pub line: u64,
    /// As the file has it.
    pub address: String,
    pub outcome: RowOutcome,
}

/// Adds the faults to the rows in which they are.
pub fn refuse(rows: &mut [ImportRow], faults: &[Fault]) {
    let at: HashMap<_, _> = rows.iter().enumerate().map(|(at, row)| (row.line, at)).collect();
    for fault in faults {
        let Some(row) = at.get(&fault.line).and_then(|at| rows.get_mut(*at)) else { continue };
        match &mut row.outcome {
            RowOutcome::Refused(reasons) => reasons.push(fault.message.clone()),
            other => *other = RowOutcome::Refused(vec![fault.message.clone()]),
        }
    }
}

/// The hash of a file with what becomes of its rows: the same file gives another one after an edit that matters to it.
pub fn digest(bytes: &[u8], domain: Option<&str>, update: bool, rows: &[ImportRow]) -> String {
    let mut hash = Sha256::new();
    hash.update(Sha256::digest(bytes));
    hash.update(format!("{domain:?} {update} {rows:?}"));
    hex(&hash.finalize())
}
