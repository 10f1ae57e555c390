//! The search path: the template roots, of which the first that contains a folder provides it, and the administrator's
//! custom folder, which replaces single files.

use super::folder::{self, Error, TemplateFile, TemplateName};
use super::walk::{self, Folders};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folders that are searched for templates.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct SearchPath {
    /// The first root that contains a folder provides it.
    pub roots: Vec<PathBuf>,
    /// The administrator's custom folder, laid out like a root: a file in it replaces the file of the same folder and
    /// name, or is added to that folder. It also applies where another folder replaces the roots.
    pub custom: Option<PathBuf>,
}

impl From<Vec<PathBuf>> for SearchPath {
    fn from(roots: Vec<PathBuf>) -> Self {
        Self { roots, custom: None }
    }
}

impl SearchPath {
    /// All its folders, the custom folder last.
    pub fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.roots.iter().chain(&self.custom)
    }
}

/// The template folders that the last scan of the search path found.
#[derive(Clone, PartialEq, Eq)]
pub struct Tree {
    path: SearchPath,
    folders: Folders,
}

/// The location of a device's templates.
#[derive(Clone)]
pub struct TemplateLocation {
    pub name: TemplateName,
    /// The layers of the template folder: of two files of one name, that of the later layer counts.
    layers: Vec<PathBuf>,
    /// Whether the tree, and so the prepared plugin, contains the folder. A folder elsewhere, or one created since the
    /// last scan, is not in it.
    pub in_tree: bool,
}

impl TemplateLocation {
    /// Its template files; `None` if the folder was removed.
    pub fn read(&self) -> Result<Option<Vec<TemplateFile>>, Error> {
        folder::read(&self.layers, &self.name)
    }

    pub fn has(&self, file: &str) -> bool {
        self.path(file).is_some()
    }

    /// The unrendered content of one of its files.
    pub fn read_file(&self, file: &str) -> Result<Option<Vec<u8>>, Error> {
        self.path(file).map(|path| folder::read_file(&path)).transpose()
    }

    fn path(&self, file: &str) -> Option<PathBuf> {
        let file = TemplateName::parse(file)?;
        self.layers.iter().rev().map(|layer| layer.join(file.as_str())).find(|path| path.is_file())
    }
}

impl Tree {
    /// The search path before its first scan.
    pub(super) fn unread(path: SearchPath) -> Self {
        Self { path, folders: BTreeMap::new() }
    }

