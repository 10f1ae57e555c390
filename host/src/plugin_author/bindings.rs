//! C's side of the interface, as wit-bindgen generates it from the WIT that the plugin was made with.

use super::error::AuthorError;
use std::fs;
use std::path::Path;
use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

/// The world of plugins.
const WORLD: &str = "plugin";

/// Writes `plugin.h`, `plugin.c` and the object with the interface's types into a folder.
///
/// # Errors
/// `wit` is not the interface of plugins, or a file cannot be written.
pub fn generate(wit: &Path, folder: &Path) -> Result<(), AuthorError> {
    let files =
        files(wit).map_err(|error| AuthorError::Interface { path: wit.to_owned(), error: format!("{error:#}") })?;
    let write = |(name, contents)| fs::write(folder.join(name), contents);
    fs::create_dir_all(folder)
        .and_then(|()| files.iter().try_for_each(write))
        .map_err(|source| AuthorError::Write { path: folder.to_owned(), source })
}

fn files(wit: &Path) -> anyhow::Result<Files> {
    let mut resolve = Resolve::default();
    let package = resolve.push_file(wit)?;
    let world = resolve.select_world(&[package], Some(WORLD))?;
    let mut files = Files::default();
    wit_bindgen_c::Opts::default().build().generate(&mut resolve, world, &mut files)?;
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interface_becomes_a_header_a_source_and_an_object() {
        let folder = tempfile::tempdir().unwrap();
        let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit/0.2.1/provision.wit");
        generate(&wit, folder.path()).unwrap();
        let header = fs::read_to_string(folder.path().join("plugin.h")).unwrap();
        assert!(header.contains("bool exports_plugin_render("), "{header}");
        for name in ["plugin.c", "plugin_component_type.o"] {
            assert!(folder.path().join(name).is_file(), "{name} is absent");
        }
    }

    #[test]
    fn file_without_the_world_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let wit = folder.path().join("provision.wit");
        for text in ["no interface", "package a:b;\nworld other {}\n"] {
            fs::write(&wit, text).unwrap();
            let error = generate(&wit, folder.path()).unwrap_err().to_string();
            assert!(error.contains("provision.wit") && error.contains("dialplate plugin new"), "{error}");
        }
    }
}
