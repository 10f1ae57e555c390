//! Which folders to watch. The path to a template or a plugin consists of folders and links, and a change of any of
//! them changes the file: package and configuration managers replace a link, in the path to a root or below it.

use crate::files::Progress;
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// Below a root: `<domain>/<vendor>/<model>` and the folders that templates include from.
const DEPTH_MAX: usize = 7;
/// The kernel's own limit: a path with more links is a loop.
const LINKS_MAX: usize = 40;
/// FusionPBX ships 388 folders; some hundred domains with trees of their own still fit.
const FOLDERS_MAX: usize = 50_000;

/// Identifies a folder independently of its name: device and inode.
pub(super) type Id = (u64, u64);

/// The folders to watch, by their paths without links, and which names matter in each.
#[derive(Default)]
pub(super) struct Places {
    /// To be watched.
    pub(super) folders: BTreeMap<PathBuf, Id>,
    /// The folders in which every name matters.
    pub(super) whole: HashSet<PathBuf>,
    /// The names that matter in the other folders: those on the path to a root, or to the target of a link.
    pub(super) names: HashSet<PathBuf>,
    /// There are more folders than `FOLDERS_MAX`.
    full: bool,
}

impl Places {
    /// Whether a change at this path may change a template or a plugin.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        let in_whole = path.parent().is_some_and(|parent| self.whole.contains(parent));
        in_whole || self.whole.contains(path) || self.names.contains(path)
    }

    /// Why some folders are missing.
    pub(super) fn lack(&self) -> Option<String> {
        let advice = "use template folders that contain only templates";
        self.full.then(|| format!("there are more than {FOLDERS_MAX} folders to watch; {advice}"))
    }

    /// All places on the paths to the templates below `roots` and to the components in `plugins`. Folders that do not
    /// answer are left out.
    pub(super) fn of<'a>(roots: impl Iterator<Item = &'a PathBuf>, plugins: &Path, progress: &Progress) -> Self {
        let mut walk = Walk { places: Self::default(), progress };
        for (root, depth) in roots.map(|root| (root.as_path(), 0)).chain([(plugins, DEPTH_MAX)]) {
            if progress.enter(root) {
                walk.follow(root, &mut 0);
                walk.add_tree(root, depth);
            }
        }
        walk.places
    }
}

/// One walk through all folders.
struct Walk<'a> {
    places: Places,
    progress: &'a Progress,
}

impl Walk<'_> {
    /// Adds every name on a path, and on the paths that its links lead to.
    fn follow(&mut self, path: &Path, links: &mut usize) {
        let Ok(path) = std::path::absolute(path) else { return };
        let mut reached = PathBuf::new();
        for part in path.components() {
            let Component::Normal(name) = part else {
                reached.push(part);
                continue;
            };
            let Ok(parent) = reached.canonicalize() else { return };
            if !self.add_folder(&parent) {
                return;
            }
            reached = parent.join(name);
            self.places.names.insert(reached.clone());
            if let Ok(target) = fs::read_link(&reached) {
                *links += 1;
                if *links < LINKS_MAX {
                    self.follow(&parent.join(target), links);
                }
            }
        }
    }

    /// Adds a folder, its subfolders, and the targets of its links.
    fn add_tree(&mut self, folder: &Path, depth: usize) {
        if !self.progress.enter(folder) {
            return;
        }
        let Ok(folder) = folder.canonicalize() else { return };
        if self.places.whole.contains(&folder) || !self.add_folder(&folder) {
            return;
        }
        self.places.whole.insert(folder.clone());
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            if kind.is_symlink() {
                self.follow(&path, &mut 0);
            }
            if depth < DEPTH_MAX && (kind.is_dir() || kind.is_symlink() && path.is_dir()) {
                self.add_tree(&path, depth + 1);
            }
        }
    }

    fn add_folder(&mut self, folder: &Path) -> bool {
        let places = &mut self.places;
        if places.folders.contains_key(folder) {
            return true;
        }
        let Ok(found) = fs::metadata(folder) else { return false };
        places.full = places.folders.len() >= FOLDERS_MAX;
        if !places.full {
            places.folders.insert(folder.to_owned(), (found.dev(), found.ino()));
        }
        !places.full
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn every_name_on_a_templates_path_matters_neighbours_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("release-1/templates/acme/a1")).unwrap();
        fs::create_dir_all(base.join("shared")).unwrap();
        fs::create_dir_all(base.join("opt/plugins")).unwrap();
        fs::write(base.join("shared/x.cfg"), "").unwrap();
        symlink("release-1", base.join("current")).unwrap();
        symlink("../../../../shared/x.cfg", base.join("release-1/templates/acme/a1/x.cfg")).unwrap();
        let places =
            Places::of([base.join("current/templates")].iter(), &base.join("opt/plugins"), &Progress::default());
        for path in [
            "current",
            "release-1/templates/acme/a1/new",
            "release-1/templates/acme",
            "shared/x.cfg",
            "shared",
            "opt/plugins/b",
            "opt",
        ] {
            assert!(places.concerns(&base.join(path)), "{path}");
        }
        for path in ["other", "release-1/other", "shared/y.cfg", "opt/other"] {
            assert!(!places.concerns(&base.join(path)), "{path}");
        }
    }

    #[test]
    fn circular_links_end() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        symlink("b", base.join("a")).unwrap();
        symlink("a", base.join("b")).unwrap();
        symlink(".", base.join("self")).unwrap();
        let places = Places::of([base.to_owned(), base.join("a")].iter(), base, &Progress::default());
        assert!(places.folders.len() < 10);
    }

    #[test]
    fn too_many_folders_are_reported_as_unwatched() {
        let folder = tempfile::tempdir().unwrap();
        let folders = (1..FOLDERS_MAX).map(|number| (PathBuf::from(number.to_string()), (0, 0))).collect();
        let places = Places { folders, ..Places::default() };
        let mut walk = Walk { places, progress: &Progress::default() };
        walk.add_tree(folder.path(), 0);
        assert_eq!(walk.places.lack(), None, "as many as there may be");
        fs::create_dir(folder.path().join("vendor")).unwrap();
        walk.places.whole.clear();
        walk.add_tree(folder.path(), 0);
        assert!(walk.places.lack().is_some_and(|lack| lack.contains("more than 50000 folders")));
    }
}
