//! `dialplate-componentize CORE COMPONENT`: turns a core module that cargo built for wasm32-unknown-unknown into a
//! component. wit-bindgen stored the interface in a custom section of the module.
//!
//! The linker `wasm-component-ld` would do the same, but not every distribution's Rust includes it.

use anyhow::{Context, Result, bail};
use std::path::Path;
use wit_component::ComponentEncoder;

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let [core, component] = args.as_slice() else {
        bail!("usage: dialplate-componentize CORE COMPONENT");
    };
    let (core, component) = (Path::new(core), Path::new(component));
    let module = std::fs::read(core).with_context(|| format!("cannot read {}", core.display()))?;
    let bytes = ComponentEncoder::default()
        .validate(true)
        .module(&module)
        .and_then(|mut encoder| encoder.encode())
        .with_context(|| {
            format!(
                "{} is not a core module of a plugin; build it from a crate that calls dialplate_sdk::export!",
                core.display()
            )
        })?;
    replace(component, &bytes).with_context(|| format!("cannot write {}", component.display()))
}

/// Writes a new file and renames it over `path`, so that a server that watches the folder never reads half a component.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    std::fs::write(&temporary, bytes)?;
    std::fs::rename(&temporary, path)
}
