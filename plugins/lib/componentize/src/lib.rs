//! Turns a core module that cargo built for wasm32-unknown-unknown into a component. wit-bindgen stored the interface in a
//! custom section of the module.
//!
//! The linker `wasm-component-ld` would do the same, but not every distribution's Rust includes it.

use std::path::Path;
use std::{fmt, io};
use wit_component::ComponentEncoder;

/// Why a module cannot become a component: one line.
#[derive(Debug)]
pub struct EncodeError(String);

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "it is not a core module of a plugin; build it from a crate that calls dialplate_sdk::export!: {}",
            self.0
        )
    }
}

impl std::error::Error for EncodeError {}

/// The component of a core module, validated.
///
/// # Errors
/// The bytes are no core module, or the module has no interface in it.
pub fn component(module: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let encoder = ComponentEncoder::default().validate(true).module(module);
    encoder.and_then(|mut encoder| encoder.encode()).map_err(|error| EncodeError(format!("{error:#}")))
}

/// Writes a new file and renames it over `path`, so that a server that watches the folder never reads half a component.
///
/// # Errors
/// The file cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(&temporary, path)
}
