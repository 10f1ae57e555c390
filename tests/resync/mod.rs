//! `dialplate resync`: NOTIFYs through an event socket and directly by SIP, to phones that are Debian's `sipp`.

mod chain;
mod event_socket;
mod sip;

use dialplate_tests::database;
use dialplate_tests::event_socket::{EventSocketPeer, Manner, Registered};
use dialplate_tests::server::{self, demo_url, new_demo_url, root};
use serde_json::Value;
use std::process::Output;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The demonstration's first Yealink, whose lines are 101 and 102.
const PHONE: &str = "001565000046";

/// Its User-Agent when it registers.
const AGENT: &str = "Yealink SIP-T46U 108.86.0.20";

/// A demonstration database, and the commands that use it.
struct Stage {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

/// What a command printed.
struct Ran {
    success: bool,
    out: String,
    err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self { success: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Ran {
    fn json(&self) -> Vec<Value> {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// The word for the outcome of each device.
    fn outcomes(&self) -> Vec<String> {
        self.json().iter().map(|report| report["outcome"].as_str().unwrap().to_owned()).collect()
    }
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stage = Self { folder, settings: Vec::new() };
        // A command that only reads creates the demonstration, too.
        let url = new_demo_url(stage.folder.path());
        let made = server::command("device", &[("DIALPLATE_DATABASE", &url)]).arg("list").output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        stage
    }

    /// A stage whose event socket is this peer.
    fn with_switch(manner: Manner) -> (Self, EventSocketPeer) {
        let peer = EventSocketPeer::start(manner);
        (Self::new().with("DIALPLATE_EVENT_SOCKET", &peer.address.to_string()), peer)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.settings.push((name, value.to_owned()));
        self
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    fn sql(&self, sql: &str) {
        let url = demo_url(self.folder.path());
        Runtime::new().unwrap().block_on(database::run(&url, sql));
    }

    fn all_settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            ("DIALPLATE_DATABASE", demo_url(self.folder.path())),
            ("DIALPLATE_TEMPLATES", root().join("templates").display().to_string()),
            ("RUST_LOG", "error".to_owned()),
        ];
        settings.extend(self.settings.iter().cloned());
        settings
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        self.command("resync", arguments)
    }

    fn command(&self, name: &str, arguments: &[&str]) -> Ran {
        let settings = self.all_settings();
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        server::command(name, &settings).args(arguments).output().unwrap().into()
    }
}

/// The registration of the demonstration's phone.
fn registered(contact: &str) -> Registered {
    Registered {
        call_id: "0_1@127.0.0.1",
        user: "101@localhost",
        contact: contact.to_owned(),
        agent: AGENT,
        ip: "127.0.0.1",
    }
}
