//! Components made to misbehave: those of `tests/guests`, which `plugins/build.sh tests/guests target/guests` builds,
//! and those written by hand.

use crate::server::root;
use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding};

/// A built guest, or `None` with one visible line.
pub fn built(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("DIALPLATE_GUESTS").map_or(root().join("target/guests"), PathBuf::from);
    let file = folder.join(format!("{name}.wasm"));
    if !file.exists() {
        println!("skipped: {} is not built; run plugins/build.sh tests/guests target/guests", file.display());
        return None;
    }
    Some(file)
}

/// The names of the guests in `tests/guests/text`: each is a core module that a compiler would not write.
pub fn texts() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder of the texts").flatten();
    let mut names: Vec<_> =
        entries.filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort_unstable();
    names
}

/// A component of such a text, with the world of the guest `minimal`; nothing of it is checked, because much of it
/// is wrong.
pub fn of_text(name: &str, minimal: &Path) -> Vec<u8> {
    of_module(wat::parse_file(folder().join(format!("{name}.wat"))).expect("a module's text"), minimal)
}

/// The same of a module that a test has made.
pub fn of_module(mut module: Vec<u8>, minimal: &Path) -> Vec<u8> {
    let minimal = std::fs::read(minimal).expect("a guest");
    let Ok(DecodedWasm::Component(resolve, world)) = wit_component::decode(&minimal) else {
        panic!("minimal is a component");
    };
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
    let encoder = ComponentEncoder::default().validate(false).module(&module);
    encoder.and_then(|mut encoder| encoder.encode()).expect("a component")
}

/// A component, or a module, from its own text.
pub fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a component's text")
}

fn folder() -> PathBuf {
    root().join("tests/guests/text")
}
