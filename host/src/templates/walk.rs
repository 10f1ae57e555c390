//! Finds the folders below a root that contain files.

use super::folder::{self, Error, Kind};
use crate::files::{NoAnswer, Progress};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// FusionPBX uses at most `<domain>/<vendor>/<model>`; one more level is harmless.
const DEPTH_MAX: usize = 4;
/// FusionPBX ships 388 folders; separate trees for some hundred domains still fit.
const FOLDERS_MAX: usize = 50_000;

/// Template folder name to its layers.
pub(super) type Folders = BTreeMap<String, Vec<PathBuf>>;

/// The names of the folders below a root that contain files. Folders that cannot be read are among the errors, and keep
/// their previous entries.
pub(super) fn below(root: &Path, before: &Folders, progress: &Progress, errors: &mut Vec<Error>) -> BTreeSet<String> {
    let mut walk = Walk { root, before, progress, found: BTreeSet::new(), errors };
    walk.descend(root, "", 0);
    if walk.found.len() > FOLDERS_MAX {
        walk.errors.push(Error::FolderTooLarge(root.to_owned()));
        walk.found.clear();
        walk.keep("");
    }
    walk.found
}

/// One walk through a root for the names of the folders that contain files.
struct Walk<'a> {
    root: &'a Path,
    before: &'a Folders,
    progress: &'a Progress,
    found: BTreeSet<String>,
    errors: &'a mut Vec<Error>,
}

impl Walk<'_> {
    fn descend(&mut self, path: &Path, name: &str, depth: usize) {
        match self.children(path, depth) {
            // Removed since its parent was read.
            Err(error) if depth > 0 && error.is_absence() => {}
            Err(error) => {
                self.errors.push(error);
                self.keep(name);
            }
            Ok(children) => {
                for (child, child_path) in children {
                    let child_name = if name.is_empty() { child } else { format!("{name}/{child}") };
                    self.add(name, &child_path, &child_name, depth);
                }
            }
        }
    }

    fn children(&self, path: &Path, depth: usize) -> Result<Vec<(String, PathBuf)>, Error> {
        if !self.progress.enter(path) {
            return Err(NoAnswer(path.to_owned()).into());
        }
        let children = folder::entries(path)?;
        // An unmounted volume leaves an empty folder.
        let emptied = depth == 0 && children.is_empty() && self.known("").next().is_some();
        if emptied { Err(Error::Emptied(path.to_owned())) } else { Ok(children) }
    }

    /// Records the entries of the folder of that name.
    fn add(&mut self, name: &str, child: &Path, child_name: &str, depth: usize) {
        self.progress.enter(child);
        let kind = folder::kind(child);
        if kind == Some(Kind::Folder) && depth < DEPTH_MAX && self.found.len() <= FOLDERS_MAX {
            self.descend(child, child_name, depth + 1);
        }
        if kind == Some(Kind::Unreadable) {
            self.keep(child_name);
        }
        if matches!(kind, Some(Kind::File | Kind::Unreadable)) && !name.is_empty() {
            self.found.insert(name.to_owned());
        }
    }

    /// Keeps the previous entries of a folder and its subfolders.
    fn keep(&mut self, name: &str) {
        let known: Vec<_> = self.known(name).cloned().collect();
        self.found.extend(known);
    }

    fn known(&self, name: &str) -> impl Iterator<Item = &String> {
        let within = self.before.range(name.to_owned()..).take_while(move |(known, _)| known.starts_with(name));
        let here = |known: &str, layers: &[PathBuf]| layers.contains(&self.root.join(known));
        within
            .filter(move |(known, layers)| Path::new(known).starts_with(name) && here(known, layers))
            .map(|(known, _)| known)
    }
}
