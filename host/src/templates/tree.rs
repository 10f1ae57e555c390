//! The search path: the template roots, of which the first that contains a folder provides it, and the administrator's
//! custom folder, which replaces single files.

use super::elsewhere::Elsewhere;
use super::folder::{self, Error, Kind, TemplateName};
use super::location::TemplateLocation;
use super::walk::{self, Folders};
use crate::files::{NoAnswer, Progress, Root, Roots};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
#[derive(Clone)]
pub struct Tree {
    path: SearchPath,
    roots: Arc<Roots>,
    /// The folders whose files may be served: those of the search path.
    allowed: Arc<[PathBuf]>,
    folders: Folders,
}

impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        self.path == other.path && self.folders == other.folders
    }
}

/// The folder that the search path, or the setting `template_dir`, has for a device.
struct Base {
    name: TemplateName,
    layer: Option<PathBuf>,
    /// The domain has a folder of its own, which replaces all templates.
    takes_over: bool,
}

impl Tree {
    /// The search path before its first scan.
    pub(super) fn unread(path: SearchPath, roots: Arc<Roots>) -> Self {
        let allowed = path.folders().cloned().collect();
        Self { path, roots, allowed, folders: BTreeMap::new() }
    }

    /// Finds the folders once, without their texts.
    ///
    /// # Errors
    /// A folder of the search path, or one below it, cannot be read.
    pub fn find(path: SearchPath) -> Result<Self, Error> {
        let roots = Roots::new(path.folders().cloned());
        let progress = Progress::new(&roots);
        let unread = Self::unread(path, roots);
        unread.check(&progress)?;
        let (tree, errors) = unread.scan(&progress);
        errors.into_iter().next().map_or(Ok(tree), Err)
    }

    pub fn search_path(&self) -> &SearchPath {
        &self.path
    }

