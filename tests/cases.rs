//! Whole-server cases: one named test per folder of `tests/cases` and database. `tests/README.md` describes the files.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use dialplate::config::KEYS;
use dialplate_tests::app::TestApp;
use dialplate_tests::client;
use dialplate_tests::database;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::root;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;
use similar::TextDiff;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::runtime;
use tokio::sync::OnceCell;

/// The PostgreSQL server that all cases share; each has its own database. It is absent where none is installed.
type Shared = Arc<OnceCell<Option<Postgres>>>;

fn main() -> ExitCode {
    let postgres = Shared::default();
    let mut folders: Vec<_> = std::fs::read_dir(root().join("tests/cases")).unwrap().flatten().collect();
    folders.retain(|entry| entry.path().is_dir());
    folders.sort_by_key(std::fs::DirEntry::file_name);
    assert!(!folders.is_empty(), "tests/cases has no cases");
    let mut trials = Vec::new();
    for folder in folders {
        let (name, path) = (folder.file_name().into_string().unwrap(), folder.path());
        let (postgres, own) = (Arc::clone(&postgres), path.clone());
        trials.push(trial(&format!("{name}::sqlite"), async move || play(&Case::read(own)?, None).await));
        trials.push(trial(&format!("{name}::postgresql"), async move || {
            let Some(postgres) = postgres.get_or_init(Postgres::start).await else { return Ok(()) };
            play(&Case::read(path)?, Some(postgres)).await
        }));
    }
    // Returns instead of exiting, so that the PostgreSQL server is stopped.
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: &str, test: impl AsyncFnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    Trial::test(name, || {
        // The server blocks workers, so it needs more than one.
        runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(test())
    })
}

/// A case folder.
struct Case {
    folder: PathBuf,
    meta: Value,
    /// The lines of `requests.jsonl`.
    steps: Vec<Value>,
}

impl Case {
    fn read(folder: PathBuf) -> Result<Self, Failed> {
        let read = |file| std::fs::read_to_string(folder.join(file)).map_err(|error| format!("{file}: {error}"));
        let meta = serde_json::from_str(&read("meta.json")?).map_err(|error| format!("meta.json: {error}"))?;
        let mut steps = Vec::new();
        for (number, line) in read("requests.jsonl")?.lines().enumerate() {
            let step = serde_json::from_str(line);
            steps.push(step.map_err(|error| format!("requests.jsonl:{}: {error}", number + 1))?);
        }
        Ok(Self { folder, meta, steps })
    }

    fn name(&self) -> String {
        self.folder.file_name().unwrap().to_string_lossy().into_owned()
    }

    /// The scripts that fill the database: FusionPBX's tables, the rows that all cases have, and the case's own rows.
    fn scripts(&self) -> Vec<String> {
        let tables = root().join("host/src/directory/embedded/schema.sql");
        let files = [tables, root().join("tests/cases/common.sql"), self.folder.join("rows.sql")];
        files.iter().map(|file| std::fs::read_to_string(file).expect("a script")).collect()
    }

    /// The case's configuration. `@` stands for its folder.
    fn config(&self) -> Result<Vec<(&'static str, String)>, Failed> {
        let entry = |(name, value): (&String, &Value)| {
            let key = KEYS.iter().find(|key| key.environment() == *name);
            let key = key.ok_or_else(|| format!("meta.json: no key of the configuration has the variable {name}"))?;
            let value = value.as_str().ok_or_else(|| format!("meta.json: {name} is not a text"))?;
            Ok((key.name, value.replace('@', &self.folder.display().to_string())))
        };
        self.meta["env"].as_object().into_iter().flatten().map(entry).collect()
    }
}

/// Serves the case from a SQLite file or a database of this PostgreSQL, and takes its steps.
async fn play(case: &Case, postgres: Option<&Postgres>) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let url = match postgres {
        Some(postgres) => postgres.database(&case.name(), &[]).await,
        None => database::empty(folder.path()).await,
    };
    for script in case.scripts() {
        database::run(&url, &script).await;
    }
    let mut app = TestApp::init().with_database(&url).with_templates(&case.folder.join("templates"));
    for (key, value) in case.config()? {
        app = app.with_config(key, &value);
    }
    let server = app.build().await.listen().await;
    let mut wrong = Vec::new();
    for (number, step) in case.steps.iter().enumerate() {
        if let Err(difference) = take(step, server, &url, &case.folder).await {
            wrong.push(format!("requests.jsonl:{}: {difference}", number + 1));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{}\n{}", case.folder.display(), wrong.join("\n")).into()) }
}

/// Takes one step of `requests.jsonl`: a statement, a query with its expected value, or a request with its answer.
async fn take(step: &Value, server: SocketAddr, url: &str, folder: &Path) -> Result<(), String> {
    if let Some(statement) = step["sql"].as_str() {
        database::run(url, statement).await;
        return Ok(());
    }
    if let Some(query) = step["query"].as_str() {
        return database::until_value(url, query, &text(&step["expected"])).await;
    }
    let request = bytes_of(&step["request"])?;
    let sent = tokio::task::spawn_blocking(move || client::exchange(server, &request));
    let received = sent.await.map_err(|error| error.to_string())?;
    let target = &step["request"]["target"];
    if received.is_empty() {
        return Err(format!("{target}: no answer"));
    }
    compare(&client::parse(&received), &step["expect"], folder).map_err(|difference| format!("{target}: {difference}"))
}

/// The bytes of a request. Header values may be texts, or objects with hexadecimal digits.
fn bytes_of(request: &Value) -> Result<Vec<u8>, String> {
    let [method, target, body] = ["method", "target", "body"].map(|name| request[name].as_str().unwrap_or_default());
    let mut headers = Vec::new();
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        let value = value["hex"].as_str().map_or_else(|| Ok(client::encode(&text(value))), unhex)?;
        headers.push((name.as_str(), value));
    }
    if let Some(agent) = request["user_agent_hex"].as_str() {
        headers.push(("User-Agent", unhex(agent)?));
    }
    Ok(client::request_with(method, target, &headers, body.as_bytes()))
}

fn unhex(digits: &str) -> Result<Vec<u8>, String> {
    let pair = |at| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<_> = (0..digits.len()).step_by(2).map(pair).collect();
    bytes.ok_or_else(|| format!("{digits:?} are not hexadecimal digits"))
}

/// A text as it is, and another value as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Compares status, named headers and body with the expected ones. With `BLESS`, writes the body instead.
fn compare(answer: &client::Answer, expect: &Value, folder: &Path) -> Result<(), String> {
    if u64::from(answer.status) != expect["status"] {
        return Err(format!("status {}, expected {}", answer.status, expect["status"]));
    }
    for (name, value) in expect["headers"].as_object().into_iter().flatten() {
        if answer.header(&name.to_ascii_lowercase()) != value {
            return Err(format!("header {name} is {:?}, expected {value}", answer.header(name)));
        }
    }
    let Some(file) = expect["body_file"].as_str() else { return Ok(()) };
    let path = folder.join(file);
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).map_err(|error| format!("{file}: {error}"))?;
        return std::fs::write(&path, &answer.body).map_err(|error| format!("{file}: {error}"));
    }
    let expected = std::fs::read(&path).map_err(|error| format!("{file}: {error}; BLESS=1 writes it"))?;
    if answer.body == expected {
        return Ok(());
    }
    let expected = String::from_utf8_lossy(&expected).into_owned();
    let answer = answer.text();
    let diff = TextDiff::from_lines(&expected, &answer);
    Err(format!("the body differs\n{}", diff.unified_diff().header(file, "answer")))
}
