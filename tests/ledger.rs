//! The ledger of differences names tests that exist.

use dialplate_tests::server::root;
use std::path::Path;

/// The texts of all Rust files below a folder.
fn sources(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&std::fs::read_to_string(path).expect("a source file"));
        }
    }
}

#[test]
fn every_test_that_the_ledger_names_exists() {
    let mut code = String::new();
    for folder in ["host/src", "plugins", "tests"] {
        sources(&root().join(folder), &mut code);
    }
    let ledger = std::fs::read_to_string(root().join("host/COMPATIBILITY.md")).unwrap();
    let rows = ledger.lines().filter(|line| line.starts_with('|') && !line.starts_with("|---"));
    let named: Vec<_> =
        rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next()).flat_map(|cell| cell.split('`')).collect();
    let named: Vec<_> = named.into_iter().filter(|name| name.contains('_')).collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(code.contains(&format!("fn {name}(")), "the ledger names {name}, and there is no such test");
    }
}
