//! Reloads of real files and real components, in this process and without a server. `plugins/build.sh` has to build the
//! components before.

mod components;
mod templates;

use super::*;
use crate::plugin;
use crate::templates::{SearchPath, file};
use dialplate_test_tools::server::root;
use dialplate_test_tools::{guests, wait};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

const MODEL: &str = "yealink/t46u";
const A: &str = "templates/yealink/t46u/a.cfg";
const INCLUDED: &str = "templates/yealink/t46u/parts/b.inc";
const MINIMAL: &str = "plugins/minimal.wasm";
/// The address of the guest's sample device in a trial.
const SAMPLE: &str = "02aabb000001";
/// The pause after which a plugin is prepared with its edited templates, and some more.
const REST: Duration = Duration::from_millis(1_500);

/// The folders of one test.
struct Site(tempfile::TempDir);

struct Server {
    reloads: Reloads,
    current: Current,
    runtime: Runtime,
}

impl Site {
    fn new() -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        ["templates", "plugins", "custom"].iter().for_each(|name| fs::create_dir(site.path(name)).unwrap());
        site
    }

    /// With the guest `minimal`, which serves every vendor.
    fn minimal() -> Self {
        let site = Self::new();
        site.write(MINIMAL, minimal());
        site.write(A, "edition 1");
        site
    }

    /// With these components of ours.
    fn of(components: &[&str]) -> Self {
        let site = Self::new();
        components.iter().for_each(|name| site.write(&format!("plugins/{name}.wasm"), ours(name)));
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    fn start(&self) -> Server {
        self.start_with(|_| {})
    }

    fn start_with(&self, change: impl FnOnce(&mut plugin::Config)) -> Server {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let cache = Some(root().join("target/test-cache"));
        let mut engine = plugin::Config { instances_max: 4, cache, ..plugin::Config::default() };
        change(&mut engine);
        let templates = SearchPath { roots: vec![self.path("templates")], custom: Some(self.path("custom")) };
        let config = Config { templates, plugins: self.path("plugins"), engine, puts_off: false };
        let (reloads, current) = runtime.block_on(async {
            let loaded = load(config).await.unwrap();
            let current = Arc::clone(&loaded.current);
            (loaded.watch(Arc::default(), signal(SignalKind::hangup()).unwrap()).0, current)
        });
        Server { reloads, current, runtime }
    }
}

impl Server {
    /// Reloads, and returns the complaints.
    fn reload(&self) -> Vec<String> {
        self.runtime.block_on(self.reloads.reload()).expect("the task runs").complaints()
    }

    /// Reloads, and returns the only complaint.
    fn complaint(&self) -> String {
        match &self.reload()[..] {
            [complaint] => complaint.clone(),
            complaints => panic!("not one complaint: {complaints:?}"),
        }
    }

    /// The live text of a file.
    fn live(&self, folder: &str, name: &str) -> Option<String> {
        let snapshot = self.current.load();
        let files = snapshot.texts.folder(folder)?;
        Some(String::from_utf8_lossy(&file(files, name)?.source).into_owned())
    }

    fn a(&self) -> String {
        self.live(MODEL, "a.cfg").unwrap_or_default()
    }

    /// Name and version of the plugin that a folder belongs to.
    fn owner(&self, folder: &str) -> String {
        let snapshot = self.current.load();
        snapshot
            .plugins
            .owner(folder)
            .map(|it| format!("{} {}", it.name(), it.description().version))
            .unwrap_or_default()
    }

    fn is_prepared(&self, folder: &str) -> bool {
        let snapshot = self.current.load();
        let owner = snapshot.plugins.owner(folder).zip(snapshot.texts.folder(folder));
        owner.is_some_and(|(owner, texts)| owner.prepared(folder, texts))
    }
}

fn minimal() -> Vec<u8> {
    fs::read(guests::built("minimal")).unwrap()
}

fn ours(name: &str) -> Vec<u8> {
    fs::read(root().join(format!("target/plugins/{name}.wasm"))).unwrap()
}

fn swapped(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|part| part == from).expect("the guest contains it");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// The guest in a second version.
fn second() -> Vec<u8> {
    swapped(&minimal(), b"minimal0.1.0", b"minimal0.2.0")
}

/// The guest in a second version that misbehaves for the sample device.
fn planted(action: &str) -> Vec<u8> {
    let nothing = format!("planted: 000000000000 {:<26}", "nothing");
    swapped(&second(), nothing.as_bytes(), format!("planted: {SAMPLE} {action:<26}").as_bytes())
}

fn until(what: &str, so: impl FnMut() -> bool) -> Duration {
    wait::until(so, || what.to_owned())
}
