//! The search path: template roots of which the first that has a folder answers for it, and what an administrator puts
//! over single files of theirs.

use super::folder::{self, Error, TemplateFile, TemplateName};
use super::walk::{self, Folders};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where templates are looked for.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct SearchPath {
    /// The first that has a folder answers for it.
    pub roots: Vec<PathBuf>,
    /// The administrator's own, laid out like a root: a file in it replaces the one of the same folder and name,
    /// wherever that folder is, or is added to it. It survives whatever replaces the roots.
    pub custom: Option<PathBuf>,
}

impl From<Vec<PathBuf>> for SearchPath {
    fn from(roots: Vec<PathBuf>) -> Self {
        Self { roots, custom: None }
    }
}

impl SearchPath {
    /// Every folder of it, the administrator's own last.
    pub fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.roots.iter().chain(&self.custom)
    }
}

/// The template folders found below the search path when it was last looked through.
#[derive(Clone, PartialEq, Eq)]
pub struct Tree {
    path: SearchPath,
    folders: Folders,
}

/// Where a device's templates are.
#[derive(Clone)]
pub struct TemplateLocation {
    pub name: TemplateName,
    /// The folders that make it up: of two files of one name the later folder's counts.
    layers: Vec<PathBuf>,
    /// Whether the tree knows the folder, and so does whatever was prepared from the tree. A folder elsewhere, or
    /// new since the tree was looked through, is not in it.
    pub in_tree: bool,
}

impl TemplateLocation {
    /// Its template files; `None` when the folder has gone.
    pub fn read(&self) -> Result<Option<Vec<TemplateFile>>, Error> {
        folder::read(&self.layers, &self.name)
    }

    pub fn has(&self, file: &str) -> bool {
        self.path(file).is_some()
    }

    /// One of its files as it stands.
    pub fn read_file(&self, file: &str) -> Result<Option<Vec<u8>>, Error> {
        self.path(file).map(|path| folder::read_file(&path)).transpose()
    }

    fn path(&self, file: &str) -> Option<PathBuf> {
        let file = TemplateName::parse(file)?;
        self.layers.iter().rev().map(|layer| layer.join(file.as_str())).find(|path| path.is_file())
    }
}

impl Tree {
    /// The search path before it was looked through.
    pub(super) fn unread(path: SearchPath) -> Self {
        Self { path, folders: BTreeMap::new() }
    }

