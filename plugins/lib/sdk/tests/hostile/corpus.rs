//! The template files: FusionPBX's, from `../shared/corpus` with their default settings, and those of this repository.

use dialplate_hostile::SECRET_SETTING;
use dialplate_sdk::types::{Setting, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of one template folder.
pub struct Folder {
    /// `yealink/t46u`
    pub name: String,
    pub files: Vec<(String, Vec<u8>)>,
}

impl Folder {
    pub fn vendor(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }
}

/// The corpus, if it is present.
pub fn root() -> Option<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = package.ancestors().nth(4)?.join("shared/corpus");
    beside.join("templates").is_dir().then_some(beside)
}

/// Every folder, without files that are identical to one of another folder: models share many files.
pub fn folders(corpus: &Path) -> Vec<Folder> {
    let templates = corpus.join("templates");
    let mut found: BTreeMap<String, Vec<(String, Vec<u8>)>> = BTreeMap::new();
    let mut pending = vec![templates.clone()];
    let mut seen = std::collections::HashSet::new();
    while let Some(folder) = pending.pop() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let source = std::fs::read(&path).expect("a template");
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let inside = folder.strip_prefix(&templates).expect("inside").to_string_lossy().into_owned();
            if seen.insert((name.clone(), source.clone())) {
                found.entry(inside).or_default().push((name, source));
            }
        }
    }
    found.into_iter().map(|(name, files)| Folder { name, files }).collect()
}

/// Template folders of this repository: those with golden files, one for each kind of file that a vendor's base makes.
pub fn own() -> Vec<Folder> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).expect("the repository");
    let mut folders = Vec::new();
    for (vendor, golden) in entries(&repository.join("tests/own_templates/golden")) {
        for (model, _) in entries(&golden) {
            let name = format!("{vendor}/{model}");
            let mut files = entries(&repository.join("templates").join(&name));
            // A model has its own files, or links to the whole base. The test renders without sibling folders.
            let base = files[0].1.canonicalize().expect("a template").parent().expect("a folder").to_owned();
            files.extend(entries(&base).into_iter().filter(|(name, _)| !name.contains('.')));
            let read = |(file, path): (String, PathBuf)| {
                let source = std::fs::read_to_string(path).expect("a template").replace("'../_base/", "'./");
                (file, source.into_bytes())
            };
            let files: BTreeMap<_, _> = files.into_iter().map(read).collect();
            folders.push(Folder { name, files: files.into_iter().collect() });
        }
    }
    folders
}

/// The entries of a folder by name.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry"));
    entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect()
}

/// FusionPBX's provision settings except arrays, enabled or not: more settings make templates print more.
pub fn settings(corpus: &Path) -> Vec<Setting> {
    let sql = std::fs::read_to_string(corpus.join("defaults.sql")).expect("the default settings");
    let mut found = BTreeMap::new();
    for statement in sql.lines().filter(|line| line.contains("INTO v_default_settings")) {
        let Some((_, rest)) = statement.split_once("'provision', '") else { continue };
        let mut parts = rest.split('\'');
        let (Some(name), _, Some(kind), _, Some(value)) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        if kind != "array" && value != ", NULL, " {
            found.insert(name.to_owned(), value.to_owned());
        }
    }
    found.into_iter().map(|(name, value)| Setting { name, value: Value::Text(value) }).collect()
}

/// The settings that these files name. Passing all of them takes longer than rendering.
pub fn named(files: &[(String, Vec<u8>)], settings: &[Setting]) -> Vec<Setting> {
    let text: String = files.iter().map(|(_, source)| String::from_utf8_lossy(source)).collect();
    let names: std::collections::HashSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let is_named = |setting: &&Setting| names.contains(setting.name.as_str()) || setting.name == SECRET_SETTING;
    settings.iter().filter(is_named).cloned().collect()
}
