//! Cases: `cases/<area>/<name>.tpl` with `.json`, extra files in `<name>/`, and `.out` or `.err`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::value::RawValue;

use super::{Job, REQUEST};

pub struct Case {
    /// `area/name`.
    pub name: String,
    pub job: Job,
    pub expected: Expected,
    /// Why PHP's Smarty answers otherwise, where it does on purpose.
    pub differs: Option<String>,
}

pub enum Expected {
    Body(Vec<u8>),
    Error(ExpectedError),
}

/// What is fixed of an error, whatever its wording.
pub struct ExpectedError {
    /// As [`dialplate_smarty::ErrorKind::as_str`] writes it.
    pub kind: String,
    pub line: u32,
    /// A part of the message.
    pub says: String,
}

pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// All cases, by name; `SMARTY_CASE=area/na` keeps those whose names start so.
pub fn all() -> Vec<Case> {
    let wanted = std::env::var("SMARTY_CASE").unwrap_or_default();
    let mut cases: Vec<Case> = sorted(&folder())
        .iter()
        .flat_map(|area| sorted(area))
        .filter(|path| path.extension().is_some_and(|e| e == "tpl"))
        .map(|path| load(&path))
        .filter(|case| case.name.starts_with(&wanted))
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

pub fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn load(path: &Path) -> Case {
    let stem = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let area = path.parent().and_then(Path::file_name).expect("an area").to_string_lossy();
    let file = format!("{stem}.tpl");
    let mut job = Job::of(&[], "{}");
    job.files = vec![(file.clone(), read(path))];
    job.file = file;
    let extra = path.with_extension("");
    if extra.is_dir() {
        add_files(&extra, "", &mut job.files);
    }
    let settings = path.with_extension("json");
    let differs = if settings.is_file() { apply(&read(&settings), &mut job) } else { None };
    Case { name: format!("{area}/{stem}"), job, expected: expected(path), differs }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn add_files(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for path in sorted(folder) {
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() {
            add_files(&path, &format!("{name}/"), files);
        } else {
            files.push((name, read(&path)));
        }
    }
}

/// Keeps raw JSON texts, so that the order of keys and the types of numbers stay as written. Answers why the
/// case differs.
fn apply(settings: &[u8], job: &mut Job) -> Option<String> {
    let settings: BTreeMap<String, Box<RawValue>> = serde_json::from_slice(settings).expect("JSON of a case");
    let mut differs = None;
    for (name, value) in settings {
        let text = value.get();
        match name.as_str() {
            "variables" => job.variables = text.into(),
            "clock" => job.clock = text.parse().expect("Unix seconds"),
            "differs" => differs = Some(text.into()),
            name => {
                let part = REQUEST.iter().position(|part| *part == name);
                job.request[part.expect("a known member")] = text.into();
            }
        }
    }
    differs
}

fn expected(path: &Path) -> Expected {
    let out = path.with_extension("out");
    if out.is_file() {
        return Expected::Body(read(&out));
    }
    let text = String::from_utf8(read(&path.with_extension("err"))).expect("UTF-8");
    let part = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{}: no {name}", path.display())).trim().to_owned()
    };
    Expected::Error(ExpectedError {
        kind: part("kind:"),
        line: part("line:").parse().expect("a line"),
        says: part("says:"),
    })
}
