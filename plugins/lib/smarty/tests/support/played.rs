//! Cases in one JSON file each, as `../shared/cases/language` has them: `template`, `files`, `vars`, and `expected_output`
//! or `expected_error`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dialplate_smarty::php::Value;
use serde_json::value::RawValue;

use super::case::sorted;
use super::{Job, difference, engine, json, visible};

/// The JSON files below `folder`, sorted.
pub fn cases(folder: &Path) -> Vec<PathBuf> {
    let (folders, files): (Vec<_>, Vec<_>) = sorted(folder).into_iter().partition(|path| path.is_dir());
    let mut found: Vec<PathBuf> = folders.iter().flat_map(|folder| cases(folder)).collect();
    found.extend(files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")));
    found
}

/// Renders the case in the file `path`.
///
/// # Errors
/// The result differs from the expected one; the text shows both.
pub fn play(path: &Path) -> Result<(), String> {
    let text = fs::read(path).map_err(|error| format!("  {error}\n"))?;
    let case: Members = serde_json::from_slice(&text).map_err(|error| format!("  {error}\n"))?;
    let got = engine::render(&job(&case));
    let Some(expected) = case.get("expected_output").map(|raw| bytes(&json::value(raw.get()))) else {
        let neither = "  the file has neither expected_output nor expected_error\n";
        let error = case.get("expected_error").ok_or(neither)?;
        // Any error is right: the library has its own wording, and other names for its own refusals.
        return got.map_or(Ok(()), |got| Err(format!("  - {}\n  + {:.400}\n", error.get(), visible(&got))));
    };
    match got {
        Ok(got) if got == expected => Ok(()),
        Ok(got) => Err(difference(&expected, &got)),
        Err(error) => Err(format!("  - {:.400}\n  + {error}\n", visible(&expected))),
    }
}

/// The members of a case. The values stay raw JSON, so that the order of keys and the types of numbers are kept.
type Members = BTreeMap<String, Box<RawValue>>;

fn job(case: &Members) -> Job {
    let raw = |name: &str| case.get(name).map_or("{}", |raw| raw.get());
    let mut job = Job::of(&bytes(&json::value(raw("template"))), raw("vars"));
    job.files.extend(json::entries(raw("files")).into_iter().map(|(name, text)| (name, bytes(&text))));
    job
}

/// The bytes of a text.
fn bytes(value: &Value) -> Vec<u8> {
    value.to_bytes().to_vec()
}
