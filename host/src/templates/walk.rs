//! Which folders below a root hold files.

use super::folder::{self, Error, Kind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// `<domain>/<vendor>/<model>` is as deep as FusionPBX looks; one more does no harm.
const DEPTH_MAX: usize = 4;
/// FusionPBX ships 388 folders; a tree for each of some hundred domains still fits.
const FOLDERS_MAX: usize = 50_000;

/// Folder name to the folders that make it up.
pub(super) type Folders = BTreeMap<String, Vec<PathBuf>>;

/// The names of the folders below a root that hold files. Of what cannot be read, and is named among the errors, those
/// that were known before are still there.
pub(super) fn below(root: &Path, before: &Folders, errors: &mut Vec<Error>) -> BTreeSet<String> {
    let mut walk = Walk { root, before, found: BTreeSet::new(), errors };
    walk.descend(root, "", 0);
    if walk.found.len() > FOLDERS_MAX {
        walk.errors.push(Error::FolderTooLarge(root.to_owned()));
        walk.found.clear();
        walk.keep("");
    }
    walk.found
}

/// One walk through a root, for the names of the folders below it that hold files.
struct Walk<'a> {
    root: &'a Path,
    before: &'a Folders,
    found: BTreeSet<String>,
    errors: &'a mut Vec<Error>,
}

impl Walk<'_> {
    fn descend(&mut self, path: &Path, name: &str, depth: usize) {
        match self.children(path, depth) {
            // Gone since its parent was read.
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
        let children = folder::entries(path)?;
        // A volume that is not mounted leaves an empty folder behind.
        let emptied = depth == 0 && children.is_empty() && self.known("").next().is_some();
        if emptied { Err(Error::Emptied(path.to_owned())) } else { Ok(children) }
    }

    /// Takes note of what lies in the folder of that name.
    fn add(&mut self, name: &str, child: &Path, child_name: &str, depth: usize) {
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

    /// What was known of a folder and those in it is still there.
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
