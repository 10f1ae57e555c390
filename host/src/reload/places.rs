//! Where to watch. A template or a plugin is reached through folders and links, and each of them may be changed to
//! change it: package managers and configuration managers swing a link, in the path to a root or deep within it.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

/// Below a root: `<domain>/<vendor>/<model>` and the folders that templates include from.
const DEPTH_MAX: usize = 7;
/// As the kernel: whoever needs more has made a loop.
const LINKS_MAX: usize = 40;
/// FusionPBX ships 388 folders; some hundred domains with trees of their own still fit.
const FOLDERS_MAX: usize = 50_000;

/// A folder whatever its name: device and inode.
pub(super) type Id = (u64, u64);

/// Folders, by their paths without links in them, and what counts in each.
#[derive(Default)]
pub(super) struct Places {
    /// To be watched.
    pub(super) folders: BTreeMap<PathBuf, Id>,
    /// Those of them in which every name counts.
    pub(super) whole: HashSet<PathBuf>,
    /// The names that count in the others: all on the way to the roots, and to where links lead.
    pub(super) names: HashSet<PathBuf>,
    /// Whether there are more folders than these.
    full: bool,
}

impl Places {
    /// Whether a change at this path may be one of templates or plugins.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        let in_whole = path.parent().is_some_and(|parent| self.whole.contains(parent));
        in_whole || self.whole.contains(path) || self.names.contains(path)
    }

    /// Why these are not all.
    pub(super) fn lack(&self) -> Option<String> {
        let advice = "name template folders that hold nothing else";
        self.full.then(|| format!("there are more than {FOLDERS_MAX} folders to watch; {advice}"))
    }

    /// Everything from which the templates below `roots` and the components in `plugins` are reached.
    pub(super) fn of<'a>(roots: impl Iterator<Item = &'a PathBuf>, plugins: &Path) -> Self {
        let mut places = Self::default();
        for root in roots {
            places.follow(root, &mut 0);
            places.add_tree(root, 0);
        }
        places.follow(plugins, &mut 0);
        places.add_tree(plugins, DEPTH_MAX);
        places
    }

    /// Walks a path and notes each name on it, and where its links lead.
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
            self.names.insert(reached.clone());
            if let Ok(target) = fs::read_link(&reached) {
                *links += 1;
                if *links < LINKS_MAX {
                    self.follow(&parent.join(target), links);
                }
            }
        }
    }

    /// The folder, those in it, and what its links lead to.
    fn add_tree(&mut self, folder: &Path, depth: usize) {
        let Ok(folder) = folder.canonicalize() else { return };
        if self.whole.contains(&folder) || !self.add_folder(&folder) {
            return;
        }
        self.whole.insert(folder.clone());
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
        if self.folders.contains_key(folder) {
            return true;
        }
        let Ok(found) = fs::metadata(folder) else { return false };
        self.full = self.folders.len() >= FOLDERS_MAX;
        if !self.full {
            self.folders.insert(folder.to_owned(), (found.dev(), found.ino()));
        }
        !self.full
    }
}

#[cfg(test)]
mod tests {
    use super::super::watch::Watch;
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn every_name_on_the_way_to_a_template_counts_and_its_neighbours_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        fs::create_dir_all(base.join("release-1/templates/acme/a1")).unwrap();
        fs::create_dir_all(base.join("shared")).unwrap();
        fs::create_dir_all(base.join("opt/plugins")).unwrap();
        fs::write(base.join("shared/x.cfg"), "").unwrap();
        symlink("release-1", base.join("current")).unwrap();
        symlink("../../../../shared/x.cfg", base.join("release-1/templates/acme/a1/x.cfg")).unwrap();
        let places = Places::of([base.join("current/templates")].iter(), &base.join("opt/plugins"));
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
    fn links_that_lead_in_circles_end() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path();
        symlink("b", base.join("a")).unwrap();
        symlink("a", base.join("b")).unwrap();
        symlink(".", base.join("self")).unwrap();
        let places = Places::of([base.to_owned(), base.join("a")].iter(), base);
        assert!(places.folders.len() < 10);
    }

    #[test]
    fn more_folders_than_are_watched_are_a_lack_of_the_watch() {
        let folder = tempfile::tempdir().unwrap();
        let mut places = Places::default();
        let mut watch = Watch::start();
        places.folders = (1..FOLDERS_MAX).map(|number| (PathBuf::from(number.to_string()), (0, 0))).collect();
        places.add_tree(folder.path(), 0);
        assert_eq!(places.lack(), None, "as many as there may be");
        fs::create_dir(folder.path().join("vendor")).unwrap();
        places.whole.clear();
        places.add_tree(folder.path(), 0);
        places.folders.clear();
        watch.set(places);
        assert!(watch.lacks.is_some_and(|lack| lack.contains("more than 50000 folders")));
    }
}
