//! Builds a plugin in C with clang and LLVM's linker for WebAssembly.

use super::bindings;
use super::error::AuthorError;
use super::language::Language;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempPath;

/// The folders with the plugin's own sources.
const SOURCES: [&str; 2] = ["src", "libc"];
/// The WIT that the plugin is built on.
const WIT: &str = "wit/provision.wit";

/// A plugin has no `main`, and only what it exports is called. Its stack comes before its data, so that an overflow is a
/// crash and overwrites nothing.
const LINK: [&str; 2] = ["-nostdlib", "-Wl,--no-entry,--stack-first,--strip-all"];

/// Builds the plugin in `folder`, with bindings that it writes to `bindings`, and returns the core module.
///
/// # Errors
/// The interface cannot be read, or clang fails.
pub fn module(folder: &Path, bindings: &Path) -> Result<TempPath, AuthorError> {
    bindings::generate(&folder.join(WIT), bindings)?;
    let mut files = Vec::new();
    for place in SOURCES.map(|place| folder.join(place)).iter().chain([&bindings.to_owned()]) {
        files.extend(sources(place).map_err(|source| AuthorError::Read { path: place.clone(), source })?);
    }
    let unwritable = |source| AuthorError::Write { path: std::env::temp_dir(), source };
    let module = tempfile::Builder::new().suffix(".wasm").tempfile().map_err(unwritable)?.into_temp_path();
    let status = Command::new("clang")
        // The flags name folders of the plugin.
        .current_dir(folder)
        .args(flags(folder)?)
        .args(LINK)
        .arg("-o")
        .arg(&module)
        .args(files.iter().map(|file| file.strip_prefix(folder).unwrap_or(file)))
        .stdin(Stdio::null())
        .status()
        .map_err(AuthorError::NoClang)?;
    if status.success() { Ok(module) } else { Err(AuthorError::Tool { name: "clang", folder: folder.to_owned() }) }
}

/// The flags of the plugin, one a line.
fn flags(folder: &Path) -> Result<Vec<String>, AuthorError> {
    let path = folder.join(Language::C.manifest());
    let text = fs::read_to_string(&path).map_err(|source| AuthorError::Read { path, source })?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// The sources and objects of a folder, sorted, so that the same plugin is the same module.
fn sources(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "c" || ending == "o") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
