//! Builds a plugin in JavaScript with componentize-js, which puts an engine for JavaScript into the component.

use super::error::AuthorError;
use super::script;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempPath;

/// The program of the plugin's folder that makes the component, and writes it to the file that its command line names.
const PROGRAM: &str = "build.js";
/// Where npm installs componentize-js.
const PACKAGE: &str = "node_modules/@bytecodealliance/componentize-js";
/// The first bytes of a component; a core module has another version.
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// Builds the plugin in `folder`, and returns its component.
///
/// # Errors
/// The packages are not installed, node fails, or it wrote no component.
pub fn component(folder: &Path) -> Result<TempPath, AuthorError> {
    if !folder.join(PACKAGE).is_dir() {
        return Err(AuthorError::NoPackages(folder.to_owned()));
    }
    script::check(folder)?;
    let unwritable = |source| AuthorError::Write { path: std::env::temp_dir(), source };
    let component = tempfile::Builder::new().suffix(".wasm").tempfile().map_err(unwritable)?.into_temp_path();
    let status = Command::new("node")
        .current_dir(folder)
        .arg(PROGRAM)
        .arg(&component)
        .stdin(Stdio::null())
        .status()
        .map_err(AuthorError::NoNode)?;
    if !status.success() {
        return Err(AuthorError::Tool { name: "node", folder: folder.to_owned() });
    }
    if !is_component(&component) {
        return Err(AuthorError::NoComponent(folder.join(PROGRAM)));
    }
    Ok(component)
}

fn is_component(file: &Path) -> bool {
    let mut first = [0; COMPONENT.len()];
    File::open(file).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == COMPONENT
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folder_without_packages_says_what_to_run() {
        let folder = tempfile::tempdir().unwrap();
        let error = component(folder.path()).unwrap_err().to_string();
        assert!(error.contains("run `npm install`"), "{error}");
    }

    #[test]
    fn module_is_no_component() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("acme.wasm");
        for (bytes, expected) in [(&b"\0asm\x0d\0\x01\0."[..], true), (b"\0asm\x01\0\0\0", false), (b"", false)] {
            fs::write(&file, bytes).unwrap();
            assert_eq!(is_component(&file), expected, "{bytes:?}");
        }
    }
}
