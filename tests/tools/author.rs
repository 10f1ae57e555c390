//! A plugin author's machine: the two libraries as cargo packages them, unpacked outside of the repository, and a toolchain
//! that builds for WebAssembly.

use crate::server::{root, target};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

/// The libraries that authors get from a registry, each with its folder in the repository.
pub const LIBRARIES: [(&str, &str); 2] =
    [("dialplate-smarty", "plugins/lib/smarty"), ("dialplate-sdk", "plugins/lib/sdk")];

/// The unpacked libraries. All machines of a process share them: from another folder, cargo would compile them anew.
static UNPACKED: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = target().join("author-libraries");
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("the libraries of an earlier run");
    }
    let packages = folder.join("packages");
    let mut package = Command::new(cargo());
    package.current_dir(root()).args(["package", "--quiet", "--offline", "--no-verify", "--allow-dirty"]);
    package.arg("--target-dir").arg(&packages);
    for (name, _) in LIBRARIES {
        package.args(["-p", name]);
    }
    succeed(&mut package);
    for (name, _) in LIBRARIES {
        let archive = packages.join(format!("package/{}.crate", unpacked(name)));
        // The times in a package are always the same, and cargo looks at them for changes.
        succeed(Command::new("tar").arg("xmf").arg(archive).arg("-C").arg(&folder));
    }
    fs::remove_dir_all(packages).expect("the archives are unpacked");
    folder
});

/// A folder in which cargo takes the SDK from unpacked packages, and everything else from the registry.
pub struct Machine {
    folder: PathBuf,
}

impl Machine {
    /// Makes the folder, which is outside of the repository's workspace. Both libraries are those that cargo packages.
    ///
    /// # Panics
    /// If cargo cannot package them.
    pub fn new(folder: &Path) -> Self {
        let machine = Self::without_sdk(folder);
        let mut patch = String::from("[patch.crates-io]\n");
        for (name, _) in LIBRARIES {
            patch += &format!("{name} = {{ path = {:?} }}\n", machine.library(name));
        }
        fs::create_dir_all(folder.join(".cargo")).expect("a folder for cargo's configuration");
        let config = format!("{patch}[target.wasm32-unknown-unknown]\nrustflags = {:?}\n", flags());
        fs::write(folder.join(".cargo/config.toml"), config).expect("cargo's configuration");
        machine
    }

    /// A machine for a language that does not use the SDK.
    ///
    /// # Panics
    /// If the folder cannot be made.
    pub fn without_sdk(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder for the machine");
        Self { folder: folder.to_owned() }
    }

    /// The folder of an unpacked library.
    pub fn library(&self, name: &str) -> PathBuf {
        UNPACKED.join(unpacked(name))
    }

    /// A new folder of this machine.
    ///
    /// # Panics
    /// If it cannot be created.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        fs::create_dir(&folder).expect("a new folder");
        folder
    }

    /// A shell that runs a script in a folder of this machine, with the built `dialplate` on its path and a compiler that
    /// has the target wasm32-unknown-unknown. What is built for all authors together stays in the target folder, so that
    /// only the first test compiles the libraries.
    pub fn shell(&self, folder: &Path, script: &str) -> Command {
        let mut shell = Command::new("bash");
        let path = std::env::var("PATH").unwrap_or_default();
        let programs = target().join("release");
        shell.args(["-c", &format!("set -euo pipefail\n{}\n{script}", toolchain())]).current_dir(folder);
        shell.env("PATH", format!("{}:{path}", programs.display()));
        shell.env("CARGO_NET_OFFLINE", "true").env("CARGO_TARGET_DIR", target().join("authors"));
        // Cargo tells a test about its package. An author's cargo must not take it for its own.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_")) {
            shell.env_remove(name);
        }
        shell.env_remove("CARGO_MANIFEST_DIR").env_remove("RUSTFLAGS");
        shell
    }
}

/// The folder in a library's package.
fn unpacked(name: &str) -> String {
    format!("{name}-{}", env!("CARGO_PKG_VERSION"))
}

fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// The commands that make the shell use the compiler with which `plugins/build.sh` built std for WebAssembly.
fn toolchain() -> String {
    let folder = root().join("target/wasm-sysroot");
    let mut found: Vec<_> = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.join("env").is_file());
    found.sort_by_key(|path| fs::metadata(path.join("env")).and_then(|data| data.modified()).ok());
    let newest = found.last().unwrap_or_else(|| panic!("{} is empty: run plugins/build.sh first", folder.display()));
    // The flags would count for native builds, too.
    format!(". {:?}\nFLAGS=${{CARGO_ENCODED_RUSTFLAGS:-}}\nunset CARGO_ENCODED_RUSTFLAGS", newest.join("env"))
}

/// The flags with which that compiler builds for WebAssembly; none if the toolchain has the target.
fn flags() -> Vec<String> {
    let script = format!("{}\nprintf %s \"$FLAGS\"", toolchain());
    let flags = succeed(Command::new("bash").args(["-c", &script]).env_remove("CARGO_ENCODED_RUSTFLAGS")).stdout;
    let flags = String::from_utf8(flags).expect("flags are text");
    flags.split('\u{1f}').filter(|flag| !flag.is_empty()).map(str::to_owned).collect()
}

/// Runs a command that has to succeed.
///
/// # Panics
/// If it fails, with what it printed.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{printed}", output.status);
    output
}
