//! The folder of a new plugin.

use super::error::AuthorError;
use super::files;
use super::language::Language;
use super::name::PluginName;
use super::sdk::SdkSource;
use std::fs;
use std::path::{Path, PathBuf};

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
    for (path, contents) in files::of(language) {
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

    fn languages() -> impl Iterator<Item = Language> {
        Language::NAMES.into_iter().map(|name| Language::named(name).unwrap())
    }

    #[test]
    fn new_folder_has_every_file_and_no_placeholder() {
        for language in languages() {
            let parent = tempfile::tempdir().unwrap();
            let name = PluginName::parse("acme-voip").unwrap();
            let folder = create(parent.path(), &name, language, &SdkSource::Registry).unwrap();
            for (path, _) in files::of(language) {
                let path = folder.join(path.replace("@NAME@", "acme-voip"));
                let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                for placeholder in ["@NAME@", "@TITLE@", "@SDK@", "@PATCH@"] {
                    assert!(!text.contains(placeholder), "{}: {text}", path.display());
                }
            }
            assert_eq!(Language::of(&folder).unwrap(), language);
            let left: Vec<_> = fs::read_dir(parent.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            assert_eq!(left, ["acme-voip"]);
        }
    }

    #[test]
    fn readme_of_a_new_plugin_has_one_screen() {
        for language in languages() {
            let (_, page) = files::of(language).find(|(path, _)| *path == "README.md").unwrap();
            assert!(page.lines().count() <= 40, "{language:?}: {} lines", page.lines().count());
        }
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
