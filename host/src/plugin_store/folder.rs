//! The folder of the plugins while one command changes it.

use super::error::Error;
use super::kept::{self, KeptVersion, kept_versions};
use super::package::{DRAFT, Package, remove_file};
use super::record::Record;
use crate::plugin;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// Commands that change the folder take turns.
const LOCK: &str = "lock";

/// Only one command has it at a time; the others wait. The lock ends with the process.
pub struct PluginFolder {
    folder: PathBuf,
    /// The largest component that is read.
    bytes_max: u64,
    _lock: File,
}

/// What a change has replaced, so that it can be undone.
pub struct Replaced {
    file: PathBuf,
    pub before: Option<Package>,
}

impl PluginFolder {
    /// Waits until no other command changes the folder, and removes what an interrupted one has left.
    ///
    /// # Errors
    /// The folder is absent, or this user may not write to it.
    pub fn open(folder: &Path, bytes_max: u64) -> Result<Self, Error> {
        if !folder.is_dir() {
            return Err(Error::NoFolder(folder.to_owned()));
        }
        let kept = folder.join(kept::FOLDER);
        kept::create(&kept)?;
        let path = kept.join(LOCK);
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let lock = lock.and_then(|lock| lock.lock().map(|()| lock)).map_err(Error::write(&path))?;
        let store = Self { folder: folder.to_owned(), bytes_max, _lock: lock };
        store.tidy()?;
        Ok(store)
    }

    /// Completes what a killed command has begun, and removes its drafts.
    fn tidy(&self) -> Result<(), Error> {
        let kept = kept::kept_plugins(&self.folder)?.into_iter().map(|name| self.folder.join(kept::FOLDER).join(name));
        for folder in kept.chain([self.folder.clone()]) {
            let entries = fs::read_dir(&folder).map_err(Error::read(&folder))?;
            let is_draft = |entry: &fs::DirEntry| entry.file_name().as_encoded_bytes().starts_with(DRAFT.as_bytes());
            entries.flatten().filter(is_draft).try_for_each(|entry| remove_file(&entry.path()))?;
            for component in plugin::files(&folder).map_err(Error::read(&folder))? {
                Package::finish(&component, self.bytes_max)?;
            }
        }
        Ok(())
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Puts a component in place of the one in `file`, which is kept among the versions of the plugin `name`. `before` is the
    /// version of that one, if it is known.
    ///
    /// # Errors
    /// A file cannot be read or written. The old component is then still in place.
    pub fn replace(&self, file: &Path, name: &str, before: Option<&str>, new: &Package) -> Result<Replaced, Error> {
        let old = Package::read(file, self.bytes_max)?;
        if let Some(old) = old.as_ref().filter(|old| old.component != new.component) {
            self.keep(name, before, old)?;
        }
        new.write(file)?;
        Ok(Replaced { file: file.to_owned(), before: old })
    }

    /// Removes the component in `file`, and keeps it among the versions of the plugin `name`.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub fn remove(&self, file: &Path, name: &str, version: Option<&str>) -> Result<(), Error> {
        if let Some(old) = Package::read(file, self.bytes_max)? {
            self.keep(name, version, &old)?;
        }
        Package::remove(file)
    }

    /// A component that was copied into the folder has no record, and gets one for the list of kept versions.
    fn keep(&self, name: &str, version: Option<&str>, old: &Package) -> Result<(), Error> {
        let record = old.record.clone().or_else(|| {
            let (name, version) = (name.to_owned(), version?.to_owned());
            Some(Record { name, version, sha256: old.sha256(), url: None, installed: None })
        });
        kept::keep(&self.folder, name, &Package { record, ..old.clone() }, self.bytes_max)
    }

    /// No longer keeps a version, which is in place again.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn forget(&self, version: &KeptVersion) -> Result<(), Error> {
        Package::remove(&version.file)
    }

    /// Removes all versions that are kept of a plugin.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn purge(&self, name: &str) -> Result<(), Error> {
        kept::purge(&self.folder, name)
    }

    /// Puts back what a change has replaced. A component that was new is removed.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn undo(&self, replaced: &Replaced) -> Result<(), Error> {
        match &replaced.before {
            Some(before) => before.write(&replaced.file),
            None => Package::remove(&replaced.file),
        }
    }

    /// Versions of a plugin that can be put back, the last one first: those that are not in place already.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn earlier(&self, name: &str, current: Option<&str>) -> Result<Vec<KeptVersion>, Error> {
        let mut versions = kept_versions(&self.folder, name, self.bytes_max)?;
        versions.retain(|version| Some(&*version.sha256) != current);
        Ok(versions)
    }
}
