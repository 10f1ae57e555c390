//! Reloads in a running server: real file systems, signals, commands, and load. The decisions are tested in
//! `host/src/reload/state/tests`, checks of files and components in `host/src/reload/tests`.

mod admin;
mod compiling;
mod components;
mod hostile;
mod kept;
mod polling;
mod review;
mod swaps;
mod templates;
pub mod trees;
mod watching;

use dialplate_tests::client::Answer;
use dialplate_tests::guests;
use dialplate_tests::server::{self, Server, root};
use dialplate_tests::wait;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

/// The demo Yealink; its template is `yealink/t46u`.
pub const DEVICE: &str = "001565000046";

/// A test's own folders, with the demo database.
pub struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    pub fn new() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        ["templates", "plugins"].iter().for_each(|name| fs::create_dir(site.path(name)).unwrap());
        site
    }

    /// With the guest `minimal` as plugin, which returns template texts unchanged.
    pub fn minimal() -> Self {
        let site = Self::new();
        fs::copy(guests::built("minimal"), site.path("plugins/minimal.wasm")).unwrap();
        site.write("templates/yealink/t46u/a.cfg", "edition 1");
        site
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file in place, as some editors do.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a new file and renames it over the old one, as package managers and other editors do.
    pub fn replace(&self, name: &str, text: impl AsRef<[u8]>) {
        let beside = self.path(&format!("{name}.new~"));
        fs::write(&beside, text).unwrap();
        fs::rename(beside, self.path(name)).unwrap();
    }

    pub fn start(&self) -> Server {
        self.start_with(&self.path("templates"), &[])
    }

    pub fn start_with(&self, templates: &Path, more: &[(&str, &str)]) -> Server {
        self.with_settings(templates, |settings| Server::start(&[settings, more].concat()))
    }

    /// Starts the server through another program, which replaces itself with it.
    fn start_within(&self, words: &[String]) -> Server {
        self.with_settings(&self.path("templates"), |settings| Server::start_within(words, settings))
    }

    pub fn with_settings<T>(&self, templates: &Path, start: impl FnOnce(&[(&str, &str)]) -> T) -> T {
        let text = |path: PathBuf| path.display().to_string();
        let (database, plugins) = (server::new_demo_url(&self.path("")), text(self.path("plugins")));
        let templates = text(templates.to_owned());
        start(&[
            ("DIALPLATE_DATABASE", database.as_str()),
            ("DIALPLATE_TEMPLATES", templates.as_str()),
            ("DIALPLATE_PLUGINS", plugins.as_str()),
        ])
    }
}

/// The guest `minimal` as version 0.2.0: it writes ADDRESS where 0.1.0 writes address.
pub fn another_version(component: &[u8]) -> Vec<u8> {
    let component = swapped(component, b"\naddress ", b"\nADDRESS ");
    swapped(&component, b"minimal0.1.0", b"minimal0.2.0")
}

/// The guest's second version, which misbehaves for one phone.
fn planted(component: &[u8], device: &str, action: &str) -> Vec<u8> {
    let nothing = format!("planted: 000000000000 {:<26}", "nothing");
    swapped(&another_version(component), nothing.as_bytes(), format!("planted: {device} {action:<26}").as_bytes())
}

pub fn swapped(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|part| part == from).expect("the guest contains it");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

pub fn file(server: &Server, name: &str) -> Answer {
    server.get("localhost", &format!("/app/provision/?mac={DEVICE}&file={name}"))
}

pub fn text(server: &Server) -> String {
    file(server, "a.cfg").text()
}

pub fn until(what: &str, so: impl FnMut() -> bool) -> Duration {
    wait::until(so, || what.to_owned())
}

pub fn until_served(server: &Server, beginning: &str) -> Duration {
    until(beginning, || text(server).starts_with(beginning))
}

/// Runs a command that asks this server.
pub fn ask(server: &Server, words: &[&str]) -> Output {
    let admin = server.admin().to_string();
    let mut command = server::command(words[0], &[("DIALPLATE_ADMIN_LISTEN", &admin)]);
    command.args(&words[1..]).output().unwrap()
}

/// Runs `dialplate reload`; returns whether it succeeded, and its output.
pub fn reload(server: &Server) -> (bool, String) {
    let said = ask(server, &["reload"]);
    (said.status.success(), String::from_utf8_lossy(&said.stdout).into_owned())
}

pub fn listed(server: &Server) -> serde_json::Value {
    let output = ask(server, &["plugin", "list", "--json"]);
    serde_json::from_slice(&output.stdout).expect("JSON")
}
