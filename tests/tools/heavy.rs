//! Components that are expensive to read or to compile. Each has the world of the guest `minimal`, claims the vendor
//! `heavy`, and renders nothing.

use crate::guests::{component, of_module};
use std::fmt::Write;
use std::path::Path;

/// The import by which the server takes a component for a plugin.
const OURS: &str = "(import \"dialplate:provision/types@0.1.0\" (instance))";

/// Addresses of the description in memory, and of the texts in it.
const DESCRIPTION: u32 = 1024;
const VENDOR: u32 = 1100;
const NAME: u32 = 1200;

/// A plugin for a vendor of this name, which has five letters.
pub fn of_vendor(minimal: &Path, name: &str) -> Vec<u8> {
    plugin_of(name, minimal, "", 1)
}

/// A plugin with these further functions and a memory of so many pages.
fn plugin(minimal: &Path, functions: &str, pages: usize) -> Vec<u8> {
    plugin_of("heavy", minimal, functions, pages)
}

fn plugin_of(vendor_name: &str, minimal: &Path, functions: &str, pages: usize) -> Vec<u8> {
    assert_eq!(vendor_name.len(), 5, "{vendor_name}");
    let (name, version, none) = ([NAME, 5], [NAME + 5, 3], [0, 0]);
    let description = [name, version, [VENDOR, 1], none, none].concat();
    let vendor = [name, none, none, none, none].concat();
    let data = |at: u32, words: &[u32]| {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        let text = bytes.fold(String::new(), |text, byte| text + &format!("\\{byte:02x}"));
        format!("(data (i32.const {at}) \"{text}\")")
    };
    let module = format!(
        "(module (memory (export \"memory\") {pages}) {} {} (data (i32.const {NAME}) \"{vendor_name}1.0\")
          (func (export \"describe\") (result i32) (i32.const {DESCRIPTION}))
          (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) (i32.const 4096))
          (func (export \"prepare\") (param i32 i32) (result i32) (i32.const 0))
          (func (export \"render\") (param i32) (result i32) (i32.const 0))
          {functions})",
        data(DESCRIPTION, &description),
        data(VENDOR, &vendor)
    );
    of_module(component(&module), minimal)
}

/// A few KB of code in which every loop jumps to every other one, and every local changes in between. The optimising
/// compiler tracks each local in each loop; the quick one does not.
pub fn tangled(minimal: &Path, locals: usize, loops: usize) -> Vec<u8> {
    plugin(minimal, &tangle(locals, loops), 1)
}

/// Like [`tangled`], with an instruction that only the optimising compiler supports.
pub fn tangled_at_once(minimal: &Path, locals: usize, loops: usize) -> Vec<u8> {
    let unknown = "(func $tail (return_call $tail))";
    plugin(minimal, &format!("{unknown}{}", tangle(locals, loops)), 1)
}

fn tangle(locals: usize, loops: usize) -> String {
    let mut text = format!("(func (param i32) (local{}){}", " i32".repeat(locals), "(loop ".repeat(loops));
    for local in 1..=locals {
        let next = local % locals + 1;
        let _ = write!(text, "(local.set {local} (i32.add (local.get {local}) (local.get {next})))");
    }
    let labels = (0..loops).map(|label| label.to_string()).collect::<Vec<_>>().join(" ");
    text + &format!("(br_table {labels} (local.get 0)){})", ")".repeat(loops))
}

/// So many functions of 1 KB of plain code, which also the quick compiler compiles slowly.
pub fn long(minimal: &Path, functions: usize) -> Vec<u8> {
    let line = "(local.set 0 (i32.mul (i32.add (local.get 0) (i32.load (local.get 0))) (i32.const 123456789)))";
    plugin(minimal, &format!("(func (param i32) {})", line.repeat(72)).repeat(functions), 1)
}

/// A plugin whose memory is initialised with this many bytes.
pub fn full(minimal: &Path, bytes: usize) -> Vec<u8> {
    let data = format!("(data (i32.const 65536) \"{}\")", "x".repeat(bytes));
    plugin(minimal, &data, bytes / 65_536 + 2)
}

/// A component with so many imported functions.
pub fn asking(imports: usize) -> Vec<u8> {
    let imports = (0..imports).fold(String::new(), |text, n| text + &format!("(import \"f{n}\" (func))"));
    component(&format!("(component {OURS} {imports})"))
}

/// A component with so many exported functions.
pub fn offering(exports: usize) -> Vec<u8> {
    let exports = (0..exports).fold(String::new(), |text, n| text + &format!("(export \"e{n}\" (func $f))"));
    let function = "(core module $m (func (export \"f\"))) (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i \"f\")))";
    component(&format!("(component {OURS} {function} {exports})"))
}

/// A component with nested tuple types: each of the `depth` levels has `fields` fields of the level below.
pub fn nested(depth: usize, fields: usize) -> Vec<u8> {
    let mut text = format!("(component {OURS} (type $t0 (list u8))");
    for of in 0..depth {
        let _ = write!(text, "(type $t{} (tuple{}))", of + 1, format!(" $t{of}").repeat(fields));
    }
    component(&(text + ")"))
}
