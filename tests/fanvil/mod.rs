//! examples/fanvil, the worked example of the book: built as an author builds it, from the packages of the SDK.

mod answers;
mod guide;
mod swap;

use dialplate_tests::author::Machine;
use dialplate_tests::page::{self, commands};
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
fn follow(name: &str, language: &str, shell: impl FnOnce(&str) -> Command) {
    let lines = commands(name, language);
    assert!(lines.len() >= 4, "{name} has only {} commands", lines.len());
    page::follow(&lines, shell);
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
