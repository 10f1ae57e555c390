//! What an author does.

use dialplate_tests::author::{Machine, succeed};
use dialplate_tests::skip;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A machine with a project in C, which is built within a second. `None` without a compiler.
pub struct Author {
    pub machine: Machine,
    pub project: PathBuf,
    /// For the server.
    pub folder: PathBuf,
    _home: tempfile::TempDir,
}

impl Author {
    pub fn of_c() -> Option<Self> {
        if ["clang", "wasm-ld"].iter().any(|program| Command::new(program).arg("--version").output().is_err()) {
            skip("clang or wasm-ld is not installed");
            return None;
        }
        let home = tempfile::tempdir().unwrap();
        let machine = Machine::without_sdk(&home.path().join("machine"));
        let work = machine.folder("work");
        succeed(&mut machine.shell(&work, "dialplate plugin new acme --lang c"));
        let folder = home.path().join("server");
        fs::create_dir(&folder).unwrap();
        Some(Self { machine, project: work.join("acme"), folder, _home: home })
    }

    /// Replaces a text in a file of the project, as an editor saves.
    pub fn edit(&self, file: &str, old: &str, new: &str) {
        edit(&self.project, file, old, new);
    }

    /// Makes the compiler hang until it is killed, as long as the returned file exists.
    pub fn slow_compiler(&self) -> PathBuf {
        let (folder, slow) = (self.folder.join("bin"), self.folder.join("slow"));
        fs::create_dir_all(&folder).unwrap();
        let clang = succeed(Command::new("bash").args(["-c", "command -v clang"])).stdout;
        let clang = String::from_utf8(clang).unwrap();
        let script = format!("#!/bin/sh\nif [ -e {slow:?} ]; then sleep 3000; fi\nexec {} \"$@\"\n", clang.trim());
        fs::write(folder.join("clang"), script).unwrap();
        fs::set_permissions(folder.join("clang"), fs::Permissions::from_mode(0o755)).unwrap();
        slow
    }
}

/// Replaces a text in a file of a project, by writing another file and renaming it.
pub fn edit(project: &Path, file: &str, old: &str, new: &str) {
    let path = project.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{file} has no {old:?}");
    let draft = path.with_extension("tmp");
    fs::write(&draft, text.replacen(old, new, 1)).unwrap();
    fs::rename(&draft, &path).unwrap();
}
