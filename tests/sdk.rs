//! A plugin's author outside of this repository: the packages of the SDK hold everything that they need, and the commands
//! say what is wrong.

use dialplate_tests::author::{LIBRARIES, Machine};
use dialplate_tests::page::rows;
use dialplate_tests::server::{command, root};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The files of a folder with their contents, by their paths in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn packages_are_what_the_repository_has() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::new(&folder.path().join("machine"));
    let interface = fs::read(root().join("wit/0.2.1/provision.wit")).unwrap();
    assert_eq!(files(&machine.library("dialplate-sdk").join("wit")), [("provision.wit".to_owned(), interface)]);
    for (name, folder) in LIBRARIES {
        let (packaged, own) = (machine.library(name), root().join(folder));
        assert!(files(&packaged.join("src")) == files(&own.join("src")), "{name} has other sources");
        for page in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            assert_eq!(fs::read(packaged.join(page)).unwrap(), fs::read(own.join(page)).unwrap(), "{name}: {page}");
        }
        let manifest = fs::read_to_string(packaged.join("Cargo.toml")).unwrap();
        assert!(!manifest.contains("path = \".."), "{name} depends on a folder outside of the package");
    }
}

/// What a command that has to fail prints, run in this folder.
fn refusal(folder: &Path, configure: impl FnOnce(&mut Command) -> &mut Command) -> String {
    let mut command = command("plugin", &[]);
    configure(command.current_dir(folder));
    let output = command.output().unwrap();
    assert!(!output.status.success(), "{command:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn author_commands_name_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let sources = root().join("plugins/lib");
    let made =
        command("plugin", &[]).current_dir(&folder).args(["new", "acme", "--sdk"]).arg(&sources).output().unwrap();
    let printed = String::from_utf8(made.stdout).unwrap();
    assert!(made.status.success() && printed.contains("acme/README.md"), "{printed}");
    let manifest = fs::read_to_string(folder.path().join("acme/Cargo.toml")).unwrap();
    assert!(manifest.contains(&format!("dialplate-sdk = {{ path = {:?} }}", sources.join("sdk").display())));
    let before = files(folder.path());
    let new = |name: &str| refusal(folder.path(), |command| command.args(["new", name]));
    assert!(new("acme").contains("acme exists already; nothing was changed"));
    assert!(new("Acme").contains("lower-case letters, digits and hyphens"));
    let lang = refusal(folder.path(), |command| command.args(["new", "zeta", "--lang", "cobol"]));
    assert!(lang.contains("rust"), "{lang}");
    assert!(files(folder.path()) == before, "a refused command changed something");
    let build = |path: &str| refusal(folder.path(), |command| command.args(["build", path]).env("PATH", "/"));
    assert!(build("zeta").contains("zeta is no plugin: it has no Cargo.toml (Rust)"));
    assert!(build("acme").contains("cannot run cargo") && build("acme").contains("install Rust"));
    for (lang, advice) in [("c", "cannot run clang: "), ("js", "js has no componentize-js; run `npm install` there")] {
        let sdk = refusal(folder.path(), |command| command.args(["new", lang, "--lang", lang, "--sdk", "."]));
        assert!(sdk.contains("--sdk: only plugins in Rust use the SDK"), "{sdk}");
        let made = command("plugin", &[]).current_dir(&folder).args(["new", lang, "--lang", lang]).status().unwrap();
        assert!(made.success() && build(lang).contains(advice), "{}", build(lang));
    }
}

#[test]
fn table_of_sdk_versions_has_the_current_one() {
    let rows = rows("plugins/lib/sdk/README.md", "SDK");
    let (minor, _) = env!("CARGO_PKG_VERSION").rsplit_once('.').unwrap();
    let interface = fs::read_to_string(root().join("plugins/lib/sdk/wit/provision.wit")).unwrap();
    let (_, rest) = interface.split_once("package dialplate:provision@").unwrap();
    let (version, _) = rest.split_once(';').unwrap();
    let current = rows.iter().find(|row| row[0] == minor).unwrap_or_else(|| panic!("no row for {minor}"));
    assert_eq!((&*current[1], &*current[2]), (version, "0.1 and later"));
    for row in &rows {
        let folder = root().join("wit").join(&row[1]);
        assert!(folder.join("provision.wit").is_file(), "the table names wit/{}, which does not exist", row[1]);
    }
    let page = fs::read_to_string(root().join("plugins/lib/sdk/README.md")).unwrap();
    assert!(page.contains(&format!("dialplate-sdk = \"{minor}\"")), "the README names another version");
}
