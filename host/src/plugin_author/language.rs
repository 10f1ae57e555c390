//! The languages of plugins.

use super::error::AuthorError;
use std::path::Path;

/// The language that a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Rust,
    C,
    JavaScript,
}

impl Language {
    const ALL: [Self; 3] = [Self::Rust, Self::C, Self::JavaScript];
    pub const NAMES: [&str; 3] = ["rust", "c", "js"];

    /// The language of this name.
    pub fn named(name: &str) -> Option<Self> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        Self::ALL.get(at).copied()
    }

    /// The file that says how a plugin in this language is built.
    pub const fn manifest(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            // The compiler's flags, in the file where editors look for them.
            Self::C => "compile_flags.txt",
            Self::JavaScript => "package.json",
        }
    }

    /// The language of the plugin in a folder.
    ///
    /// # Errors
    /// The folder has no plugin.
    pub fn of(folder: &Path) -> Result<Self, AuthorError> {
        let found = Self::ALL.into_iter().find(|language| folder.join(language.manifest()).is_file());
        found.ok_or_else(|| AuthorError::NoPlugin(folder.to_owned()))
    }
}
