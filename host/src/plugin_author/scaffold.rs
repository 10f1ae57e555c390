//! The folder of a new plugin.

use super::error::AuthorError;
use super::name::PluginName;
use super::sdk::SdkSource;
use std::fs;
use std::path::{Path, PathBuf};

/// The language that a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Rust,
}

impl Language {
    pub const NAMES: [&str; 1] = ["rust"];

    /// The files of a new plugin: paths and contents, with `@NAME@` and the other placeholders of [`fill`].
    fn files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Rust => &RUST,
        }
    }
}

const RUST: [(&str, &str); 12] = [
    ("Cargo.toml", include_str!("rust/Cargo.toml.in")),
    ("src/lib.rs", include_str!("rust/lib.rs.in")),
    ("README.md", include_str!("rust/README.md.in")),
    (".gitignore", "/target\n/build\n"),
    (".github/workflows/ci.yml", include_str!("rust/ci.yml.in")),
    ("templates/@NAME@/one/{$mac}.cfg", include_str!("rust/template.in")),
    ("tests/cases/front_desk/device.toml", include_str!("rust/front_desk.toml.in")),
    ("tests/cases/front_desk/expected", include_str!("rust/front_desk.expected.in")),
    ("tests/cases/nothing_set/device.toml", include_str!("rust/nothing_set.toml.in")),
    ("tests/cases/nothing_set/expected", include_str!("rust/nothing_set.expected.in")),
    ("tests/description", include_str!("rust/description.in")),
    ("tests/user_agents.toml", include_str!("rust/user_agents.toml.in")),
];

/// Makes the folder `name` in `parent`, whole or not at all, and returns its path.
///
/// # Errors
/// The folder exists, or cannot be written.
pub fn create(parent: &Path, name: &PluginName, language: Language, sdk: &SdkSource) -> Result<PathBuf, AuthorError> {
    let folder = parent.join(name.as_str());
    if folder.symlink_metadata().is_ok() {
        return Err(AuthorError::Exists(folder));
    }
    let unwritable = |path: &Path, source| AuthorError::Write { path: path.to_owned(), source };
    // The folder gets its name when it is complete.
    let draft = tempfile::Builder::new().prefix(".plugin-").tempdir_in(parent);
    let draft = draft.map_err(|source| unwritable(&folder, source))?;
    let root = draft.path().join(name.as_str());
    for (path, contents) in language.files() {
        let path = root.join(fill(path, name, sdk));
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| fs::write(&path, fill(contents, name, sdk)))
            .map_err(|source| unwritable(&path, source))?;
    }
    fs::rename(&root, &folder).map_err(|source| unwritable(&folder, source))?;
    Ok(folder)
}

fn fill(text: &str, name: &PluginName, sdk: &SdkSource) -> String {
    text.replace("@NAME@", name.as_str())
        .replace("@TITLE@", &name.title())
        .replace("@SDK@", SdkSource::requirement())
        .replace("@PATCH@", &sdk.patch())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created(parent: &Path, name: &str) -> Result<PathBuf, AuthorError> {
        create(parent, &PluginName::parse(name).unwrap(), Language::Rust, &SdkSource::Registry)
    }

    #[test]
    fn new_folder_has_every_file_and_no_placeholder() {
        let parent = tempfile::tempdir().unwrap();
        let folder = created(parent.path(), "acme-voip").unwrap();
        for (path, _) in Language::Rust.files() {
            let path = folder.join(path.replace("@NAME@", "acme-voip"));
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            assert!(!text.contains("@NAME@") && !text.contains("@TITLE@"), "{}: {text}", path.display());
            assert!(!text.contains("@SDK@") && !text.contains("@PATCH@"), "{}: {text}", path.display());
        }
        let left: Vec<_> = fs::read_dir(parent.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["acme-voip"]);
    }

    #[test]
    fn readme_of_a_new_plugin_has_one_screen() {
        let (_, page) = Language::Rust.files().iter().find(|(path, _)| *path == "README.md").unwrap();
        assert!(page.lines().count() <= 40, "{} lines", page.lines().count());
    }

    #[test]
    fn existing_folder_or_file_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join("acme")).unwrap();
        fs::write(parent.path().join("zeta"), "mine").unwrap();
        for name in ["acme", "zeta"] {
            let error = created(parent.path(), name).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains("nothing was changed"), "{error}");
        }
        assert_eq!(fs::read_dir(parent.path().join("acme")).unwrap().count(), 0);
        assert_eq!(fs::read_to_string(parent.path().join("zeta")).unwrap(), "mine");
    }

    #[test]
    fn absent_parent_is_named() {
        let parent = tempfile::tempdir().unwrap();
        let error = created(&parent.path().join("absent"), "acme").unwrap_err().to_string();
        assert!(error.starts_with("cannot write ") && error.contains("absent/acme"), "{error}");
    }
}
