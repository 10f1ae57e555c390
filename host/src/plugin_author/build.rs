//! Builds a plugin with the tools of its language, and makes a component of the module.

use super::error::AuthorError;
use super::language::Language;
use super::{cargo, clang, node};
use crate::files::read_bounded;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The folder of a plugin that gets the component.
const BUILD: &str = "build";
/// The default of `component_bytes_max`, above which a server refuses a component.
const MODULE_BYTES_MAX: u64 = 64 << 20;

/// A component that was built.
#[derive(Debug, Serialize, Deserialize)]
pub struct Built {
    pub file: PathBuf,
    pub bytes: usize,
}

/// Builds the plugin in `folder` and writes its component to `out`, by default to `build/<name>.wasm` in the folder. What
/// rustc prints goes to `diagnostics`; other compilers print to standard error.
///
/// # Errors
/// The folder has no plugin, the language's tool fails, or the module is no plugin's.
pub fn build(folder: &Path, out: Option<&Path>, diagnostics: &mut impl Write) -> Result<Built, AuthorError> {
    match Language::of(folder)? {
        Language::Rust => {
            let module = cargo::module(folder, diagnostics)?;
            let component = component(&module)?;
            write(&component, folder, &cargo::plugin_name(&module), out)
        }
        Language::C => {
            let module = clang::module(folder, &folder.join(BUILD).join("bindings"))?;
            write(&component(&module)?, folder, &folder_name(folder), out)
        }
        Language::JavaScript => {
            let component = node::component(folder)?;
            write(&read(&component)?, folder, &folder_name(folder), out)
        }
    }
}

/// The component of a core module.
fn component(module: &Path) -> Result<Vec<u8>, AuthorError> {
    dialplate_componentize::component(&read(module)?)
        .map_err(|source| AuthorError::Encode { path: module.to_owned(), source })
}

fn read(path: &Path) -> Result<Vec<u8>, AuthorError> {
    let read = read_bounded(path, MODULE_BYTES_MAX);
    read.map_err(|source| AuthorError::Read { path: path.to_owned(), source })?
        .ok_or_else(|| AuthorError::TooLarge { path: path.to_owned(), max: MODULE_BYTES_MAX })
}

fn write(component: &[u8], folder: &Path, name: &str, out: Option<&Path>) -> Result<Built, AuthorError> {
    let folder = if folder == Path::new(".") { Path::new("") } else { folder };
    let file = out.map_or_else(|| folder.join(BUILD).join(format!("{name}.wasm")), Path::to_owned);
    let written = file.parent().map_or(Ok(()), fs::create_dir_all);
    written
        .and_then(|()| dialplate_componentize::replace(&file, component))
        .map_err(|source| AuthorError::Write { path: file.clone(), source })?;
    Ok(Built { file, bytes: component.len() })
}

/// The name of a plugin whose files do not name it.
fn folder_name(folder: &Path) -> String {
    let absolute = folder.canonicalize();
    let name = absolute.ok().and_then(|folder| folder.file_name().map(|name| name.to_string_lossy().into_owned()));
    name.unwrap_or_else(|| "plugin".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_without_a_manifest_is_no_plugin() {
        let folder = tempfile::tempdir().unwrap();
        let error = build(folder.path(), None, &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("has no Cargo.toml") && error.contains("plugin new"), "{error}");
        assert!(Language::NAMES.into_iter().all(|name| error.contains(Language::named(name).unwrap().manifest())));
    }

    #[test]
    fn file_that_is_no_module_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let module = folder.path().join("acme.wasm");
        fs::write(&module, b"no module").unwrap();
        let error = component(&module).unwrap_err().to_string();
        assert!(error.contains("acme.wasm: it is not a core module of a plugin"), "{error}");
    }

    #[test]
    fn component_is_named_like_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let plugin = folder.path().join("acme");
        fs::create_dir(&plugin).unwrap();
        let built = write(b"component", &plugin, &folder_name(&plugin), None).unwrap();
        assert_eq!((built.file, built.bytes), (plugin.join("build/acme.wasm"), 9));
    }
}
