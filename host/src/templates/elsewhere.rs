//! The folder of the setting `template_dir`, which replaces the search path for some devices. It is never scanned: what
//! its templates include from other folders is read from disk for each request.

use super::folder::{self, Kind, TemplateFile, TemplateName};
use super::shared::{Computed, FILES_MAX, Library, shared_by};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Below the folder that a computed name begins with, files are looked for to this depth.
const DEPTH_MAX: usize = 2;

/// Where the files of such a device are.
#[derive(Clone)]
pub(super) struct Elsewhere {
    /// The custom folder, if there is one, and the folder of the setting. The first that has a file provides it.
    pub(super) roots: Vec<PathBuf>,
    /// The domain whose custom folder overrides single files.
    pub(super) domain: Option<String>,
}

impl Elsewhere {
    /// The files that a folder's files include from outside of it. Blocks.
    pub(super) fn shared_by(&self, folder: &str, own: &[TemplateFile], allowed: &[PathBuf]) -> Vec<TemplateFile> {
        shared_by(&mut OnDisk { folders: self, allowed }, folder, own)
    }
}

struct OnDisk<'a> {
    folders: &'a Elsewhere,
    allowed: &'a [PathBuf],
}

impl OnDisk<'_> {
    /// Adds the paths from the root of the files in a folder.
    fn collect(&self, root: &Path, folder: &str, depth: usize, found: &mut BTreeSet<String>) {
        for (name, path) in folder::entries(&root.join(folder)).unwrap_or_default() {
            let from_root = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            match folder::kind(&path) {
                Some(Kind::File) => drop(found.insert(from_root)),
                Some(Kind::Folder) if depth > 0 => self.collect(root, &from_root, depth - 1, found),
                _ => {}
            }
            // More than a folder may get: the caller takes none then.
            if found.len() > FILES_MAX {
                return;
            }
        }
    }
}

impl Library for OnDisk<'_> {
    fn at(&mut self, path: &str) -> Option<Arc<[u8]>> {
        let name = TemplateName::parse(path).filter(|_| folder::picture_type(path).is_none())?;
        let mut paths = self.folders.roots.iter().map(|root| root.join(name.as_str()));
        let found = paths.find(|path| path.is_file())?;
        folder::read_file(&found, self.allowed).ok().map(Into::into)
    }

    fn like(&self, names: &Computed) -> BTreeSet<String> {
        let within = names.start.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut found = BTreeSet::new();
        for root in &self.folders.roots {
            self.collect(root, within, DEPTH_MAX, &mut found);
        }
        found.retain(|path| names.fit(path));
        found
    }

    fn may_be_domain(&self, folder: &str) -> bool {
        let holds_vendor = |root: &PathBuf| {
            let below = folder::entries(&root.join(folder)).unwrap_or_default();
            below.iter().any(|(name, path)| path.is_dir() && name != folder && root.join(name).is_dir())
        };
        folder.contains('.') || self.folders.roots.iter().any(holds_vendor)
    }

    fn overriding_domain<'n>(&self, folder: &'n str) -> Option<&'n str> {
        let (domain, _) = folder.split_once('/')?;
        (self.folders.domain.as_deref() == Some(domain)).then_some(domain)
    }
}
