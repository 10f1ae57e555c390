//! Cases: `cases/<area>/<name>.tpl` with `.json`, further files in `<name>/`, and `.out` or `.err`. See `tests/README.md`.

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
    /// The reason for a deliberate difference from PHP's Smarty.
    pub differs: Option<String>,
}

pub enum Expected {
    Body(Vec<u8>),
    Error(ExpectedError),
}

/// The parts of an error that a case fixes; the rest of the wording is free.
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

/// The names of all cases, `area/name`, sorted.
pub fn names() -> Vec<String> {
    let areas = sorted(&folder());
    let files = areas.iter().flat_map(|area| sorted(area));
    let templates = files.filter(|path| path.extension().is_some_and(|e| e == "tpl"));
    templates
        .map(|path| format!("{}/{}", part(path.parent()), part(path.with_extension("").as_path().into())))
        .collect()
}

/// All cases, sorted by name.
pub fn all() -> Vec<Case> {
    names().iter().map(|name| load(name)).collect()
}

pub fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("the entry can be read").path()).collect();
    paths.sort();
    paths
}

/// The last part of a path.
fn part(path: Option<&Path>) -> String {
    path.and_then(Path::file_name).expect("a path below the case folder").to_string_lossy().into_owned()
}

/// Reads the case `name` (`area/name`) with its extra files and its expected result.
pub fn load(name: &str) -> Case {
    let path = folder().join(format!("{name}.tpl"));
    let file = part(Some(&path));
    let mut job = Job::of(&[], "{}");
    job.name = name.to_owned();
    job.files = vec![(file.clone(), read(&path))];
    job.file = file;
    let extra = path.with_extension("");
    if extra.is_dir() {
        add_files(&extra, "", &mut job.files);
    }
    let settings = path.with_extension("json");
    let differs = if settings.is_file() { apply(&read(&settings), &mut job) } else { None };
    Case { name: name.to_owned(), job, expected: expected(&path), differs }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn add_files(folder: &Path, prefix: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for path in sorted(folder) {
        let name = format!("{prefix}{}", path.file_name().expect("the path has a file name").to_string_lossy());
        if path.is_dir() {
            add_files(&path, &format!("{name}/"), files);
        } else {
            files.push((name, read(&path)));
        }
    }
}

/// Applies a case's `.json` to its job and returns the reason for which PHP's Smarty differs, if the case gives one. The
/// values stay raw JSON, so that the order of keys and the types of numbers are kept.
fn apply(settings: &[u8], job: &mut Job) -> Option<String> {
    let settings: BTreeMap<String, Box<RawValue>> =
        serde_json::from_slice(settings).expect("the case holds valid JSON");
    let mut differs = None;
    for (name, value) in settings {
        let text = value.get();
        match name.as_str() {
            "variables" => job.variables = text.into(),
            "clock" => job.clock = text.parse().expect("`clock` is a number of Unix seconds"),
            "differs" => differs = Some(text.into()),
            name => {
                let part = REQUEST.iter().position(|part| *part == name);
                job.request[part.expect("the member is known")] = text.into();
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
    let text = String::from_utf8(read(&path.with_extension("err"))).expect("the .err file is UTF-8");
    let part = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{}: no {name}", path.display())).trim().to_owned()
    };
    Expected::Error(ExpectedError {
        kind: part("kind:"),
        line: part("line:").parse().expect("`line` is a number"),
        says: part("says:"),
    })
}