    /// The names of the template folders, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.folders.keys().map(String::as_str)
    }

    /// The error of the first root that cannot be read at all.
    pub(super) fn check(&self, progress: &Progress) -> Result<(), Error> {
        let mut answering = self.path.folders().filter(|root| progress.enter(root));
        answering.try_for_each(|root| folder::entries(root).map(drop))
    }

    /// Scans the search path again. Folders that cannot be read are among the errors and stay as they were.
    pub(super) fn scan(&self, progress: &Progress) -> (Self, Vec<Error>) {
        let mut errors = Vec::new();
        let mut below = |root: &Path| walk::below(root, &self.folders, progress, &mut errors);
        let mut tree = Self { folders: BTreeMap::new(), ..self.clone() };
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

    /// The names of the template folders with their layers, sorted.
    pub fn layered(&self) -> impl Iterator<Item = (&str, &[PathBuf])> {
        self.folders.iter().map(|(name, layers)| (name.as_str(), layers.as_slice()))
    }

    /// The layers of the template folder of that name.
    pub(super) fn layers(&self, name: &TemplateName) -> &[PathBuf] {
        self.folders.get(name.as_str()).map_or(&[], Vec::as_slice)
    }

    /// The folders whose files may be served.
    pub(super) fn allowed(&self) -> &Arc<[PathBuf]> {
        &self.allowed
    }

    /// The folder of the search path that contains a template folder, for calls to its file system.
    pub(super) fn root_of(&self, layer: &Path) -> Arc<Root> {
        self.roots.containing(layer).map_or_else(|| self.roots.named(layer), Arc::clone)
    }

    /// The folders that do not answer, also those of plugins.
    pub fn silent(&self) -> Vec<PathBuf> {
        self.roots.silent()
    }

    /// One file by its path below the search path; the custom folder comes first. A folder that does not answer is passed
    /// over, unless the last scan has found the file's folder there.
    pub async fn read_file(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(name) = TemplateName::parse(path) else { return Ok(None) };
        let mut passed_over = None;
        for folder in self.path.custom.iter().chain(&self.path.roots) {
            let root = self.roots.named(folder);
            let (path, allowed) = (folder.join(name.as_str()), Arc::clone(&self.allowed));
            let is_owner = self.owns(folder, name.as_str());
            let read = match root.is_silent() && !is_owner {
                true => Err(NoAnswer(folder.clone())),
                false => root.ask(move || path.is_file().then(|| folder::read_file(&path, &allowed))).await,
            };
            match read {
                Ok(Some(read)) => return read.map(Some),
                Ok(None) => {}
                Err(error) if is_owner => return Err(error.into()),
                Err(error) => passed_over = Some(error),
            }
        }
        passed_over.map_or(Ok(None), |error| Err(error.into()))
    }

    /// Whether the last scan has found a file's template folder below this folder.
    fn owns(&self, folder: &Path, file: &str) -> bool {
        let mut above = Path::new(file).ancestors().skip(1).filter_map(Path::to_str);
        above.any(|name| self.folders.get(name).is_some_and(|layers| layers.contains(&folder.join(name))))
    }

    /// The first part of a path or template, if it may be a domain's name.
    pub fn domain_of<'a>(&self, path: &'a str) -> Option<&'a str> {
        let (first, rest) = path.trim_start_matches('/').split_once('/')?;
        let second = rest.split('/').find(|part| !part.is_empty())?;
        let is_deep = rest.trim_matches('/').contains('/');
        (first.contains('.') || is_deep || self.below(second).next().is_some()).then_some(first)
    }

    /// Whether a folder in a root may be a domain's: those of vendors have no dot, and no other vendor's models are in
    /// theirs.
    pub(super) fn may_be_domain(&self, folder: &str) -> bool {
        let is_vendor = |vendor: &str| vendor != folder && self.below(vendor).next().is_some();
        let mut within = self.below(folder).filter_map(|(name, _)| name.split_once('/')?.1.split_once('/'));
        folder.contains('.') || within.any(|(vendor, _)| is_vendor(vendor))
    }

    /// The domain of a folder that has the files which it does not override from a common folder.
    pub(super) fn overriding_domain<'n>(&self, folder: &'n str) -> Option<&'n str> {
        let (domain, common) = folder.split_once('/')?;
        let is_common = self.folders.contains_key(common);
        let takes_over = || self.path.roots.iter().any(|root| self.knows_domain(root, domain));
        (is_common && !takes_over()).then_some(domain)
    }

    /// The folders below that of this name.
    fn below(&self, folder: &str) -> impl Iterator<Item = (&String, &Vec<PathBuf>)> {
        let prefix = format!("{folder}/");
        self.folders.range(prefix.clone()..).take_while(move |(name, _)| name.starts_with(&prefix))
    }

    /// The files directly in the roots by name. That in the custom folder counts, then that in the first root.
    pub(super) fn files_in_roots(&self, progress: &Progress) -> BTreeMap<String, PathBuf> {
        let mut files = BTreeMap::new();
        for root in self.path.custom.iter().chain(&self.path.roots).filter(|root| progress.enter(root)) {
            for (name, path) in folder::entries(root).unwrap_or_default() {
                let is_text = folder::picture_type(&name).is_none() && folder::kind(&path) == Some(Kind::File);
                if is_text && !files.contains_key(&name) {
                    files.insert(name, path);
                }
            }
        }
        files
    }

    /// Finds a device's templates. `template_dir` is the setting of that name, which replaces the roots. A folder in a
    /// root that is named like the domain replaces all its templates: a template missing there does not exist.
    ///
    /// The custom folder of the same name overrides it, and the custom folder for the domain overrides both.
    pub async fn locate(
        &self,
        template: &str,
        domain: &str,
        template_dir: Option<&Path>,
    ) -> Result<Option<TemplateLocation>, Error> {
        let Some(name) = TemplateName::parse(template) else { return Ok(None) };
        let domain = TemplateName::parse(domain).filter(|domain| !domain.as_str().contains('/'));
        let base = match template_dir {
            Some(folder) => self.in_folder(folder, name, domain.as_ref()).await?,
            None => self.in_roots(name, domain.as_ref())?,
        };
        let Base { mut name, layer, takes_over } = base;
        let mut layers: Vec<_> = layer.into_iter().chain(self.custom(&name)).collect();
        let mut overriding = None;
        if let Some(for_domain) = domain.filter(|_| !takes_over).map(|domain| name.of_domain(&domain))
            && let Some(layer) = self.custom(&for_domain)
        {
            layers.push(layer);
            overriding = for_domain.as_str().split_once('/').map(|(domain, _)| domain.to_owned());
            name = for_domain;
        }
        if layers.is_empty() {
            // A folder that does not answer may hold it.
            let silent = self.path.folders().find(|folder| self.roots.named(folder).is_silent());
            return silent.map_or(Ok(None), |folder| Err(NoAnswer(folder.clone()).into()));
        }
        let in_tree = self.folders.get(name.as_str()) == Some(&layers);
        let elsewhere = template_dir.map(|folder| Elsewhere {
            roots: self.path.custom.iter().cloned().chain([folder.to_owned()]).collect(),
            domain: overriding,
        });
        let allowed = match template_dir {
            Some(folder) => std::iter::once(folder.to_owned()).chain(self.allowed.iter().cloned()).collect(),
            None => Arc::clone(&self.allowed),
        };
        Ok(Some(TemplateLocation { name, layers, in_tree, elsewhere, roots: Arc::clone(&self.roots), allowed }))
    }

    /// The folder in the first root that has it, or that has one for the domain. A root that did not answer any scan may
    /// have it.
    fn in_roots(&self, name: TemplateName, domain: Option<&TemplateName>) -> Result<Base, NoAnswer> {
        for root in &self.path.roots {
            if self.roots.named(root).is_silent() && !self.has_scanned(root) {
                return Err(NoAnswer(root.clone()));
            }
            let of_domain = domain.filter(|domain| self.knows_domain(root, domain.as_str()));
            let in_root = of_domain.map_or_else(|| name.clone(), |domain| name.of_domain(domain));
            let layer = Some(root.join(in_root.as_str())).filter(|path| self.has(&in_root, path));
            if of_domain.is_some() || layer.is_some() {
                return Ok(Base { name: in_root, layer, takes_over: of_domain.is_some() });
            }
        }
        Ok(Base { name, layer: None, takes_over: false })
    }

    /// Whether a scan has found a folder in this root.
    fn has_scanned(&self, root: &Path) -> bool {
        self.folders.values().flatten().any(|layer| layer.starts_with(root))
    }

    /// The folder in that of the setting `template_dir`, which is never scanned.
    async fn in_folder(
        &self,
        folder: &Path,
        name: TemplateName,
        domain: Option<&TemplateName>,
    ) -> Result<Base, NoAnswer> {
        let (root, domain) = (self.roots.named(folder), domain.cloned());
        let folder = folder.to_owned();
        let examine = move || {
            let of_domain = domain.filter(|domain| folder.join(domain.as_str()).is_dir());
            let takes_over = of_domain.is_some();
            let name = of_domain.map_or(name.clone(), |domain| name.of_domain(&domain));
            let layer = Some(folder.join(name.as_str())).filter(|path| path.is_dir());
            Base { name, layer, takes_over }
        };
        root.ask(examine).await
    }

    /// The custom folder of that name.
    fn custom(&self, name: &TemplateName) -> Option<PathBuf> {
        let path = self.path.custom.as_ref()?.join(name.as_str());
        self.has(name, &path).then_some(path)
    }

    /// Whether the last scan found a folder: a newer one may be incomplete, and a removed one stays active until the next
    /// scan.
    fn has(&self, name: &TemplateName, path: &Path) -> bool {
        self.folders.get(name.as_str()).is_some_and(|layers| layers.iter().any(|layer| layer == path))
    }

    fn knows_domain(&self, root: &Path, domain: &str) -> bool {
        let folder = root.join(domain);
        self.below(domain).any(|(_, layers)| layers.iter().any(|layer| layer.starts_with(&folder)))
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
