//! The search path: template roots of which the first that has a folder answers for it.

use super::folder::{self, Error, TemplateName};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// `<domain>/<vendor>/<model>` is as deep as FusionPBX looks; one more does no harm.
const DEPTH_MAX: usize = 4;
/// FusionPBX ships 388 folders; a tree for each of some hundred domains still fits.
const FOLDERS_MAX: usize = 50_000;

/// The template folders found below the roots when they were last looked through.
#[derive(Clone, PartialEq, Eq)]
pub struct Tree {
    roots: Vec<PathBuf>,
    /// Folder name to the root that answers for it.
    folders: BTreeMap<String, usize>,
}

/// Where a device's templates are.
#[derive(Clone)]
pub struct Located {
    pub root: PathBuf,
    pub name: TemplateName,
    /// Whether the tree knows the folder, and so does whatever was prepared from the tree. A folder elsewhere, or
    /// new since the tree was looked through, is not in it.
    pub in_tree: bool,
}

impl Tree {
    /// Looks through the roots. A root that is not there is an error: it was named by somebody.
    pub fn scan(roots: Vec<PathBuf>) -> Result<Self, Error> {
        let mut folders = BTreeMap::new();
        for (index, root) in roots.iter().enumerate() {
            let mut found = Vec::new();
            descend(root, "", 0, &mut found)?;
            for name in found {
                folders.entry(name).or_insert(index);
            }
        }
        Ok(Self { roots, folders })
    }

    /// The folders by their names, each with the root that answers for it.
    pub(super) fn folders(&self) -> impl Iterator<Item = (TemplateName, &Path)> {
        self.folders.iter().filter_map(|(name, root)| Some((TemplateName::parse(name)?, self.roots[*root].as_path())))
    }

    /// One file by its path below the root, from the first root that has it.
    pub fn read_file(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(path) = TemplateName::parse(path) else { return Ok(None) };
        let found = self.roots.iter().map(|root| root.join(path.as_str())).find(|path| path.is_file());
        found.map(|path| folder::read_file(&path)).transpose()
    }

    /// Finds a device's templates. `template_dir` is the setting of that name, which replaces the search path. A
    /// folder named like the domain in the root takes over entirely: what is not in it is nowhere.
    pub fn locate(&self, template: &str, domain: &str, template_dir: Option<&Path>) -> Option<Located> {
        let name = TemplateName::parse(template)?;
        let domain = TemplateName::parse(domain).filter(|domain| !domain.as_str().contains('/'));
        if let Some(root) = template_dir.filter(|root| !self.roots.iter().any(|known| known == root)) {
            let (name, _) = in_domain(root, &name, domain.as_ref());
            return Some(Located { root: root.to_owned(), name, in_tree: false });
        }
        for (index, root) in self.roots.iter().enumerate() {
            let (name, whole) = in_domain(root, &name, domain.as_ref());
            let in_tree = self.folders.get(name.as_str()) == Some(&index);
            if in_tree || root.join(name.as_str()).is_dir() {
                return Some(Located { root: root.clone(), name, in_tree });
            }
            if whole {
                return None;
            }
        }
        None
    }
}

/// The template's name below a root, and whether a folder of the domain's own takes the root over.
fn in_domain(root: &Path, name: &TemplateName, domain: Option<&TemplateName>) -> (TemplateName, bool) {
    match domain {
        Some(domain) if root.join(domain.as_str()).is_dir() => (name.of_domain(domain), true),
        _ => (name.clone(), false),
    }
}

