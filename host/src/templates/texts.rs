//! The live template texts: those on disk, except where a new text was refused and the old one stays active.

use super::folder::TemplateFile;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All template folders with their files. Cheap to clone, because texts and folders are shared.
#[derive(Clone, Default)]
pub struct Texts {
    folders: BTreeMap<String, Arc<[TemplateFile]>>,
}

impl Texts {
    pub fn folder(&self, name: &str) -> Option<&Arc<[TemplateFile]>> {
        self.folders.get(name)
    }

    /// The common texts of this folder, for a domain without texts of its own.
    pub fn for_all(&self, folder: &str) -> Option<Arc<[TemplateFile]>> {
        let (_, for_all) = folder.split_once('/')?;
        let files = self.folders.get(for_all)?.iter().cloned();
        Some(files.map(|file| TemplateFile { folder: folder.to_owned(), ..file }).collect())
    }

    pub fn folders(&self) -> impl ExactSizeIterator<Item = (&str, &Arc<[TemplateFile]>)> {
        self.folders.iter().map(|(name, files)| (name.as_str(), files))
    }

    /// All files, each in its own folder only.
    pub fn files(&self) -> impl Iterator<Item = &TemplateFile> {
        self.folders.values().flat_map(|files| files.iter()).filter(|file| !file.is_shared())
    }

    pub fn share(&mut self, folder: &str, files: &Arc<[TemplateFile]>) {
        self.folders.insert(folder.to_owned(), Arc::clone(files));
    }

    pub fn set(&mut self, folder: &str, files: Vec<TemplateFile>) {
        self.folders.insert(folder.to_owned(), files.into());
    }

    pub fn remove(&mut self, folder: &str) {
        self.folders.remove(folder);
    }

    /// All files of the folders for which `wanted` returns true, in the order of their names.
    pub fn of(&self, wanted: &dyn Fn(&str) -> bool) -> Vec<TemplateFile> {
        let wanted = self.folders.iter().filter(|(name, _)| wanted(name));
        wanted.flat_map(|(_, files)| files.iter().cloned()).collect()
    }

    /// The folders that differ between the two: new, changed, or removed.
    pub fn differing(&self, other: &Self) -> Vec<String> {
        let changed = self.folders.iter().filter(|(name, files)| other.folders.get(*name) != Some(files));
        let gone = other.folders.keys().filter(|name| !self.folders.contains_key(*name));
        changed.map(|(name, _)| name).chain(gone).cloned().collect()
    }
}

/// Finds a file of a folder by name.
pub fn file<'a>(files: &'a [TemplateFile], name: &str) -> Option<&'a TemplateFile> {
    files.iter().find(|file| file.file == name)
}
