//! Where a new plugin's crate takes the SDK from.

use super::error::AuthorError;
use std::path::{Path, PathBuf};

/// The SDK's version is that of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where cargo finds `dialplate-sdk`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SdkSource {
    /// The registry that cargo uses.
    Registry,
    /// Folders on this machine. The language's is absent where the SDK's manifest names it.
    Folders { sdk: PathBuf, smarty: Option<PathBuf> },
}

impl SdkSource {
    /// The SDK in a folder: `plugins/lib` of Dialplate's sources, or one with both packages unpacked.
    ///
    /// # Errors
    /// The folder has neither.
    pub fn in_folder(folder: &Path) -> Result<Self, AuthorError> {
        let absolute = folder.canonicalize();
        let folder = absolute.map_err(|source| AuthorError::Read { path: folder.to_owned(), source })?;
        let is_crate = |path: &PathBuf| path.join("Cargo.toml").is_file();
        let sources = [folder.join("sdk"), folder.join("smarty")];
        let packages = ["sdk", "smarty"].map(|name| folder.join(format!("dialplate-{name}-{VERSION}")));
        if sources.iter().all(is_crate) {
            let [sdk, _] = sources;
            return Ok(Self::Folders { sdk, smarty: None });
        }
        if packages.iter().all(is_crate) {
            let [sdk, smarty] = packages;
            return Ok(Self::Folders { sdk, smarty: Some(smarty) });
        }
        Err(AuthorError::NoSdk { folder, version: VERSION })
    }

    /// The version that a plugin's manifest requires: a patch version changes no API.
    pub fn requirement() -> &'static str {
        VERSION.rsplit_once('.').map_or(VERSION, |(minor, _)| minor)
    }

    /// The end of the plugin's manifest.
    pub fn patch(&self) -> String {
        let Self::Folders { sdk, smarty } = self else { return String::new() };
        let line = |name: &str, path: &Path| format!("\n{name} = {{ path = {:?} }}", path.display().to_string());
        let mut patch =
            String::from("\n\n# The SDK on this machine, in place of the published one.\n[patch.crates-io]");
        patch += &line("dialplate-sdk", sdk);
        if let Some(smarty) = smarty {
            patch += &line("dialplate-smarty", smarty);
        }
        patch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn with_crates(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir_all(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join("Cargo.toml"), "").unwrap();
        }
        folder
    }

    #[test]
    fn sdk_is_found_in_sources_and_in_unpacked_packages() {
        let sources = with_crates(&["sdk", "smarty"]);
        let patch = SdkSource::in_folder(sources.path()).unwrap().patch();
        assert!(patch.contains("/sdk\" }") && !patch.contains("dialplate-smarty"), "{patch}");
        let [sdk, smarty] = ["sdk", "smarty"].map(|name| format!("dialplate-{name}-{VERSION}"));
        let packages = with_crates(&[&sdk, &smarty]);
        let patch = SdkSource::in_folder(packages.path()).unwrap().patch();
        assert!(patch.contains(&format!("/{smarty}\" }}")) && patch.contains(&format!("/{sdk}\" }}")), "{patch}");
        assert_eq!(SdkSource::Registry.patch(), "");
    }

    #[test]
    fn folder_without_the_language_is_refused() {
        let folder = with_crates(&["sdk"]);
        let error = SdkSource::in_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("has no SDK") && error.contains("`smarty`"), "{error}");
        let absent = SdkSource::in_folder(&folder.path().join("absent")).unwrap_err().to_string();
        assert!(absent.starts_with("cannot read "), "{absent}");
    }
}