/// Collects the names of the folders below `path` that hold files.
fn descend(path: &Path, name: &str, depth: usize, found: &mut Vec<String>) -> Result<(), Error> {
    let mut has_files = false;
    let children = match folder::entries(path) {
        // Gone since its parent was read.
        Err(Error::Read { source, .. }) if depth > 0 && source.kind() == ErrorKind::NotFound => return Ok(()),
        children => children?,
    };
    for (child, child_path) in children {
        if child_path.is_file() {
            has_files = true;
        } else if depth < DEPTH_MAX && !child.starts_with('.') && child_path.is_dir() {
            let child_name = if name.is_empty() { child } else { format!("{name}/{child}") };
            descend(&child_path, &child_name, depth + 1, found)?;
        }
    }
    if has_files && !name.is_empty() {
        found.push(name.to_owned());
    }
    if found.len() > FOLDERS_MAX { Err(Error::FolderTooLarge(path.to_owned())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::super::Disk;
    use super::*;

    fn root(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let path = root.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file).unwrap();
        }
        root
    }

    fn found(tree: &Tree, template: &str, domain: &str) -> Option<String> {
        let found = tree.locate(template, domain, None)?;
        Some(format!("{}{}", if found.in_tree { "" } else { "new " }, found.name.as_str()))
    }

    #[test]
    fn the_first_root_that_has_a_folder_answers_for_it() {
        let (first, second) = (root(&["yealink/t46u/a"]), root(&["yealink/t46u/b", "yealink/t54w/c"]));
        let tree = Tree::scan(vec![first.path().to_owned(), second.path().to_owned()]).unwrap();
        let (disk, _) = Disk::default().read(&tree, &|_, _| false);
        let files: Vec<_> = disk.texts().of(&|_| true).into_iter().map(|file| file.file).collect();
        assert_eq!(files, ["a", "c"]);
        assert_eq!(found(&tree, "yealink/t54w", "pbx.example.net").as_deref(), Some("yealink/t54w"));
    }

    #[test]
    fn a_folder_named_like_the_domain_takes_over_entirely() {
        let root = root(&["yealink/t46u/a", "yealink/t54w/a", "pbx.example.net/yealink/t46u/a"]);
        let tree = Tree::scan(vec![root.path().to_owned()]).unwrap();
        assert_eq!(found(&tree, "yealink/t46u", "pbx.example.net").as_deref(), Some("pbx.example.net/yealink/t46u"));
        assert_eq!(found(&tree, "yealink/t54w", "pbx.example.net"), None);
        assert_eq!(found(&tree, "yealink/t54w", "other.example.net").as_deref(), Some("yealink/t54w"));
    }

    #[test]
    fn a_folder_that_is_new_is_found_at_once() {
        let root = root(&["yealink/t46u/a"]);
        let tree = Tree::scan(vec![root.path().to_owned()]).unwrap();
        std::fs::create_dir_all(root.path().join("yealink/t99")).unwrap();
        std::fs::write(root.path().join("yealink/t99/a"), "x").unwrap();
        assert_eq!(found(&tree, "yealink/t99", "d").as_deref(), Some("new yealink/t99"));
    }

    #[test]
    fn template_dir_replaces_the_search_path() {
        let (path, other) = (root(&["yealink/t46u/a"]), root(&["yealink/t46u/b"]));
        let tree = Tree::scan(vec![path.path().to_owned()]).unwrap();
        let found = tree.locate("yealink/t46u", "d", Some(other.path())).unwrap();
        assert_eq!(folder::read(&found.root, &found.name).unwrap().unwrap()[0].file, "b");
    }

    #[test]
    fn a_templates_folders_belong_to_it_and_a_vendors_models_do_not() {
        let root = root(&["yealink/README", "yealink/t46u/a", "yealink/t46u/parts/b"]);
        let name = |text| folder::TemplateName::parse(text).unwrap();
        let files = |text| folder::read(root.path(), &name(text)).unwrap().unwrap();
        let names: Vec<_> = files("yealink/t46u").into_iter().map(|file| file.file).collect();
        assert_eq!(names, ["a", "parts/b"]);
        assert_eq!(files("yealink").len(), 1);
    }

    #[test]
    fn a_root_that_is_not_there_is_named() {
        let error = Tree::scan(vec!["/nowhere/at/all".into()]).err().unwrap();
        assert!(error.to_string().contains("/nowhere/at/all"));
    }
}
