//! Signatures of plugins: the commands, and a server that checks them at its start and while it runs.

mod commands;
mod page;
mod reload;
mod start;

use crate::reload::{Site, ask, text};
use dialplate_tests::server::{self, Server, root};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

/// A publisher's key pair, in a folder of its own.
pub struct Publisher {
    folder: tempfile::TempDir,
}

impl Publisher {
    pub fn new() -> Self {
        let publisher = Self { folder: tempfile::tempdir().unwrap() };
        let [secret, public] = ["key", "pub"].map(|name| publisher.path(name));
        succeeds(&["keygen", "--no-password", "--secret", &secret, "--public", &public]);
        publisher
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Signs a component with `dialplate plugin sign`, and returns what is in the signature file.
    pub fn signature(&self, component: &[u8], more: &[&str]) -> Vec<u8> {
        let file = self.path("minimal.wasm");
        fs::write(&file, component).unwrap();
        succeeds(&[&["sign", &file, "--secret", &self.path("key")], more].concat());
        fs::read(self.path("minimal.wasm.minisig")).unwrap()
    }
}

/// Runs `dialplate plugin`.
fn plugin(arguments: &[&str]) -> Output {
    server::command("plugin", &[]).args(arguments).output().expect("the program runs")
}

/// The same, and the status is success.
fn succeeds(arguments: &[&str]) -> String {
    let output = plugin(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The same, and the command fails; the text is what it says.
fn fails(arguments: &[&str]) -> String {
    let output = plugin(arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

/// A site with the guest `minimal` and, with a signature, a plugin that nobody tampers with.
fn site(publisher: &Publisher) -> Site {
    let site = Site::minimal();
    let other = fs::read(root().join("target/plugins/zoiper.wasm")).unwrap();
    site.write("plugins/zoiper.wasm.minisig", publisher.signature(&other, &[]));
    site.write("plugins/zoiper.wasm", other);
    site
}

/// Starts a server that trusts the publisher.
fn start(site: &Site, publisher: &Publisher, required: bool) -> Server {
    start_with(site, publisher, required, &[])
}

/// The same, with further settings.
fn start_with(site: &Site, publisher: &Publisher, required: bool, more: &[(&str, &str)]) -> Server {
    let (key, data) = (publisher.path("pub"), site.path("data").display().to_string());
    let required = required.to_string();
    let own = [
        ("DIALPLATE_PLUGINS_TRUSTED_KEYS", key.as_str()),
        ("DIALPLATE_PLUGINS_REQUIRE_SIGNATURE", &required),
        ("DIALPLATE_DATA", &data),
    ];
    site.start_with(&site.path("templates"), &[&own, more].concat())
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

/// The guest `minimal`.
fn first(site: &Site) -> Vec<u8> {
    read(&site.path("plugins/minimal.wasm"))
}

const COMPONENT: &str = "plugins/minimal.wasm";
const SIGNATURE: &str = "plugins/minimal.wasm.minisig";

/// Whether version 0.1.0 of the guest serves (`address`), or 0.2.0 (`ADDRESS`).
fn serves(server: &Server, version: &str) -> bool {
    text(server).contains(&format!("\n{version} {}", crate::reload::DEVICE))
}

/// The reason for which a file is refused; empty if it is not.
fn refusal(listed: &serde_json::Value, file: &str) -> String {
    let refused = listed["refused"].as_array().unwrap();
    let of_file = refused.iter().find(|refused| refused["file"].as_str().is_some_and(|name| name.ends_with(file)));
    of_file.map_or_else(String::new, |refused| refused["error"].as_str().unwrap().to_owned())
}

/// What `dialplate plugin list` says of the signature of a loaded plugin.
fn listed_signature(listed: &serde_json::Value, name: &str) -> serde_json::Value {
    let plugins = listed["plugins"].as_array().unwrap();
    plugins.iter().find(|plugin| plugin["name"] == name).map_or(serde_json::Value::Null, |it| it["signature"].clone())
}

/// `dialplate plugin list` for a terminal.
fn list(server: &Server) -> String {
    String::from_utf8(ask(server, &["plugin", "list"]).stdout).unwrap()
}

/// The number that names the publisher's key.
fn key_id(publisher: &Publisher) -> String {
    let file = fs::read_to_string(PathBuf::from(publisher.path("pub"))).unwrap();
    let line = file.lines().next().unwrap();
    line.rsplit(' ').next().unwrap().to_owned()
}
