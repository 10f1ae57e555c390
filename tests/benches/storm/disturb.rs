//! What disturbs the storm: swaps of a plugin and a template, and a database that restarts.

use dialplate_tests::client;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::root;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The template that is swapped, with its file and its plugin.
pub const SWAPPED_TEMPLATE: &str = "yealink/t46u";
pub const SWAPPED_FILE: &str = "{$mac}.cfg";
const PLUGIN: &str = "yealink.wasm";

/// The last line of a document of the swapped template, before the number of the swap.
pub const MARK: &[u8] = b"\n# swap ";

/// Longer than a request waits for a connection to the database, so that some get 503.
const DOWN: Duration = Duration::from_secs(5);

/// Orders of one reload, each of which may end without an answer after [`client`]'s time.
const ORDERS_MAX: usize = 10;

/// Templates and plugins that may be changed.
pub struct Folders {
    folder: tempfile::TempDir,
    /// The swaps that are live.
    live: AtomicUsize,
}

impl Folders {
    /// Copies the recorded templates and the built plugins, with the number 0 in the template.
    pub fn copy(corpus: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for from in [corpus.join("templates"), root().join("target/plugins")] {
            let done = Command::new("cp").arg("-r").arg("--no-preserve=mode").arg(from).arg(folder.path()).status();
            assert!(done.is_ok_and(|status| status.success()), "cp");
        }
        let folders = Self { folder, live: AtomicUsize::new(0) };
        let template = folders.template();
        std::fs::write(&template, marked(&std::fs::read(&template).expect("a template"), 0)).expect("written");
        folders
    }

    pub fn templates(&self) -> PathBuf {
        self.folder.path().join("templates")
    }

    pub fn plugins(&self) -> PathBuf {
        self.folder.path().join("plugins")
    }

    fn template(&self) -> PathBuf {
        self.templates().join(SWAPPED_TEMPLATE).join(SWAPPED_FILE)
    }

    /// The number of the last swap that has ended. A request that is sent later gets it, or a newer one.
    pub fn live(&self) -> usize {
        self.live.load(Ordering::SeqCst)
    }

    /// Changes the template and the plugin so many times, and waits for each swap.
    pub fn swap(&self, admin: SocketAddr, times: usize) {
        let (template, plugin) = (self.template(), self.plugins().join(PLUGIN));
        let text = std::fs::read(&template).expect("a template");
        let bytes = std::fs::read(&plugin).expect("a component");
        let text = text.strip_suffix(&marked(b"", 0)[..]).expect("the number 0");
        for number in self.live() + 1..=self.live() + times {
            replace(&template, &marked(text, number));
            // One more custom section makes another component with the same behaviour.
            let section = [0, 2, 1, u8::try_from(number).expect("a small number")];
            replace(&plugin, &[&bytes[..], &section].concat());
            reload(admin);
            self.live.store(number, Ordering::SeqCst);
        }
    }
}

fn marked(text: &[u8], number: usize) -> Vec<u8> {
    [text, MARK, number.to_string().as_bytes()].concat()
}

fn replace(file: &Path, bytes: &[u8]) {
    let beside = file.with_extension("new");
    std::fs::write(&beside, bytes).expect("written");
    std::fs::rename(&beside, file).expect("renamed");
}

/// Orders a reload, and waits until the changes are live.
fn reload(admin: SocketAddr) {
    let order = || {
        let headers = [("Host", "127.0.0.1"), ("X-Dialplate-Caller", "storm")];
        client::try_send(admin, "POST", "/reload", &headers, b"").ok()
    };
    // A build has a low priority, so it may last longer than the client waits for an answer.
    let answer = (0..ORDERS_MAX).find_map(|_| order()).expect("an answer");
    // Some recorded templates are broken, but not this one.
    let is_refused = answer.text().contains(SWAPPED_TEMPLATE) || answer.text().contains(PLUGIN);
    assert!(answer.status == 200 && !is_refused, "{}", answer.text());
}

/// Stops PostgreSQL and starts it again, and returns the time in which it was down.
pub fn restart(database: &mut Recorded) -> (Instant, Instant) {
    thread::sleep(Duration::from_secs(3));
    let begin = Instant::now();
    database.postgres.stop();
    thread::sleep(DOWN);
    database.runtime.block_on(database.postgres.restart());
    (begin, Instant::now())
}
