//! COMPATIBILITY.md names existing tests, and the documents name existing files.

use dialplate_tests::server::root;
use std::path::Path;

/// Appends the texts of all Rust files below a folder.
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
fn tests_named_in_compatibility_md_exist() {
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
        let exists = code.contains(&format!("fn {name}(")) || root().join("tests/cases").join(name).is_dir();
        assert!(exists, "host/COMPATIBILITY.md names the test {name}, which does not exist");
    }
}

/// Longer names are wrapped or cut off in reports.
const TEST_NAME_CHARS_MAX: usize = 60;

#[test]
fn test_names_are_at_most_60_characters_long() {
    let mut code = String::new();
    for folder in ["host/src", "plugins", "tests"] {
        sources(&root().join(folder), &mut code);
    }
    let after_attribute = code.split("#[test]\n").skip(1).chain(code.split("#[tokio::test").skip(1));
    let functions = after_attribute.filter_map(|rest| rest.split_once("fn ")?.1.split('(').next());
    let cases = std::fs::read_dir(root().join("tests/cases")).unwrap().flatten();
    let cases = cases.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let names: Vec<_> = functions.map(str::to_owned).chain(cases).collect();
    assert!(names.len() > 400, "only {} tests were found", names.len());
    let long: Vec<_> = names.iter().filter(|name| name.len() > TEST_NAME_CHARS_MAX).collect();
    assert!(long.is_empty(), "shorten the names of these tests: {long:?}");
}

/// The paths in a page, in backquotes or links, that begin with one of the top folders.
fn files_named(page: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let words = text.split(['`', '(', ')', ' ', '\n', ',', ';']);
    let folders = ["host/", "plugins/", "wit/", "templates/", "nginx/", "tests/"];
    words.filter(|word| folders.iter().any(|folder| word.starts_with(folder))).map(str::to_owned).collect()
}

/// The documents whose paths are checked.
const DOCUMENTS: [&str; 8] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "tests/README.md",
    "wit/README.md",
    "docs/administration.md",
    "docs/security.md",
];

#[test]
fn files_named_in_documents_exist() {
    for page in DOCUMENTS {
        let named = files_named(page);
        assert!(!named.is_empty(), "{page} names no file");
        for file in named.iter().map(|file| file.trim_end_matches(['.', ':'])) {
            // ARCHITECTURE.md gives the paths of rooms relative to host/src.
            let is_there = ["", "host/src"].iter().any(|folder| root().join(folder).join(file).exists());
            assert!(is_there, "{page} names {file}, which does not exist");
        }
    }
}
