//! The rooms of `host/src` import each other only in the order that ARCHITECTURE.md states.

use dialplate_tests::server::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The rooms in their order, from the block in ARCHITECTURE.md.
fn order() -> Vec<String> {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let block = page.split("```rooms\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("a block `rooms` in ARCHITECTURE.md").split_whitespace().map(str::to_owned).collect()
}

/// The Rust files below a folder, without those of tests, which may use every room.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if path.is_dir() && name != "tests" {
            files(&path, found);
        } else if name.ends_with(".rs") && !name.contains("tests") && name != "measure.rs" {
            found.push(path);
        }
    }
}

/// The code of a file without comments and without its unit tests, which come last.
fn code(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join(" ")
}

/// The rooms that code names after `crate::`, alone or in braces.
fn imports(code: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    let word = |text: &str| text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    for rest in code.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            rooms.insert(word(rest));
            continue;
        };
        let mut depth = 0_usize;
        let mut start = true;
        for (at, c) in list.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                c if start && !c.is_whitespace() => {
                    rooms.insert(word(&list[at..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    rooms
}

/// Each room with the rooms that it imports, and one file that does.
fn graph(rooms: &[String]) -> BTreeMap<String, BTreeMap<String, String>> {
    let (source, mut found) = (root().join("host/src"), Vec::new());
    files(&source, &mut found);
    let mut graph: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for path in found {
        let file = path.strip_prefix(&source).unwrap().display().to_string();
        let room = file.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        let named = imports(&code(&fs::read_to_string(&path).unwrap()));
        let edges = graph.entry(room.clone()).or_default();
        for other in named.into_iter().filter(|other| *other != room && rooms.contains(other)) {
            edges.entry(other).or_insert_with(|| file.clone());
        }
    }
    graph
}

#[test]
fn rooms_import_only_rooms_before_them() {
    let order = order();
    let position = |room: &str| order.iter().position(|other| other == room);
    let graph = graph(&order);
    for (room, imports) in graph.iter().filter(|(room, _)| !["lib", "main"].contains(&room.as_str())) {
        let at = position(room).unwrap_or_else(|| panic!("ARCHITECTURE.md does not list the room {room}"));
        for (other, file) in imports {
            assert!(position(other) < Some(at), "{file} imports {other}, which stands after {room} in ARCHITECTURE.md");
        }
    }
    assert!(graph["http"].len() > 5, "the imports of http were not read: {:?}", graph["http"]);
    assert!(graph.len() > order.len(), "rooms without files: {order:?}");
}

#[test]
fn imports_are_read_alone_and_in_braces() {
    let read = |code| imports(code).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(read("use crate::gate::{Permit, Refusal}; fn f() { crate::http::serve() }"), "gate http");
    assert_eq!(read("use crate::{gate, facts::{A, B}, plugin::{self, C}};"), "facts gate plugin");
}
