//! COMPATIBILITY.md names its tests, and each case area is in it.

mod support;

use std::path::Path;

use support::case;

const LEDGER: &str = include_str!("../COMPATIBILITY.md");

/// Every `` `cases/…` `` in the document, without the prefix.
fn named() -> Vec<&'static str> {
    let parts = LEDGER.split('`').skip(1).step_by(2);
    parts.filter_map(|code| code.strip_prefix("cases/")).collect()
}

#[test]
fn every_case_named_in_the_ledger_exists() {
    let named = named();
    assert!(named.len() > 100, "the ledger names only {} cases", named.len());
    let exists = |name: &str| {
        let path = case::folder().join(name);
        path.is_dir() || Path::new(&format!("{}.tpl", path.display())).is_file()
    };
    let missing: Vec<_> = named.into_iter().filter(|name| !exists(name.trim_end_matches('/'))).collect();
    assert!(missing.is_empty(), "named in COMPATIBILITY.md, but absent: {missing:#?}");
}

#[test]
fn every_area_of_cases_is_in_the_ledger() {
    let named = named();
    let areas = case::sorted(&case::folder());
    let names =
        areas.iter().map(|path| path.file_name().expect("the path has a file name").to_string_lossy().into_owned());
    let absent: Vec<_> = names.filter(|area| !named.contains(&format!("{area}/").as_str())).collect();
    assert!(absent.is_empty(), "not in COMPATIBILITY.md: {absent:?}");
}

#[test]
fn every_row_of_the_ledger_has_a_verdict() {
    let rows = LEDGER.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Item"));
    let odd: Vec<_> = rows
        .filter(|row| {
            let row = row.replace("\\|", "");
            let verdict = row.split('|').nth(2).unwrap_or_default().trim();
            !["same", "different", "refused"].iter().any(|word| verdict.starts_with(word))
        })
        .collect();
    assert!(odd.is_empty(), "rows without a verdict: {odd:#?}");
}

#[test]
fn every_function_of_the_allow_list_is_in_the_ledger() {
    let functions = dialplate_smarty::registry::functions();
    let absent: Vec<_> = functions.map(|f| f.name).filter(|name| !LEDGER.contains(&format!("`{name}`"))).collect();
    assert!(absent.is_empty(), "not in COMPATIBILITY.md: {absent:?}");
}
