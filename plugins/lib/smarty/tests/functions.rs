//! FUNCTIONS.md says of each of PHP 8.2's functions whether templates may call it. The names come from PHP itself
//! (`php tests/functions/names.php`), the reasons from `tests/functions/refused.txt`. `BLESS=1` writes the table.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use dialplate_smarty::registry;

const EXTENSIONS: [&str; 7] = ["core", "ctype", "date", "json", "mbstring", "pcre", "standard"];

const HEAD: &str = "# The functions of PHP 8.2\n\n\
    Templates may call the functions that are *same*: `tests/php_differential.rs` compares each with PHP, except those \
    that it lists with a reason. COMPATIBILITY.md names the arguments for which one of them differs or is refused. The \
    others are refused by name, for the reason of their category. `BLESS=1 cargo test --release -p dialplate-smarty --test functions` \
    writes this page.\n";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/functions")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The reason of each category, in the order of the file, and the category of each refused function.
fn refused() -> (Vec<(String, String)>, BTreeMap<String, String>) {
    let text = read("refused.txt");
    let (mut reasons, mut functions) = (Vec::new(), BTreeMap::new());
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some((category, reason)) = line.strip_prefix('[').and_then(|rest| rest.split_once("] ")) {
            reasons.push((category.to_owned(), reason.to_owned()));
            continue;
        }
        let (category, _) = reasons.last().expect("a category comes first");
        for name in line.split(' ') {
            let before = functions.insert(name.to_owned(), category.clone());
            assert!(before.is_none(), "{name} is refused twice");
        }
    }
    (reasons, functions)
}

#[test]
fn table_of_functions_is_complete_and_true() {
    let (reasons, refused) = refused();
    let mut page = HEAD.to_owned();
    page.push_str("\n| category | reason |\n|---|---|\n");
    for (category, reason) in &reasons {
        let _ = writeln!(page, "| {category} | {reason} |");
    }
    let mut known = Vec::new();
    for extension in EXTENSIONS {
        let names = read(&format!("{extension}.txt"));
        let same = names.lines().filter(|name| registry::function(name.as_bytes()).is_some()).count();
        let _ = writeln!(page, "\n## {extension}: {same} of {} are same\n", names.lines().count());
        page.push_str("| function | verdict |\n|---|---|\n");
        for name in names.lines() {
            known.push(name.to_owned());
            let verdict = match (registry::function(name.as_bytes()), refused.get(name)) {
                (Some(_), None) => "same".to_owned(),
                (None, Some(category)) => format!("refused: {category}"),
                (Some(_), Some(_)) => panic!("{name} is callable, but refused.txt names it"),
                (None, None) => panic!("{name} is neither callable nor in refused.txt"),
            };
            let _ = writeln!(page, "| `{name}` | {verdict} |");
        }
    }
    let strange: Vec<_> = refused.keys().filter(|name| !known.contains(name)).collect();
    assert!(strange.is_empty(), "not functions of PHP 8.2: {strange:?}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("FUNCTIONS.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "FUNCTIONS.md is out of date; BLESS=1 writes it");
}
