//! The guide is followed literally, and what it quotes is in the example.

use super::{BUILT, EXAMPLE, GUIDE, component, follow};
use dialplate_tests::author::succeed;
use dialplate_tests::page::{blocks, rows};
use dialplate_tests::server::{command, root, target};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn guide_builds_tests_and_checks_the_example() {
    assert!(component().is_file(), "{} has no component", BUILT.display());
    let manifest = fs::read_to_string(BUILT.join("Cargo.toml")).unwrap();
    assert!(!manifest.contains("path ="), "the example names a folder: {manifest}");
}

/// Names of files below a folder; links are files.
fn names(folder: &Path, prefix: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let named = |entry: fs::DirEntry| {
        let name = format!("{prefix}{}", entry.file_name().display());
        let is_folder = entry.file_type().unwrap().is_dir();
        if is_folder { names(&entry.path(), &format!("{name}/")) } else { BTreeSet::from([name]) }
    };
    entries.flat_map(named).collect()
}

#[test]
fn example_has_the_shape_of_a_new_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let made = command("plugin", &[]).current_dir(&folder).args(["new", "fanvil"]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let (new, example) = (folder.path().join("fanvil"), root().join(EXAMPLE));
    // Models and cases are the author's own.
    let is_shape = |name: &&String| !name.starts_with("templates/") && !name.starts_with("tests/cases/");
    let (of_new, of_example) = (names(&new, ""), names(&example, ""));
    let absent: Vec<_> = of_new.iter().filter(is_shape).filter(|name| !of_example.contains(*name)).collect();
    assert!(absent.is_empty(), "the example lacks {absent:?}");
    let more: Vec<_> = of_example.iter().filter(is_shape).filter(|name| !of_new.contains(*name)).collect();
    assert_eq!(more, ["src/agents.rs", "src/text.rs"]);
    for name in ["Cargo.toml", ".gitignore", ".github/workflows/ci.yml"] {
        let read = |folder: &Path| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(read(&example), read(&new), "{name}");
    }
    let page = fs::read_to_string(example.join("README.md")).unwrap();
    assert!(page.lines().count() <= 40, "the README is longer than a screen");
}

#[test]
fn excerpts_of_the_guide_are_in_the_example() {
    let example = root().join(EXAMPLE);
    let texts: Vec<_> =
        names(&example, "").iter().filter_map(|name| fs::read_to_string(example.join(name)).ok()).collect();
    let mut count = 0;
    for language in ["rust", "smarty", "toml"] {
        for excerpt in blocks(GUIDE, language) {
            assert!(texts.iter().any(|text| text.contains(excerpt.trim_end())), "no file has {excerpt}");
            count += 1;
        }
    }
    assert!(count >= 6, "only {count} excerpts");
}

#[test]
fn facts_of_the_guide_are_in_the_named_files() {
    let facts = rows(GUIDE, "fact");
    assert!(facts.len() >= 15, "only {} facts", facts.len());
    let code = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    for row in facts {
        let [fact, values, file, source] = row.as_slice() else { panic!("{row:?} has not four cells") };
        assert!(source.len() > 5, "{fact} has no source");
        let [file] = code(file).try_into().unwrap_or_else(|files| panic!("{fact} names {files:?}"));
        let path = root().join(EXAMPLE).join(&file);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for value in code(values) {
            assert!(text.contains(&value), "{fact}: {file} has no {value}");
        }
    }
}

/// The commands of the page on publishing run one after the other, in a copy of the example's folder.
#[test]
fn publishing_page_leads_to_files_of_a_release() {
    let folder = tempfile::tempdir().unwrap();
    succeed(Command::new("cp").arg("-r").arg(&*BUILT).arg(folder.path()));
    let path = format!("{}:{}", target().join("release").display(), std::env::var("PATH").unwrap_or_default());
    follow("docs/plugins/publishing.md", "console", |script| {
        let mut shell = Command::new("bash");
        shell.args(["-euc", script]).current_dir(folder.path().join("fanvil")).env("PATH", &path);
        shell
    });
}
