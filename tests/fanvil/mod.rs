//! examples/fanvil, the worked example of the book: built as an author builds it, from the packages of the SDK.

mod answers;
mod guide;
mod swap;

use dialplate_tests::author::{Machine, succeed};
use dialplate_tests::page::{PageCommand, commands};
use dialplate_tests::server::{root, target};
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

const EXAMPLE: &str = "examples/fanvil";
const GUIDE: &str = "docs/plugins/fanvil.md";

/// The example outside of the repository, with its component. It is built once for all tests, by the guide's commands.
static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = target().join("example");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let machine = Machine::new(&folder);
    let work = machine.folder("work");
    follow(GUIDE, "console", |script| {
        let mut shell = machine.shell(&work, script);
        shell.env("SOURCES", root()).env("DIALPLATE_PLUGINS", root().join("target/plugins"));
        shell.env("DIALPLATE_CACHE", target().join("test-cache"));
        shell
    });
    work.join("fanvil")
});

/// Runs the commands of a page in one shell, and checks what each prints.
fn follow(page: &str, language: &str, shell: impl FnOnce(&str) -> Command) {
    let lines = commands(page, language);
    assert!(lines.len() >= 4, "{page} has only {} commands", lines.len());
    let marked = |(at, line): (usize, &PageCommand)| format!("printf '\\001%s\\001' {at}\n{}\n", line.command);
    let script: String = lines.iter().enumerate().map(marked).collect();
    let printed = String::from_utf8(succeed(&mut shell(&script)).stdout).unwrap();
    for (at, line) in lines.iter().enumerate() {
        let (_, after) = printed.split_once(&format!("\u{1}{at}\u{1}")).expect("the command's mark");
        let own = after.split('\u{1}').next().unwrap_or_default();
        assert!(line.is_shown_by(own), "`{}` prints {own:?} and not {:?}", line.command, line.output);
    }
}

/// The component of the example.
fn component() -> PathBuf {
    BUILT.join("build/fanvil.wasm")
}

/// A folder of plugins with `generic` and the example.
fn plugins() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(root().join("target/plugins/generic.wasm"), folder.path().join("generic.wasm")).unwrap();
    fs::copy(component(), folder.path().join("fanvil.wasm")).unwrap();
    folder
}
