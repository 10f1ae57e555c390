//! What a look at the disk has found, as a library of files that templates may include.

use super::shared::{Computed, Library};
use super::texts::{Texts, file};
use super::tree::Tree;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a look has found.
pub(super) struct Looked<'a> {
    pub(super) tree: &'a Tree,
    pub(super) texts: &'a Texts,
    /// The files directly in the roots, by name. They are read if a template names them.
    pub(super) in_roots: &'a BTreeMap<String, PathBuf>,
    pub(super) read: &'a mut dyn FnMut(&Path) -> Option<Arc<[u8]>>,
}

impl Library for Looked<'_> {
    fn at(&mut self, path: &str) -> Option<Arc<[u8]>> {
        let mut splits = path.rmatch_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..]));
        match splits.find_map(|(folder, name)| file(self.texts.folder(folder)?, name)) {
            Some(found) => Some(Arc::clone(&found.source)),
            None => (self.read)(self.in_roots.get(path)?),
        }
    }

    fn like(&self, names: &Computed) -> BTreeSet<String> {
        let in_folders = self.texts.files().map(|file| format!("{}/{}", file.folder, file.file));
        in_folders.chain(self.in_roots.keys().cloned()).filter(|path| names.fit(path)).collect()
    }

    fn may_be_domain(&self, folder: &str) -> bool {
        self.tree.may_be_domain(folder)
    }

    fn overriding_domain<'n>(&self, folder: &'n str) -> Option<&'n str> {
        self.tree.overriding_domain(folder)
    }
}
