//! Components that misbehave on purpose: those of `tests/guests`, which `plugins/build.sh tests/guests target/guests`
//! builds, and those written by hand.

use crate::server::root;
use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding};

/// A built guest.
pub fn built(name: &str) -> PathBuf {
    let file = root().join(format!("target/guests/{name}.wasm"));
    assert!(file.is_file(), "there is no {}: run `plugins/build.sh tests/guests target/guests` first", file.display());
    file
}

/// A component that was built for an earlier version of the interface. See the README beside it.
pub fn frozen(version: &str) -> PathBuf {
    root().join(format!("tests/guests/frozen/{version}.wasm"))
}

/// The names of the guests in `tests/guests/text`: each is a core module that a compiler would not write.
pub fn texts() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder of the texts").flatten();
    let mut names: Vec<_> =
        entries.filter_map(|entry| Some(entry.path().file_stem()?.to_string_lossy().into_owned())).collect();
    names.sort_unstable();
    names
}

/// A component made of one of these texts, with the world of the guest `minimal`. It is not validated, because many of
/// the texts are invalid.
pub fn of_text(name: &str, minimal: &Path) -> Vec<u8> {
    of_module(wat::parse_file(folder().join(format!("{name}.wat"))).expect("a module's text"), minimal)
}

/// Like [`of_text`], from the bytes of a module.
pub fn of_module(mut module: Vec<u8>, minimal: &Path) -> Vec<u8> {
    let minimal = std::fs::read(minimal).expect("a guest");
    let Ok(DecodedWasm::Component(resolve, world)) = wit_component::decode(&minimal) else {
        panic!("minimal is a component");
    };
    wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).expect("metadata");
    let encoder = ComponentEncoder::default().validate(false).module(&module);
    encoder.and_then(|mut encoder| encoder.encode()).expect("a component")
}

/// The bytes of a component or a module in text format.
pub fn component(text: &str) -> Vec<u8> {
    wat::parse_str(text).expect("a component's text")
}

/// A component that every server refuses, and the reason.
pub struct Refused {
    pub name: String,
    pub component: Vec<u8>,
    /// A part of the message.
    pub reason: &'static str,
}

/// `component_bytes_max` of a server that is to refuse these.
pub const BYTES_MAX: &str = "4194304";

/// Guests that are refused before they render, and a part of the message.
const REFUSED: [(&str, &str); 17] = [
    ("start-loops", "failed in `describe`: did not finish within"),
    ("start-traps", "failed in `describe`: crashed"),
    ("describe-loops", "(prepare_timeout_ms)"),
    ("describe-recurses", "failed in `describe`: exceeded stack_bytes_max"),
    ("describe-eats-memory", "failed in `describe`: requested"),
    ("describe-grows-a-table", "cannot be a plugin: no snapshot can be taken of it: unsupported `table.grow`"),
    ("describe-forges", "failed in `describe`: crashed"),
    ("describe-repeats", "failed in `describe`: exceeded prepare_output_bytes_max"),
    ("memory-of-4-gib", "(prepare_memory_bytes_max)"),
    ("table-of-millions", "exceeded table_entries_max"),
    ("memory-of-64-bits", "is not a WebAssembly component: "),
    ("memory-shared", "shared"),
    ("memories-of-two", "multiple memories"),
    ("future", "was built for dialplate:provision 9.9.0; this server supports 0.1.0 and 0.2.1"),
    ("greedy", "imports items that no plugin may import: guests:greedy/files, clock"),
    ("too-large", "is larger than 4194304 bytes (component_bytes_max)"),
    ("torn", "is not a WebAssembly component"),
];

/// Components that are refused for an import or an item that no plugin may have: name, text, and a part of the message.
const ASKING: [(&str, &str, &str); 9] = [
    (
        "asks-resource",
        "(import \"dialplate:provision/host@0.1.0\" (instance (export \"r\" (type (sub resource)))))",
        "resource types",
    ),
    ("state-unseen", "(core module $m (memory 1)) (core instance (instantiate $m))", "and no exports"),
    (
        "memories-of-two-modules",
        "(core module (memory (export \"a\") 1)) (core module (memory (export \"a\") 1))",
        "cannot be a plugin: no snapshot can be taken of multiple memories",
    ),
    ("asks-wasi", "(import \"wasi:random/random@0.2.6\" (instance (export \"f\" (func (result u64)))))", "wasi:random"),
    ("asks-module", "(import \"m\" (core module))", "m (core module)"),
    ("asks-function", "(import \"clock\" (func (result u64)))", "clock"),
    ("asks-component", "(import \"x\" (component))", "x (component)"),
    ("asks-more", "(import \"dialplate:provision/host@0.1.0\" (instance (export \"secrets\" (func))))", "secrets"),
    ("asks-later", "(import \"dialplate:provision/host@0.1.9\" (instance (export \"later\" (func))))", "later"),
];

/// All components that a server refuses. `minimal` is the file of the built guest of that name.
pub fn refused(minimal: &Path) -> Vec<Refused> {
    let whole = std::fs::read(minimal).expect("a guest");
    let of_file = |name: &str| match name {
        "future" | "greedy" => std::fs::read(built(name)).expect("a guest"),
        "torn" => whole[..whole.len() / 2].to_vec(),
        "too-large" => vec![0; BYTES_MAX.parse::<usize>().expect("a number") + 1],
        _ => of_text(name, minimal),
    };
    let named = |name: &str, component, reason| Refused { name: name.to_owned(), component, reason };
    let files = REFUSED.iter().map(|(name, reason)| named(name, of_file(name), reason));
    let asking = ASKING.iter().map(|(name, import, reason)| named(name, component(&ours(import)), reason));
    let nested =
        [200, 100_000].map(|depth| named(&format!("nested-{depth}"), nested(depth), "type nesting is too deep"));
    let parts =
        named("nested-parts", component(&ours(&"(component)".repeat(200))), "more than 100 modules and components");
    let types = named("nested-types", types_in_types(100_000), "more than 100 nested interface types");
    files.chain(asking).chain(nested).chain([parts, types]).collect()
}

/// Instance types, each within the one before, deeper than the text format allows.
fn types_in_types(depth: usize) -> Vec<u8> {
    let types = [&[1], &[0x42, 1, 1].repeat(depth)[..], &[0x42, 0]].concat();
    let digits = (0..5).map(|at| (types.len() >> (7 * at)) as u8 & 0x7f | if at < 4 { 0x80 } else { 0 });
    [component(&ours("")), vec![7], digits.collect(), types].concat()
}

/// A component that imports the plugin interface, so that the server takes it for a plugin.
fn ours(more: &str) -> String {
    format!("(component (import \"dialplate:provision/types@0.1.0\" (instance)) {more})")
}

fn nested(depth: u32) -> Vec<u8> {
    let mut text = String::from("(type $t0 (list u8))");
    (0..depth).for_each(|of| text += &format!("(type $t{} (list $t{of}))", of + 1));
    component(&ours(&text))
}

fn folder() -> PathBuf {
    root().join("tests/guests/text")
}
