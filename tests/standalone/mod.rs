//! Standalone use: the commands that edit rows, on SQLite and on PostgreSQL.

mod faults;
mod import;
mod passwords;
mod profiles;
mod render;
mod rows;

use dialplate_tests::database;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{self, Server, root};
use serde_json::Value;
use std::io::Write;
use std::process::{Output, Stdio};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A database with FusionPBX's tables and without rows.
pub struct Stage {
    pub url: String,
    _folder: TempDir,
    _postgres: Option<Postgres>,
}

/// An empty database of each kind, whose tables are changed by this function. The second one is absent where no
/// PostgreSQL is installed.
pub fn stages(tables: impl Fn(String) -> String) -> Vec<Stage> {
    let schema = std::fs::read_to_string(root().join("host/src/directory/embedded/schema.sql")).unwrap();
    let schema = tables(schema);
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = runtime.block_on(async {
        let url = database::empty(folder.path()).await;
        database::run(&url, &schema).await;
        url
    });
    let mut stages = vec![Stage { url, _folder: folder, _postgres: None }];
    stages.extend(runtime.block_on(async {
        let postgres = Postgres::start().await?;
        let url = postgres.database("standalone", &[&schema]).await;
        Some(Stage { url, _folder: tempfile::tempdir().unwrap(), _postgres: Some(postgres) })
    }));
    stages
}

/// What a command printed.
pub struct Ran {
    pub success: bool,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        Self { success: output.status.success(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

impl Stage {
    fn settings(&self) -> [(&'static str, String); 3] {
        let templates = root().join("templates").display().to_string();
        // Some templates print the time.
        let clock = server::CLOCK.to_owned();
        [("DIALPLATE_DATABASE", self.url.clone()), ("DIALPLATE_TEMPLATES", templates), ("DIALPLATE_CLOCK", clock)]
    }

    /// Runs a command with this standard input.
    pub fn run_with(&self, words: &[&str], input: &str) -> Ran {
        let settings = self.settings();
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut command = server::command(words[0], &settings);
        command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that refuses its flags reads no input.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap().into()
    }

    /// Runs a command, given as its words, that must succeed.
    pub fn ok(&self, words: &[&str]) -> String {
        let ran = self.run_with(words, "");
        assert!(ran.success, "{words:?}: {}", ran.err);
        ran.out
    }

    /// The JSON that a command prints.
    pub fn json(&self, words: &[&str]) -> Value {
        let all: Vec<_> = words.iter().copied().chain(["--json"]).collect();
        let out = self.ok(&all);
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{words:?}: {error}: {out}"))
    }

    /// The message of a command that must fail.
    pub fn error(&self, words: &[&str]) -> String {
        let ran = self.run_with(words, "");
        assert!(!ran.success, "{words:?} succeeded: {}", ran.out);
        ran.err
    }

    pub fn value(&self, query: &str) -> String {
        database::value_blocking(&self.url, query)
    }

    pub fn sql(&self, statements: &str) {
        database::run_blocking(&self.url, statements);
    }

    /// A server of this database.
    pub fn serve(&self) -> Server {
        self.serve_with(&[])
    }

    /// The same with these settings.
    pub fn serve_with(&self, more: &[(&str, &str)]) -> Server {
        let settings = self.settings();
        let own = settings.iter().map(|(name, value)| (*name, value.as_str()));
        let settings: Vec<_> = own.chain(more.iter().copied()).collect();
        Server::start(&settings)
    }

    /// Makes a domain whose phones are answered without credentials.
    pub fn with_domain(&self) -> &Self {
        self.ok(&["domain", "add", "pbx.example.net"]);
        self.ok(&["setting", "add", "provision", "enabled", "true"]);
        self
    }

    /// The rows of the tables that commands write, to see whether a command left them as they were.
    fn counts(&self) -> String {
        let tables = [
            "v_domains",
            "v_devices",
            "v_device_lines",
            "v_device_keys",
            "v_device_settings",
            "v_extensions",
            "v_contacts",
        ];
        tables.map(|table| self.value(&format!("select count(*) from {table}"))).join(" ")
    }
}