    /// The first of the search path's own folders that cannot be read at all.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.path.folders().try_for_each(|root| folder::entries(root).map(drop))
    }

    /// Looks through the search path again. Of what cannot be read, and is named among the errors, what was known is
    /// still there.
    pub(super) fn scan(&self) -> (Self, Vec<Error>) {
        let mut errors = Vec::new();
        let mut below = |root: &Path| walk::below(root, &self.folders, &mut errors);
        let mut tree = Self::unread(self.path.clone());
        for root in &self.path.roots {
            for name in below(root) {
                let layer = root.join(&name);
                tree.folders.entry(name).or_insert_with(|| vec![layer]);
            }
        }
        if let Some(custom) = &self.path.custom {
            let mut names: Vec<_> = below(custom).into_iter().collect();
            // What is for all comes before what is for one domain, which lies over it.
            names.sort_by_key(|name| name.matches('/').count());
            for name in names {
                let takes_over = |domain: &str| self.path.roots.iter().any(|root| tree.knows_domain(root, domain));
                let for_all = name.split_once('/').filter(|(domain, _)| !takes_over(domain));
                let below = for_all.and_then(|(_, name)| tree.folders.get(name)).cloned().unwrap_or_default();
                tree.folders.entry(name.clone()).or_insert(below).push(custom.join(name));
            }
        }
        (tree, errors)
    }

    /// Takes a folder as it is there.
    pub(super) fn take(&mut self, other: &Self, name: &TemplateName) {
        match other.folders.get(name.as_str()) {
            Some(layers) => drop(self.folders.insert(name.as_str().to_owned(), layers.clone())),
            None => drop(self.folders.remove(name.as_str())),
        }
    }

    /// The folders by their names, each with the folders that make it up.
    pub(super) fn folders(&self) -> impl Iterator<Item = (TemplateName, &[PathBuf])> {
        self.folders.iter().filter_map(|(name, layers)| Some((TemplateName::parse(name)?, layers.as_slice())))
    }

    /// The folders that make up the one of that name.
    pub(super) fn layers(&self, name: &TemplateName) -> &[PathBuf] {
        self.folders.get(name.as_str()).map_or(&[], Vec::as_slice)
    }

    /// One file by its path below the search path, the administrator's own before all others.
    pub fn read_file(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(path) = TemplateName::parse(path) else { return Ok(None) };
        let folders = self.path.custom.iter().chain(&self.path.roots);
        let found = folders.map(|root| root.join(path.as_str())).find(|path| path.is_file());
        found.map(|path| folder::read_file(&path)).transpose()
    }

    /// Finds a device's templates. `template_dir` is the setting of that name, which replaces the roots. A folder
    /// named like the domain in a root takes over entirely: what is not in it is nowhere.
    ///
    /// Over that lies the administrator's own folder of the same name, and over both the one that is in there for the
    /// domain alone.
    pub fn locate(&self, template: &str, domain: &str, template_dir: Option<&Path>) -> Option<TemplateLocation> {
        let mut name = TemplateName::parse(template)?;
        let domain = TemplateName::parse(domain).filter(|domain| !domain.as_str().contains('/'));
        let mut layers = Vec::new();
        let mut takes_over = false;
        for root in template_dir.into_iter().chain(self.roots(template_dir)) {
            if let Some(domain) = domain.as_ref().filter(|domain| self.has_domain(root, domain.as_str(), template_dir))
            {
                name = name.of_domain(domain);
                takes_over = true;
            }
            layers.extend(Some(root.join(name.as_str())).filter(|path| self.has(&name, path, template_dir)));
            if takes_over || !layers.is_empty() {
                break;
            }
        }
        layers.extend(self.custom(&name));
        if let Some(for_domain) = domain.filter(|_| !takes_over).map(|domain| name.of_domain(&domain))
            && let Some(layer) = self.custom(&for_domain)
        {
            layers.push(layer);
            name = for_domain;
        }
        let in_tree = self.folders.get(name.as_str()) == Some(&layers);
        (!layers.is_empty()).then_some(TemplateLocation { name, layers, in_tree })
    }

    /// The administrator's own folder of that name.
    fn custom(&self, name: &TemplateName) -> Option<PathBuf> {
        let path = self.path.custom.as_ref()?.join(name.as_str());
        self.has(name, &path, None).then_some(path)
    }

    /// Whether a folder was there when the tree was looked through: what is new since may be half a folder, and what
    /// is gone serves on. Where the setting `template_dir` leads, nobody has looked.
    fn has(&self, name: &TemplateName, path: &Path, template_dir: Option<&Path>) -> bool {
        let known = self.folders.get(name.as_str()).is_some_and(|layers| layers.iter().any(|layer| layer == path));
        known || template_dir.is_some() && path.is_dir()
    }

    /// The same for a domain's own folder in a root.
    fn has_domain(&self, root: &Path, domain: &str, template_dir: Option<&Path>) -> bool {
        self.knows_domain(root, domain) || template_dir.is_some() && root.join(domain).is_dir()
    }

    fn knows_domain(&self, root: &Path, domain: &str) -> bool {
        let (folder, prefix) = (root.join(domain), format!("{domain}/"));
        let mut within = self.folders.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix));
        within.any(|(_, layers)| layers.iter().any(|layer| layer.starts_with(&folder)))
    }

    /// The roots, unless something replaces them.
    fn roots(&self, replaced: Option<&Path>) -> impl Iterator<Item = &Path> {
        self.path.roots.iter().filter(move |_| replaced.is_none()).map(PathBuf::as_path)
    }
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

    fn looked(path: impl Into<SearchPath>) -> Disk {
        Disk::scan(path.into(), &|_, _| false).unwrap().0
    }

    fn scanned(path: impl Into<SearchPath>) -> Tree {
        looked(path).tree().clone()
    }

    /// What is prepared of a folder.
    fn texts(tree: &Tree, folder: &str) -> Vec<TemplateFile> {
        looked(tree.path.clone()).texts().of(&|name| name == folder)
    }

    fn found(tree: &Tree, template: &str, domain: &str) -> Option<String> {
        let found = tree.locate(template, domain, None)?;
        Some(format!("{}{}", if found.in_tree { "" } else { "new " }, found.name.as_str()))
    }

    #[test]
    fn the_first_root_that_has_a_folder_answers_for_it() {
        let (first, second) = (root(&["yealink/t46u/a"]), root(&["yealink/t46u/b", "yealink/t54w/c"]));
        let tree = scanned(vec![first.path().to_owned(), second.path().to_owned()]);
        let files = |folder| texts(&tree, folder).into_iter().map(|file| file.file).collect::<Vec<_>>();
        assert_eq!([files("yealink/t46u"), files("yealink/t54w")], [["a"], ["c"]]);
        assert_eq!(found(&tree, "yealink/t54w", "pbx.example.net").as_deref(), Some("yealink/t54w"));
    }

    #[test]
    fn a_folder_named_like_the_domain_takes_over_entirely() {
        let root = root(&["yealink/t46u/a", "yealink/t54w/a", "pbx.example.net/yealink/t46u/a"]);
        let tree = scanned(vec![root.path().to_owned()]);
        assert_eq!(found(&tree, "yealink/t46u", "pbx.example.net").as_deref(), Some("pbx.example.net/yealink/t46u"));
        assert_eq!(found(&tree, "yealink/t54w", "pbx.example.net"), None);
        assert_eq!(found(&tree, "yealink/t54w", "other.example.net").as_deref(), Some("yealink/t54w"));
    }

    #[test]
    fn a_folder_that_is_new_is_there_with_the_next_look() {
        let root = root(&["yealink/t46u/a"]);
        let tree = scanned(vec![root.path().to_owned()]);
        std::fs::create_dir_all(root.path().join("yealink/t99")).unwrap();
        std::fs::write(root.path().join("yealink/t99/a"), "x").unwrap();
        assert_eq!(found(&tree, "yealink/t99", "d"), None);
        assert_eq!(found(&tree.scan().0, "yealink/t99", "d").as_deref(), Some("yealink/t99"));
    }

    #[test]
    fn template_dir_replaces_the_search_path() {
        let (path, other) = (root(&["yealink/t46u/a"]), root(&["yealink/t46u/b"]));
        let tree = scanned(vec![path.path().to_owned()]);
        let found = tree.locate("yealink/t46u", "d", Some(other.path())).unwrap();
        assert_eq!(found.read().unwrap().unwrap()[0].file, "b");
    }

    #[test]
    fn a_templates_folders_belong_to_it_and_a_vendors_models_do_not() {
        let root = root(&["yealink/README", "yealink/t46u/a", "yealink/t46u/parts/b"]);
        let name = |text| folder::TemplateName::parse(text).unwrap();
        let files = |text| folder::read(&[root.path().join(text)], &name(text)).unwrap().unwrap();
        let names: Vec<_> = files("yealink/t46u").into_iter().map(|file| file.file).collect();
        assert_eq!(names, ["a", "parts/b"]);
        assert_eq!(files("yealink").len(), 1);
    }

    /// The files of a device's folder by what is in them, after the folder's name.
    fn shown(tree: &Tree, template: &str, domain: &str, template_dir: Option<&Path>) -> String {
        let found = tree.locate(template, domain, template_dir).unwrap();
        let new = if found.in_tree { "" } else { "new " };
        let files = found.read().unwrap().unwrap();
        let prepared = texts(tree, found.name.as_str());
        assert!(!found.in_tree || files == prepared, "what is prepared is what is there");
        let sources: Vec<_> = files.iter().map(|file| String::from_utf8_lossy(&file.source).into_owned()).collect();
        format!("{new}{}: {}", found.name.as_str(), sources.join(" "))
    }

    #[test]
    fn a_file_of_the_administrators_own_replaces_the_one_of_its_name_alone() {
        let base = root(&["yealink/t46u/a", "yealink/t46u/b", "yealink/t54w/a", "own.net/yealink/t46u/a"]);
        let custom = root(&["x"]);
        let put = |file: &str| {
            let path = custom.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("custom:{file}")).unwrap();
        };
        for file in
            ["yealink/t46u/b", "yealink/t46u/c", "blue.net/yealink/t46u/a", "own.net/yealink/t46u/z", "acme/a1/x"]
        {
            put(file);
        }
        let path = SearchPath { roots: vec![base.path().to_owned()], custom: Some(custom.path().to_owned()) };
        let tree = scanned(path);
        for (template, domain, files) in [
            ("yealink/t46u", "red.net", "yealink/t46u: yealink/t46u/a custom:yealink/t46u/b custom:yealink/t46u/c"),
            (
                "yealink/t46u",
                "blue.net",
                "blue.net/yealink/t46u: custom:blue.net/yealink/t46u/a custom:yealink/t46u/b custom:yealink/t46u/c",
            ),
            // A domain's tree takes over entirely: what is for all lies over what is for all alone.
            ("yealink/t46u", "own.net", "own.net/yealink/t46u: own.net/yealink/t46u/a custom:own.net/yealink/t46u/z"),
            ("yealink/t54w", "blue.net", "yealink/t54w: yealink/t54w/a"),
            ("acme/a1", "red.net", "acme/a1: custom:acme/a1/x"),
        ] {
            assert_eq!(shown(&tree, template, domain, None), files);
        }
        let elsewhere = root(&["yealink/t46u/b", "yealink/t46u/d"]);
        assert_eq!(
            shown(&tree, "yealink/t46u", "red.net", Some(elsewhere.path())),
            "new yealink/t46u: custom:yealink/t46u/b custom:yealink/t46u/c yealink/t46u/d"
        );
        put("yealink/t54w/b");
        assert_eq!(
            shown(&tree.scan().0, "yealink/t54w", "red.net", None),
            "yealink/t54w: yealink/t54w/a custom:yealink/t54w/b"
        );
    }

    #[test]
    fn links_are_followed_and_those_that_lead_nowhere_are_not_there() {
        let root = root(&["yealink/t46u/a"]);
        let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, root.path().join(from)).unwrap();
        link("t46u", "yealink/t48u");
        link("a", "yealink/t46u/b");
        link("nowhere", "yealink/t46u/c");
        link("nowhere", "yealink/t49u");
        link("..", "yealink/loop");
        let tree = scanned(vec![root.path().to_owned()]);
        assert_eq!(shown(&tree, "yealink/t48u", "d", None), "yealink/t48u: yealink/t46u/a yealink/t46u/a");
        assert!(tree.locate("yealink/t49u", "d", None).is_none());
    }

    #[test]
    fn pictures_are_no_templates_and_are_there_all_the_same() {
        let root = root(&["yealink/t46u/a", "yealink/t46u/logo.PNG"]);
        let tree = scanned(vec![root.path().to_owned()]);
        assert_eq!(texts(&tree, "yealink/t46u").len(), 1);
        let found = tree.locate("yealink/t46u", "d", None).unwrap();
        assert!(found.read_file("logo.PNG").unwrap().is_some() && found.read_file("logo.gif").unwrap().is_none());
        assert!(found.read_file("../t46u/a").unwrap().is_none());
    }

    #[test]
    fn a_root_that_is_not_there_is_named() {
        let error = Disk::scan(vec!["/nowhere/at/all".into()].into(), &|_, _| false).err().unwrap();
        assert!(error.to_string().contains("/nowhere/at/all"));
    }
}
