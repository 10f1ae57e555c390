//! `dialplate plugin install`, `update`, `rollback`, `remove` and `list`: the built program changes the folder of a stopped host and that of
//! a running server, which is never restarted.

mod files;
mod interrupted;
mod oci;
mod operators;
mod page;
mod refusals;
mod running;
mod signatures;
mod stopped;
mod urls;

use dialplate_tests::guests;
use dialplate_tests::server::{self, Server, root};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A device of the vendor `careless`.
const DEVICE: &str = "02ccdd000001";

/// A host's folders: plugins, of which `generic` is there from the start, templates of `careless`, and a database.
struct Host {
    folder: tempfile::TempDir,
    /// Where no server answers.
    admin: String,
}

/// What a command printed.
struct Ran {
    success: bool,
    out: String,
    err: String,
}

impl Host {
    fn new() -> Self {
        Self::with("generic")
    }

    fn with(plugin: &str) -> Self {
        let host = Self { folder: tempfile::tempdir().unwrap(), admin: format!("127.0.0.1:{}", server::free_port()) };
        fs::create_dir_all(host.path("templates/careless/one")).unwrap();
        fs::write(host.path("templates/careless/one/{$mac}.cfg"), "x").unwrap();
        fs::create_dir(host.path("plugins")).unwrap();
        let own = root().join(format!("target/plugins/{plugin}.wasm"));
        fs::copy(own, host.path(&format!("plugins/{plugin}.wasm"))).unwrap();
        host
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a component beside the host's folders, and returns its path.
    fn component(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.path(name), bytes).unwrap();
        self.text(name)
    }

    fn settings(&self) -> [(&str, String); 3] {
        [
            ("DIALPLATE_DATABASE", server::new_demo_url(self.folder.path())),
            ("DIALPLATE_TEMPLATES", self.text("templates")),
            ("DIALPLATE_PLUGINS", self.text("plugins")),
        ]
    }

    /// Starts the host's server, with the device of `careless`.
    fn start(&self) -> Server {
        self.start_with(&[])
    }

    fn start_with(&self, more: &[(&str, &str)]) -> Server {
        let settings = self.settings();
        let own = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        let server = Server::start(&[&own, more].concat());
        let mut device = self.program("device", None, &["list"]);
        let known = String::from_utf8(device.output().unwrap().stdout).unwrap();
        if !known.contains(DEVICE) {
            let add = ["add", DEVICE, "--template", "careless/one", "--label", "Front desk", "--domain", "localhost"];
            let added = run(&mut self.program("device", None, &add));
            assert!(added.success, "{}", added.err);
        }
        server
    }

    fn program(&self, subcommand: &str, server: Option<&Server>, arguments: &[&str]) -> Command {
        let settings = self.settings();
        let mut command =
            server::command(subcommand, &settings.each_ref().map(|(name, value)| (*name, value.as_str())));
        let admin = server.map_or_else(|| self.admin.clone(), |server| server.admin().to_string());
        command.env("DIALPLATE_ADMIN_LISTEN", admin).args(arguments);
        command
    }

    /// Runs `dialplate plugin` where this server runs, or none.
    fn plugin(&self, server: Option<&Server>, arguments: &[&str]) -> Ran {
        run(&mut self.program("plugin", server, arguments))
    }

    /// The same, and the status is success.
    fn does(&self, server: Option<&Server>, arguments: &[&str]) -> String {
        let ran = self.plugin(server, arguments);
        assert!(ran.success, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    /// The same, and the status is 1. Returns the message.
    fn refuses(&self, server: Option<&Server>, arguments: &[&str]) -> String {
        let ran = self.plugin(server, arguments);
        assert!(!ran.success && ran.out.is_empty(), "{arguments:?}: {}{}", ran.out, ran.err);
        ran.err
    }

    /// The bytes of a file in the folder of the plugins.
    fn installed(&self, name: &str) -> Vec<u8> {
        fs::read(self.path("plugins").join(name)).unwrap_or_default()
    }

    /// All files in the folder of the plugins, hidden ones too, but without the lock.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![self.path("plugins")];
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if !path.ends_with("lock") {
                    files.insert(path.display().to_string(), fs::read(&path).unwrap());
                }
            }
        }
        files
    }
}

fn run(command: &mut Command) -> Ran {
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ran { success: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) }
}

/// The guest `careless`, version 1.0.0, whose files have `label.0`.
fn first() -> Vec<u8> {
    fs::read(guests::built("careless")).unwrap()
}

/// Version 2.0.0, whose files have `LABEL.0`.
fn second() -> Vec<u8> {
    version("2.0.0", "LABEL.")
}

fn version(version: &str, label: &str) -> Vec<u8> {
    let bytes = swapped(&first(), b"label.", label.as_bytes());
    swapped(&bytes, b"1.0.0", version.as_bytes())
}

/// The guest with a fault.
fn faulty(fault: &str) -> Vec<u8> {
    swapped(&first(), b"planted: nothing                ", format!("planted: {fault:23}").as_bytes())
}

/// Replaces every occurrence by a text of the same length.
fn swapped(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let found: Vec<_> = (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!found.is_empty(), "the guest has no {}", String::from_utf8_lossy(from));
    for at in found {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// The device's file.
fn file(server: &Server) -> String {
    server.get("localhost", &format!("/app/provision/?mac={DEVICE}&file={DEVICE}.cfg")).text()
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
