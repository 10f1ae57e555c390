//! The rooms of `host/src` import each other only in the order that ARCHITECTURE.md states, and no files import each
//! other in a circle.

mod imports;

use self::imports::{Graph, of_crate, of_folder};
use dialplate_tests::server::root;
use std::collections::BTreeMap;
use std::fs;

/// The rooms in their order, from the block in ARCHITECTURE.md.
fn order() -> Vec<String> {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let block = page.split("```rooms\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("a block `rooms` in ARCHITECTURE.md").split_whitespace().map(str::to_owned).collect()
}

/// The first folder of a file below `host/src`, or the file itself without its extension.
fn room(file: &str) -> &str {
    file.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

#[test]
fn rooms_import_only_rooms_before_them() {
    let order = order();
    let position = |room: &str| order.iter().position(|other| other == room);
    let graph = of_folder(&root().join("host/src"));
    for (file, imports) in graph.iter().filter(|(file, _)| *file != "lib.rs") {
        let at = position(room(file)).unwrap_or_else(|| panic!("ARCHITECTURE.md does not list the room of {file}"));
        for other in imports.iter().filter(|other| room(other) != room(file)) {
            assert!(
                position(room(other)) < Some(at),
                "{file} imports {other}, whose room stands after it in ARCHITECTURE.md"
            );
        }
    }
    let http = graph.iter().filter(|(file, _)| room(file) == "http").flat_map(|(_, imports)| imports);
    assert!(http.count() > 50, "the imports of http were not read");
    let absent: Vec<_> = order.iter().filter(|name| graph.keys().all(|file| room(file) != *name)).collect();
    assert!(absent.is_empty(), "rooms without files: {absent:?}");
}

/// Files that may import each other, because their types hold each other: a PHP array holds values, and a value can be an
/// array.
const RECURSIVE: [&str; 2] = ["php/array.rs", "php/value.rs"];

/// Whether an import can be part of a circle. Modules that only declare and re-export others are in none: an import
/// leads to the file that defines the item.
fn counts(file: &str, other: &str) -> bool {
    !(RECURSIVE.contains(&file) && RECURSIVE.contains(&other))
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let libraries = fs::read_dir(root().join("plugins/lib")).unwrap().map(|entry| entry.unwrap().path());
    let crates = libraries.chain([root().join("host")]).map(|path| path.join("src"));
    let mut files = 0;
    for source in crates.filter(|source| source.join("lib.rs").exists()) {
        let graph = of_folder(&source);
        files += graph.len();
        let found = circle(&graph).map(|files| files.join(" -> "));
        assert!(found.is_none(), "{}: {}", source.display(), found.unwrap_or_default());
    }
    assert!(files > 200, "{files} files were read");
}

/// The files of a circle, each of which imports the next; the last one is the first again.
fn circle(graph: &Graph) -> Option<Vec<String>> {
    let mut left: BTreeMap<&String, Vec<&String>> = BTreeMap::new();
    for (file, imports) in graph {
        left.insert(file, imports.iter().filter(|other| counts(file, other)).collect());
    }
    // A file that imports nothing that is left is in no circle.
    while let Some(free) = left.iter().find(|(_, imports)| imports.is_empty()).map(|(file, _)| *file) {
        left.remove(free);
        left.values_mut().for_each(|imports| imports.retain(|file| *file != free));
    }
    let mut way = vec![*left.keys().next()?];
    loop {
        let next = left[way[way.len() - 1]][0];
        if let Some(start) = way.iter().position(|file| *file == next) {
            return Some(way[start..].iter().chain([&next]).map(|file| (*file).clone()).collect());
        }
        way.push(next);
    }
}

/// The imports of a made-up crate.
fn made_up(files: &[(&str, &str)]) -> Graph {
    of_crate(&|name| files.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned()))
}

/// A crate with the rooms `a` and `b`, of which `b` has a module `inner` whose `Item` it re-exports.
fn with_rooms(a: &str, inner: &str) -> Graph {
    let b = "mod inner; pub use inner::Item; pub struct Own;";
    made_up(&[("lib.rs", "pub mod a; pub mod b;"), ("a.rs", a), ("b/mod.rs", b), ("b/inner.rs", inner)])
}

#[test]
fn import_is_resolved_to_the_file_that_defines_it() {
    for (code, expected) in [
        ("use crate::b::Item;", "b/inner.rs"),
        ("use crate::b::{Item as Other, self};", "b/inner.rs"),
        ("use super::b; fn f() -> b::Own { panic!() }", "b/mod.rs"),
        ("fn f() { crate::b::Item::new() }", "b/inner.rs"),
        ("fn f() { assert!(crate::b::Own::is()) }", "b/mod.rs"),
        ("mod deep { use super::super::b::Own; }", "b/mod.rs"),
        ("use std::fmt; #[cfg(test)] mod tests { use crate::b::Own; }", ""),
        ("use crate::b;", ""),
    ] {
        let found = with_rooms(code, "pub struct Item;")["a.rs"].iter().cloned().collect::<Vec<_>>().join(" ");
        assert_eq!(found, expected, "{code}");
    }
}

#[test]
fn circle_of_files_is_found() {
    let found = |a, inner| circle(&with_rooms(a, inner)).map(|files| files.join(" -> "));
    assert_eq!(found("use crate::b::Item; pub struct A;", "pub struct Item;"), None);
    let through_reexport = found("use crate::b::Item; pub struct A;", "use crate::a::A; pub struct Item;");
    assert_eq!(through_reexport.as_deref(), Some("a.rs -> b/inner.rs -> a.rs"));
    let with_reexport = found("", "use super::Own; pub struct Item;");
    assert_eq!(with_reexport, None, "a re-export alone is no import");
    let with_own_module = circle(&made_up(&[
        ("lib.rs", "mod b;"),
        ("b/mod.rs", "mod inner; use inner::Item; pub struct Own(Item);"),
        ("b/inner.rs", "pub struct Item; impl super::Own {}"),
    ]));
    assert!(with_own_module.is_some_and(|files| files.len() == 3));
    let with_sibling = circle(&made_up(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub struct A; fn f() { crate::b::inner::g() }"),
        ("b/mod.rs", "pub mod inner; pub use crate::a::A;"),
        ("b/inner.rs", "pub fn g() -> super::A { panic!() }"),
    ]));
    assert!(with_sibling.is_some_and(|files| files.len() == 3));
}
