//! The files of a project, and what a save has changed.

use super::error::DevError;
use super::subject::{CASES, Subject, TEMPLATES};
use crate::plugin;
use crate::templates::FileStamp;
use std::collections::BTreeMap;
use std::fs::{self, FileType};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A plugin has some dozen files; a hundred cases with templates of their own still fit. Each look at the project reads the
/// metadata of all of them.
const FILES_MAX: usize = 10_000;
/// The system watches each folder, and its own limit may be 8,192 for all programs of a user.
const FOLDERS_MAX: usize = 2_000;
/// Folders within each other.
const DEPTH_MAX: usize = 16;

/// What tools generate.
const GENERATED: [&str; 4] = ["target", "build", "dist", "node_modules"];
/// What a build may write beside the sources.
const LOCK_FILES: [&str; 2] = ["Cargo.lock", "package-lock.json"];
/// The ends of the names of files that editors and servers write: drafts, logs, databases.
const IGNORED_ENDS: [&str; 8] = ["~", ".swp", ".tmp", ".log", ".db", ".db-wal", ".db-shm", ".db-journal"];
/// No build reads what is below this folder; the cases in it have a meaning of their own.
const TESTS: &str = "tests";

/// Identifies a folder independently of its name: device and inode.
pub type Id = (u64, u64);

/// A look at a project.
#[derive(Default)]
pub struct Sources {
    /// By the path below the project's folder.
    files: BTreeMap<PathBuf, FileStamp>,
    /// The folders to watch.
    pub folders: BTreeMap<PathBuf, Id>,
    /// The installed components.
    installed: Vec<PathBuf>,
}

/// The files that a save has changed, by what follows from it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Save {
    /// The component is built.
    pub sources: Vec<PathBuf>,
    /// The server reads its templates again.
    pub templates: Vec<PathBuf>,
    /// The cases are rendered again.
    pub cases: Vec<PathBuf>,
    /// A component was installed or removed beside the author's.
    pub installed: bool,
}

impl Save {
    pub fn is_empty(&self) -> bool {
        !self.installed && self.all().next().is_none()
    }

    pub fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.sources.iter().chain(&self.templates).chain(&self.cases)
    }

    /// Adds those of a later save.
    pub fn extend(&mut self, later: Self) {
        self.installed |= later.installed;
        for (files, later) in
            [(&mut self.sources, later.sources), (&mut self.templates, later.templates), (&mut self.cases, later.cases)]
        {
            files.extend(later);
            files.sort();
            files.dedup();
        }
    }

    fn add(&mut self, file: &Path) {
        let is_below = |place: &str| file.starts_with(place);
        let kind = match () {
            () if CASES.into_iter().any(is_below) => &mut self.cases,
            () if is_below(TEMPLATES) => &mut self.templates,
            () if is_below(TESTS) => return,
            () => &mut self.sources,
        };
        kind.push(file.to_owned());
    }
}

impl Sources {
    /// Reads the metadata of every file that matters, and the names of the components in the folder `installed`.
    ///
    /// # Errors
    /// The project cannot be read, or is too large.
    pub fn look(subject: &Subject, installed: &Path) -> Result<Self, DevError> {
        let home = subject.home();
        let mut look = Self::default();
        look.watch(installed);
        look.installed = plugin::files(installed).unwrap_or_default();
        match subject {
            Subject::Project(folder) => look.add_folder(home, folder, DEPTH_MAX)?,
            Subject::Component { file, .. } => {
                for place in CASES.into_iter().chain([TEMPLATES]).map(|place| home.join(place)) {
                    look.add_folder(home, &place, DEPTH_MAX)?;
                }
                let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                look.watch(folder);
                look.files.extend(FileStamp::of(file).ok().map(|stamp| (file.clone(), stamp)));
            }
        }
        Ok(look)
    }

    fn watch(&mut self, folder: &Path) -> bool {
        let Ok(found) = fs::metadata(folder) else { return false };
        self.folders.insert(folder.to_owned(), (found.dev(), found.ino()));
        true
    }

    fn add_folder(&mut self, home: &Path, folder: &Path, depth: usize) -> Result<(), DevError> {
        // Before its entries are read, so that none is missed that comes later.
        if !self.watch(folder) {
            return Ok(());
        }
        let too_many = |max, what| DevError::TooMany { folder: home.to_owned(), max, what };
        if self.folders.len() > FOLDERS_MAX {
            return Err(too_many(FOLDERS_MAX, "folders"));
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(DevError::Read { path: folder.to_owned(), source }),
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let Ok(kind) = entry.file_type() else { continue };
            if is_ignored(&path, kind) {
                continue;
            }
            if kind.is_dir() {
                if depth > 0 {
                    self.add_folder(home, &path, depth - 1)?;
                }
                continue;
            }
            // A file that has just been removed is none any more.
            let Ok(stamp) = FileStamp::of(&path) else { continue };
            self.files.insert(path.strip_prefix(home).unwrap_or(&path).to_owned(), stamp);
            if self.files.len() > FILES_MAX {
                return Err(too_many(FILES_MAX, "files"));
            }
        }
        Ok(())
    }