    /// The error of the first root that cannot be read at all.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.path.folders().try_for_each(|root| folder::entries(root).map(drop))
    }

    /// Scans the search path again. Folders that cannot be read are among the errors and stay as they were.
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
            // Common folders come before those of one domain, which override them.
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

    /// Copies a folder from the other tree.
    pub(super) fn take(&mut self, other: &Self, name: &TemplateName) {
        match other.folders.get(name.as_str()) {
            Some(layers) => drop(self.folders.insert(name.as_str().to_owned(), layers.clone())),
            None => drop(self.folders.remove(name.as_str())),
        }
    }

    /// The template folders by name, each with its layers.
    pub(super) fn folders(&self) -> impl Iterator<Item = (TemplateName, &[PathBuf])> {
        self.folders.iter().filter_map(|(name, layers)| Some((TemplateName::parse(name)?, layers.as_slice())))
    }

    /// The layers of the template folder of that name.
    pub(super) fn layers(&self, name: &TemplateName) -> &[PathBuf] {
        self.folders.get(name.as_str()).map_or(&[], Vec::as_slice)
    }

    /// One file by its path below the search path; the custom folder comes first.
    pub fn read_file(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(path) = TemplateName::parse(path) else { return Ok(None) };
        let folders = self.path.custom.iter().chain(&self.path.roots);
        let found = folders.map(|root| root.join(path.as_str())).find(|path| path.is_file());
        found.map(|path| folder::read_file(&path)).transpose()
    }

    /// Finds a device's templates. `template_dir` is the setting of that name, which replaces the roots. A folder in a
    /// root that is named like the domain replaces all its templates: a template missing there does not exist.
    ///
    /// The custom folder of the same name overrides it, and the custom folder for the domain overrides both.
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

    /// The custom folder of that name.
    fn custom(&self, name: &TemplateName) -> Option<PathBuf> {
        let path = self.path.custom.as_ref()?.join(name.as_str());
        self.has(name, &path, None).then_some(path)
    }

    /// Whether the last scan found a folder: a newer one may be incomplete, and a removed one stays active until the next
    /// scan. The folder of the setting `template_dir` is never scanned.
    fn has(&self, name: &TemplateName, path: &Path, template_dir: Option<&Path>) -> bool {
        let known = self.folders.get(name.as_str()).is_some_and(|layers| layers.iter().any(|layer| layer == path));
        known || template_dir.is_some() && path.is_dir()
    }

    /// The same for a domain's folder in a root.
    fn has_domain(&self, root: &Path, domain: &str, template_dir: Option<&Path>) -> bool {
        self.knows_domain(root, domain) || template_dir.is_some() && root.join(domain).is_dir()
    }

    fn knows_domain(&self, root: &Path, domain: &str) -> bool {
        let (folder, prefix) = (root.join(domain), format!("{domain}/"));
        let mut within = self.folders.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix));
        within.any(|(_, layers)| layers.iter().any(|layer| layer.starts_with(&folder)))
    }

    /// The roots, unless `template_dir` replaces them.
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

    /// The prepared files of a folder.
    fn texts(tree: &Tree, folder: &str) -> Vec<TemplateFile> {
        looked(tree.path.clone()).texts().of(&|name| name == folder)
    }

    fn found(tree: &Tree, template: &str, domain: &str) -> Option<String> {
        let found = tree.locate(template, domain, None)?;
        Some(format!("{}{}", if found.in_tree { "" } else { "new " }, found.name.as_str()))
    }

    #[test]
    fn first_root_that_has_a_folder_provides_it() {
        let (first, second) = (root(&["yealink/t46u/a"]), root(&["yealink/t46u/b", "yealink/t54w/c"]));
        let tree = scanned(vec![first.path().to_owned(), second.path().to_owned()]);
        let files = |folder| texts(&tree, folder).into_iter().map(|file| file.file).collect::<Vec<_>>();
        assert_eq!([files("yealink/t46u"), files("yealink/t54w")], [["a"], ["c"]]);
        assert_eq!(found(&tree, "yealink/t54w", "pbx.example.net").as_deref(), Some("yealink/t54w"));
    }

    #[test]
    fn folder_named_like_the_domain_replaces_all_templates() {
        let root = root(&["yealink/t46u/a", "yealink/t54w/a", "pbx.example.net/yealink/t46u/a"]);
        let tree = scanned(vec![root.path().to_owned()]);
        assert_eq!(found(&tree, "yealink/t46u", "pbx.example.net").as_deref(), Some("pbx.example.net/yealink/t46u"));
        assert_eq!(found(&tree, "yealink/t54w", "pbx.example.net"), None);
        assert_eq!(found(&tree, "yealink/t54w", "other.example.net").as_deref(), Some("yealink/t54w"));
    }

    #[test]
    fn new_folder_is_found_by_the_next_scan() {
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
    fn subfolders_belong_to_a_template_models_to_a_vendor() {
        let root = root(&["yealink/README", "yealink/t46u/a", "yealink/t46u/parts/b"]);
        let name = |text| folder::TemplateName::parse(text).unwrap();
        let files = |text| folder::read(&[root.path().join(text)], &name(text)).unwrap().unwrap();
        let names: Vec<_> = files("yealink/t46u").into_iter().map(|file| file.file).collect();
        assert_eq!(names, ["a", "parts/b"]);
        assert_eq!(files("yealink").len(), 1);
    }

    /// The files of a device's folder, shown by their content, after the folder's name.
    fn shown(tree: &Tree, template: &str, domain: &str, template_dir: Option<&Path>) -> String {
        let found = tree.locate(template, domain, template_dir).unwrap();
        let new = if found.in_tree { "" } else { "new " };
        let files = found.read().unwrap().unwrap();
        let prepared = texts(tree, found.name.as_str());
        assert!(!found.in_tree || files == prepared, "prepared files equal the files on disk");
        let sources: Vec<_> = files.iter().map(|file| String::from_utf8_lossy(&file.source).into_owned()).collect();
        format!("{new}{}: {}", found.name.as_str(), sources.join(" "))
    }

    #[test]
    fn custom_file_replaces_only_the_file_of_its_name() {
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
            // A domain's tree replaces all templates: common custom files override common files only.
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
    fn links_are_followed_and_broken_links_are_absent() {
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
    fn pictures_are_readable_but_not_templates() {
        let root = root(&["yealink/t46u/a", "yealink/t46u/logo.PNG"]);
        let tree = scanned(vec![root.path().to_owned()]);
        assert_eq!(texts(&tree, "yealink/t46u").len(), 1);
        let found = tree.locate("yealink/t46u", "d", None).unwrap();
        assert!(found.read_file("logo.PNG").unwrap().is_some() && found.read_file("logo.gif").unwrap().is_none());
        assert!(found.read_file("../t46u/a").unwrap().is_none());
    }

    #[test]
    fn missing_root_is_named() {
        let error = Disk::scan(vec!["/nowhere/at/all".into()].into(), &|_, _| false).err().unwrap();
        assert!(error.to_string().contains("/nowhere/at/all"));
    }
}
