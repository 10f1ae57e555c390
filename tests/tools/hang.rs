//! A folder whose file system stops answering, for a server under test.

use crate::server::target;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// The library that makes file calls wait.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("hang.c");
    let library = target().join(format!("hang-{}.so", std::process::id()));
    let status = Command::new("cc").args(["-shared", "-fPIC", "-o"]).args([&library, &source]).arg("-ldl").status();
    assert!(status.is_ok_and(|status| status.success()), "cc compiles {}", source.display());
    library
});

/// A folder that can be made to hang.
pub struct Hanging {
    folder: String,
    mark: PathBuf,
    library: String,
}

impl Hanging {
    /// Calls hang while the file `mark` exists; it must not exist yet.
    pub fn new(folder: &Path, mark: PathBuf) -> Self {
        Self { folder: folder.display().to_string(), mark, library: LIBRARY.display().to_string() }
    }

    /// The environment variables for the server.
    pub fn settings(&self) -> [(&str, &str); 3] {
        [
            ("LD_PRELOAD", self.library.as_str()),
            ("HANG_BELOW", self.folder.as_str()),
            ("HANG_WHILE", self.mark.to_str().expect("a path in UTF-8")),
        ]
    }

    /// From now on, calls below the folder hang.
    pub fn begin(&self) {
        fs::write(&self.mark, "").expect("the mark can be written");
    }

    /// Calls return again.
    pub fn end(&self) {
        let _ = fs::remove_file(&self.mark);
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        self.end();
    }
}