    /// What differs from an earlier look.
    pub fn changes_since(&self, before: &Self) -> Save {
        let mut save = Save { installed: self.installed != before.installed, ..Save::default() };
        let changed = self.files.iter().filter(|(file, stamp)| before.files.get(*file) != Some(stamp));
        let removed = before.files.keys().filter(|file| !self.files.contains_key(*file));
        changed.map(|(file, _)| file).chain(removed).for_each(|file| save.add(file));
        save
    }

    /// Takes over what a build has written beside the sources, so that it causes no further build.
    pub fn adopt_lock_files(&mut self, after: &Self) {
        for name in LOCK_FILES.map(Path::new) {
            match after.files.get(name) {
                Some(stamp) => drop(self.files.insert(name.to_owned(), *stamp)),
                None => drop(self.files.remove(name)),
            }
        }
    }
}

fn is_ignored(path: &Path, kind: FileType) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_generated = kind.is_dir() && GENERATED.contains(&&*name);
    let is_other = !kind.is_dir() && IGNORED_ENDS.iter().any(|end| name.ends_with(end));
    is_generated || is_other || name.starts_with(['.', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> (tempfile::TempDir, Subject) {
        let folder = tempfile::tempdir().unwrap();
        for file in ["Cargo.toml", "src/lib.rs", "templates/acme/one/{$mac}.cfg", "tests/cases/a/device.toml"] {
            write(folder.path(), file);
        }
        let subject = Subject::Project(folder.path().to_owned());
        (folder, subject)
    }

    fn look(subject: &Subject) -> Result<Sources, DevError> {
        Sources::look(subject, Path::new("/nonexistent"))
    }

    fn write(folder: &Path, file: &str) {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // Another length each time, whatever the clock's step is.
        let length = fs::metadata(&path).map_or(0, |found| found.len());
        fs::write(&path, "x".repeat(usize::try_from(length).unwrap() + 1)).unwrap();
    }

    fn changes_by(files: &[&str]) -> Save {
        let (folder, subject) = project();
        let before = look(&subject).unwrap();
        files.iter().for_each(|file| write(folder.path(), file));
        look(&subject).unwrap().changes_since(&before)
    }

    #[test]
    fn save_is_known_by_its_place() {
        let paths = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
        let save = changes_by(&["src/lib.rs", "src/new.rs", "templates/acme/one/{$mac}.cfg", "cases/b/device.toml"]);
        assert_eq!(save.sources, paths(&["src/lib.rs", "src/new.rs"]));
        assert_eq!(save.templates, paths(&["templates/acme/one/{$mac}.cfg"]));
        assert_eq!(save.cases, paths(&["cases/b/device.toml"]));
        assert_eq!(changes_by(&["tests/cases/a/expected"]).cases, paths(&["tests/cases/a/expected"]));
    }

    #[test]
    fn generated_files_and_drafts_are_no_saves() {
        let files = ["target/release/a", "build/acme.wasm", "node_modules/a/index.js", ".git/index", "src/.lib.rs.swp"];
        let save =
            changes_by(&[&files[..], &["src/lib.rs~", "#lib.rs#", "data/dialplate.db-wal", "tests/a.rs"]].concat());
        assert!(save.is_empty(), "{save:?}");
    }

    #[test]
    fn removed_file_is_a_save_and_lock_file_of_a_build_is_none() {
        let (folder, subject) = project();
        let mut before = look(&subject).unwrap();
        write(folder.path(), "Cargo.lock");
        fs::remove_file(folder.path().join("src/lib.rs")).unwrap();
        let after = look(&subject).unwrap();
        before.adopt_lock_files(&after);
        assert_eq!(after.changes_since(&before).sources, [PathBuf::from("src/lib.rs")]);
    }

    #[test]
    fn component_alone_is_watched_without_its_neighbours() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "acme.wasm");
        let subject = Subject::find(&folder.path().join("acme.wasm")).unwrap();
        let before = look(&subject).unwrap();
        write(folder.path(), "other.wasm");
        assert!(look(&subject).unwrap().changes_since(&before).is_empty());
        write(folder.path(), "acme.wasm");
        assert_eq!(look(&subject).unwrap().changes_since(&before).sources.len(), 1);
    }
}
