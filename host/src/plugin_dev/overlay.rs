//! The folder from which the server loads its components: links to the installed ones, and the author's in place of the
//! installed one of the same name. Nothing in the operator's folder changes.

use super::error::DevError;
use crate::files::replace;
use crate::plugin;
use crate::plugin_kit::Neighbour;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Others may read what they may build.
const MODE: u32 = 0o644;
/// Hidden, as what the server must not load.
const SCRATCH: &str = ".build";

pub struct Overlay {
    folder: tempfile::TempDir,
    installed: PathBuf,
    /// The author's component.
    own: Option<PathBuf>,
}

impl Overlay {
    /// Links the installed components.
    ///
    /// # Errors
    /// The temporary folder cannot be written.
    pub fn new(installed: &Path) -> Result<Self, DevError> {
        let failed = |source| DevError::Overlay { path: std::env::temp_dir(), source };
        let folder = tempfile::Builder::new().prefix("dialplate-dev-").tempdir().map_err(failed)?;
        let mut overlay = Self { folder, installed: installed.to_owned(), own: None };
        overlay.refresh()?;
        Ok(overlay)
    }

    /// What the server loads.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A folder for the temporary files of builds, which the server ignores. It need not exist.
    pub fn scratch(&self) -> PathBuf {
        self.path().join(SCRATCH)
    }

    /// The author's component, once one was put in place.
    pub fn own(&self) -> Option<&Path> {
        self.own.as_deref()
    }

    /// Whether there is nothing that a server could load.
    pub fn is_empty(&self) -> bool {
        plugin::files(self.path()).is_ok_and(|files| files.is_empty())
    }

    /// Follows what was installed or removed meanwhile.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn refresh(&mut self) -> Result<(), DevError> {
        self.link().map_err(|source| DevError::Overlay { path: self.path().to_owned(), source })
    }

    fn link(&self) -> io::Result<()> {
        let own = self.own.as_deref().and_then(Path::file_name);
        let installed = match self.installed.canonicalize() {
            Ok(folder) => plugin::files(&folder)?,
            // The author's component alone is a server, too.
            Err(_) => Vec::new(),
        };
        let mut names = BTreeSet::new();
        for file in &installed {
            let Some(name) = file.file_name().filter(|name| Some(*name) != own) else { continue };
            names.insert(name.to_owned());
            match symlink(file, self.path().join(name)) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => {}
            }
        }
        let is_gone = |file: &PathBuf| {
            let name = file.file_name().unwrap_or_default();
            Some(name) != own && !names.contains(name)
        };
        plugin::files(self.path())?.into_iter().filter(is_gone).try_for_each(fs::remove_file)
    }

    /// Puts the author's component in place, by one rename: into that of the installed plugin of this name, so that the
    /// installed one serves until the author's does.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn put(&mut self, plugin: &str, neighbours: &[Neighbour], component: &[u8]) -> Result<PathBuf, DevError> {
        let file = self.path().join(place(plugin, neighbours));
        let failed = |source| DevError::Overlay { path: self.folder.path().to_owned(), source };
        replace(&file, component, MODE).map_err(failed)?;
        let before = self.own.replace(file.clone()).filter(|before| *before != file);
        if let Some(before) = before {
            // The author has renamed the plugin.
            fs::remove_file(before).map_err(failed)?;
            self.refresh()?;
        }
        Ok(file)
    }
}

fn place(plugin: &str, neighbours: &[Neighbour]) -> OsString {
    let installed = neighbours.iter().find(|neighbour| neighbour.is(plugin)).and_then(|found| found.file.file_name());
    let own = OsString::from(format!("{plugin}.wasm"));
    let is_taken = |name: &OsStr| neighbours.iter().any(|neighbour| neighbour.file.file_name() == Some(name));
    match installed {
        Some(name) => name.to_owned(),
        None if is_taken(&own) => OsString::from(format!("{plugin}.dev.wasm")),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(overlay: &Overlay) -> Vec<String> {
        let files = plugin::files(overlay.path()).unwrap();
        files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn installed_components_are_linked_and_stay_as_they_are() {
        let installed = tempfile::tempdir().unwrap();
        for name in ["acme.wasm", "generic.wasm", "notes.txt"] {
            fs::write(installed.path().join(name), name).unwrap();
        }
        let mut overlay = Overlay::new(installed.path()).unwrap();
        assert_eq!(names(&overlay), ["acme.wasm", "generic.wasm"]);
        // None of these files says its name, so the author's plugin gets a place of its own.
        let neighbours: Vec<_> = plugin::files(installed.path()).unwrap().into_iter().map(unreadable).collect();
        let own = overlay.put("acme", &neighbours, b"mine").unwrap();
        assert!(own.ends_with("acme.dev.wasm"), "{}", own.display());
        let own = overlay.put("other", &neighbours, b"mine").unwrap();
        assert_eq!(names(&overlay), ["acme.wasm", "generic.wasm", "other.wasm"]);
        fs::remove_file(installed.path().join("generic.wasm")).unwrap();
        fs::write(installed.path().join("zeta.wasm"), "").unwrap();
        overlay.refresh().unwrap();
        assert_eq!(names(&overlay), ["acme.wasm", "other.wasm", "zeta.wasm"]);
        assert_eq!(fs::read(own).unwrap(), b"mine");
        assert_eq!(fs::read(installed.path().join("acme.wasm")).unwrap(), b"acme.wasm");
    }

    #[test]
    fn absent_folder_of_plugins_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let overlay = Overlay::new(&folder.path().join("absent")).unwrap();
        assert!(overlay.is_empty());
    }

    fn unreadable(file: PathBuf) -> Neighbour {
        Neighbour { file, component: Err(plugin::LoadError::TooMany { max: 0 }) }
    }
}
