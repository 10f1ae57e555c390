//! Components that are expensive to read or to compile. Each has the world of the guest `minimal`, claims the vendor
//! `heavy`, and renders nothing.

use crate::guests::{component, of_module};
use std::fmt::Write;
use std::path::Path;

/// What all of them import, to be taken for plugins at all.
const OURS: &str = "(import \"dialplate:provision/types@0.1.0\" (instance))";

/// Where the description lies in the memory, and what it points to.
const DESCRIPTION: u32 = 1024;
const VENDOR: u32 = 1100;
const NAME: u32 = 1200;

/// A module that does what a plugin does, with `functions` beside it and a memory of these pages.
fn plugin(minimal: &Path, functions: &str, pages: usize) -> Vec<u8> {
    let (name, version, none) = ([NAME, 5], [NAME + 5, 3], [0, 0]);
    let description = [name, version, [VENDOR, 1], none, none].concat();
    let vendor = [name, none, none, none, none].concat();
    let data = |at: u32, words: &[u32]| {
        let bytes = words.iter().flat_map(|word| word.to_le_bytes());
        let text = bytes.fold(String::new(), |text, byte| text + &format!("\\{byte:02x}"));
        format!("(data (i32.const {at}) \"{text}\")")
    };
    let module = format!(
        "(module (memory (export \"memory\") {pages}) {} {} (data (i32.const {NAME}) \"heavy1.0\")
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

/// A few KB of code in which every loop is entered from every other, with every local changed in between: an
/// optimising compiler keeps account of each local at each of them, the quick one does not.
pub fn tangled(minimal: &Path, locals: usize, loops: usize) -> Vec<u8> {
    plugin(minimal, &tangle(locals, loops), 1)
}

/// The same with an instruction that only the optimising compiler knows.
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

/// As many functions, 1 KB each, of plain code: even the quick compiler takes its time.
pub fn long(minimal: &Path, functions: usize) -> Vec<u8> {
    let line = "(local.set 0 (i32.mul (i32.add (local.get 0) (i32.load (local.get 0))) (i32.const 123456789)))";
    plugin(minimal, &format!("(func (param i32) {})", line.repeat(72)).repeat(functions), 1)
}

/// A memory that is full from the start.
pub fn full(minimal: &Path, bytes: usize) -> Vec<u8> {
    let data = format!("(data (i32.const 65536) \"{}\")", "x".repeat(bytes));
    plugin(minimal, &data, bytes / 65_536 + 2)
}

/// A component with as many imported functions, or exported ones.
pub fn asking(imports: usize) -> Vec<u8> {
    let imports = (0..imports).fold(String::new(), |text, n| text + &format!("(import \"f{n}\" (func))"));
    component(&format!("(component {OURS} {imports})"))
}

pub fn offering(exports: usize) -> Vec<u8> {
    let exports = (0..exports).fold(String::new(), |text, n| text + &format!("(export \"e{n}\" (func $f))"));
    let function = "(core module $m (func (export \"f\"))) (core instance $i (instantiate $m))
        (func $f (canon lift (core func $i \"f\")))";
    component(&format!("(component {OURS} {function} {exports})"))
}

/// A tuple in a tuple, as deep as that, each with so many fields of the one before.
pub fn nested(depth: usize, fields: usize) -> Vec<u8> {
    let mut text = format!("(component {OURS} (type $t0 (list u8))");
    for of in 0..depth {
        let _ = write!(text, "(type $t{} (tuple{}))", of + 1, format!(" $t{of}").repeat(fields));
    }
    component(&(text + ")"))
}
