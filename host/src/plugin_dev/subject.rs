//! What the author works on.

use super::error::DevError;
use crate::plugin_author::Language;
use std::path::{Path, PathBuf};

/// How far above a component its project may be: `target/plugins/acme.wasm` is two folders below it.
const ABOVE_MAX: usize = 3;
/// Where a project has its cases, by the path below its folder.
pub const CASES: [&str; 2] = ["tests/cases", "cases"];
/// Where a project has its templates.
pub const TEMPLATES: &str = "templates";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The folder of a plugin, which is built here.
    Project(PathBuf),
    /// A component that something else builds, and the folder of its cases and templates.
    Component { file: PathBuf, home: PathBuf },
}

impl Subject {
    /// # Errors
    /// The path is neither the folder of a plugin nor a component.
    pub fn find(path: &Path) -> Result<Self, DevError> {
        let unreadable = |source| DevError::Read { path: path.to_owned(), source };
        if path.metadata().map_err(unreadable)?.is_dir() {
            Language::of(path)?;
            return Ok(Self::Project(path.to_owned()));
        }
        if path.extension().is_none_or(|ending| ending != "wasm") {
            return Err(DevError::NoSubject(path.to_owned()));
        }
        let absolute = path.canonicalize().map_err(unreadable)?;
        let above = absolute.ancestors().skip(1).take(ABOVE_MAX);
        let has_cases = |folder: &&Path| CASES.iter().any(|cases| folder.join(cases).is_dir());
        let home = above.clone().find(has_cases).or(absolute.parent()).map_or_else(PathBuf::new, Path::to_owned);
        Ok(Self::Component { file: path.to_owned(), home })
    }

    /// The path that the author named.
    pub fn path(&self) -> &Path {
        match self {
            Self::Project(path) | Self::Component { file: path, .. } => path,
        }
    }

    /// The folder that has the cases and the templates.
    pub fn home(&self) -> &Path {
        match self {
            Self::Project(home) | Self::Component { home, .. } => home,
        }
    }

    /// The folder of the project's templates, if there is one.
    pub fn templates(&self) -> Option<PathBuf> {
        Some(self.home().join(TEMPLATES)).filter(|folder| folder.is_dir())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn component_finds_the_cases_of_its_project() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().canonicalize().unwrap();
        fs::create_dir_all(home.join("tests/cases")).unwrap();
        fs::create_dir_all(home.join("build")).unwrap();
        let file = home.join("build/acme.wasm");
        fs::write(&file, "").unwrap();
        assert_eq!(Subject::find(&file).unwrap(), Subject::Component { file: file.clone(), home: home.clone() });
        fs::remove_dir_all(home.join("tests")).unwrap();
        assert_eq!(Subject::find(&file).unwrap().home(), home.join("build"));
    }

    #[test]
    fn other_paths_are_refused_with_what_to_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "").unwrap();
        for (path, expected) in [("notes.txt", "neither the folder"), ("absent", "cannot read"), (".", "is no plugin")]
        {
            let error = Subject::find(&folder.path().join(path)).unwrap_err().to_string();
            assert!(error.contains(expected) && (path == "absent" || error.contains("plugin new")), "{error}");
        }
    }
}
