//! `dialplate-componentize CORE COMPONENT`: turns a core module, as cargo builds it for wasm32-unknown-unknown, into
//! a component. The module carries its interface in a custom section that wit-bindgen put there.
//!
//! A library does this rather than the linker `wasm-component-ld`, because not every distribution's Rust has that.

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
        .with_context(|| format!("{} is no module of a plugin", core.display()))?;
    replace(component, &bytes).with_context(|| format!("cannot write {}", component.display()))
}

/// Writes beside the file and renames over it: a server that watches the folder never reads half a component.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, path)
}
