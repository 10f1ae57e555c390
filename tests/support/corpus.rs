//! The recorded answers of a real FusionPBX, in `../shared/corpus`. They are not part of the repository.

use crate::app::TestApp;
use crate::client::{self, Answer};
use crate::server::{CLOCK, Server, root};
use crate::skip;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{Connection, SqliteConnection};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The headers that are compared, in addition to status and body.
const HEADERS: [&str; 6] =
    ["content-type", "content-length", "content-disposition", "www-authenticate", "accept-ranges", "content-range"];

/// The folder of the recordings. If it is absent, reports a skipped test and returns `None`.
pub fn find() -> Option<PathBuf> {
    let corpus = root().join("../shared/corpus");
    if !corpus.is_dir() {
        skip(&format!("no recordings at {}", corpus.display()));
        return None;
    }
    Some(corpus)
}

/// The URL of a new SQLite database with FusionPBX's tables, its default settings, and these SQL files of the corpus.
pub fn sqlite(folder: &Path, corpus: &Path, files: &[&str]) -> String {
    let file = folder.join("fusionpbx.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(load_sqlite(&file, corpus, files));
    format!("sqlite://{}", file.display())
}

/// Creates a SQLite file with FusionPBX's tables, its default settings, and these SQL files of the corpus.
pub async fn load_sqlite(file: &Path, corpus: &Path, files: &[&str]) {
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let mut connection = SqliteConnection::connect(&url).await.expect("a database");
    for file in ["schema-sqlite.sql", "defaults.sql"].iter().chain(files) {
        let statements = sqlx::AssertSqlSafe(text(corpus, file));
        sqlx::raw_sql(statements).execute(&mut connection).await.expect("the corpus loads");
    }
    connection.close().await.expect("the database closes");
}

/// Starts a server on a recorded database, with the recorded templates and clock. `settings` override these. The limit
/// on failed requests is off, because all requests come from one address.
pub fn serve(database: &str, corpus: &Path, settings: &[(&str, &str)]) -> Server {
    let templates = corpus.join("templates").display().to_string();
    let mut all = vec![
        ("DIALPLATE_DATABASE", database),
        ("DIALPLATE_TEMPLATES", &templates),
        ("DIALPLATE_CLOCK", CLOCK),
        ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "0"),
        ("DIALPLATE_GUESSES_PER_OUI_MAX", "0"),
    ];
    all.extend(settings);
    Server::start(&all)
}

/// The cases of the manifest, without the section `special`: there FusionPBX prints values without escaping them.
pub fn manifest(corpus: &Path) -> Vec<Value> {
    let cases = cases(&corpus.join("golden-1/manifest.jsonl"));
    let cases: Vec<_> = cases.into_iter().filter(|case| case["section"] == "main").collect();
    assert!(cases.len() > 3_000);
    cases
}

/// The cases that FusionPBX answers with a complete file.
pub fn files(corpus: &Path) -> Vec<Value> {
    let mut cases = manifest(corpus);
    cases.retain(|case| case["status"] == 200 && case["broken"] == false);
    cases
}

/// Every `step`th case. The recording is sorted by vendor, so all vendors are included.
pub fn spread(cases: &[Value], step: usize) -> Vec<Value> {
    cases.iter().step_by(step).cloned().collect()
}

/// Prints how many of the cases are identical.
///
/// # Panics
/// If there are differences; the message has the first of them.
pub fn check(label: &str, differences: &[String], of: usize) {
    let shown: Vec<_> = differences.iter().take(20).map(String::as_str).collect();
    println!("{label}: {} of {of} identical", of - differences.len());
    assert!(differences.is_empty(), "{label}: {} of {of} differ:\n{}", differences.len(), shown.join("\n"));
}

/// The text of a file of the corpus.
pub fn text(corpus: &Path, file: &str) -> String {
    std::fs::read_to_string(corpus.join(file)).expect("a file of the corpus")
}

/// The cases of a recording.
pub fn cases(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).expect("a recording");
    text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect()
}

/// Sends the requests of cases to a server, and returns one line for each answer that differs.
pub fn replay(server: &Server, cases: &[Value]) -> Vec<String> {
    let (next, differences) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let difference = differing(&ask(server.address, case, None), case);
                    differences.lock().expect("no test panics").extend(difference);
                }
            });
        }
    });
    differences.into_inner().expect("no test panics")
}

/// Like [`replay`], in the test's own process.
pub async fn replay_in_process(app: &TestApp, cases: &[Value]) -> Vec<String> {
    let (next, differences) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let worker = async || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let difference = differing(&ask_in_process(app, case, None).await, case);
            differences.lock().expect("no test panics").extend(difference);
        }
    };
    // Refusals are delayed, so several requests at once save time.
    tokio::join!(worker(), worker(), worker(), worker());
    differences.into_inner().expect("no test panics")
}

/// The difference between an answer and the recorded one, labelled with the case.
pub fn differing(answer: &Answer, case: &Value) -> Option<String> {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let label = format!("{} {} {}", text("id"), text("device"), text("target"));
    if case["broken"] == true {
        // FusionPBX answers with half a file or with an error text of PHP.
        return (answer.status < 500).then(|| format!("{label}: status {}, expected a 5xx", answer.status));
    }
    compare(case, answer).map(|difference| format!("{label}: {difference}"))
}

/// Sends a case's request. `authorization` replaces the case's own credentials.
pub fn ask(server: SocketAddr, case: &Value, authorization: Option<&str>) -> Answer {
    let [method, target, body] = ["method", "target", "body"].map(|name| case[name].as_str().unwrap_or_default());
    client::send(server, method, target, &headers(case, authorization), body.as_bytes())
}

/// Like [`ask`], in the test's own process.
pub async fn ask_in_process(app: &TestApp, case: &Value, authorization: Option<&str>) -> Answer {
    let [method, target, body] = ["method", "target", "body"].map(|name| case[name].as_str().unwrap_or_default());
    app.send(method, target, &headers(case, authorization), body.as_bytes()).await
}

fn headers<'a>(case: &'a Value, authorization: Option<&'a str>) -> Vec<(&'a str, &'a str)> {
    let headers: BTreeMap<_, _> = case["headers"].as_object().into_iter().flatten().collect();
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap_or("")));
    let kept = headers.filter(|(name, _)| authorization.is_none() || !name.eq_ignore_ascii_case("authorization"));
    let own = authorization.filter(|text| !text.is_empty()).map(|text| ("Authorization", text));
    kept.chain(own).collect()
}

/// The first difference between an answer and the recorded one.
pub fn compare(case: &Value, answer: &Answer) -> Option<String> {
    if u64::from(answer.status) != case["status"] {
        return Some(format!("status {}, expected {}", answer.status, case["status"]));
    }
    if case["method"] != "HEAD" && case["body_sha256"] != hex(&Sha256::digest(&answer.body)) {
        return Some(format!("the body differs, {} bytes for {}", answer.body.len(), case["body_len"]));
    }
    let is_volatile = |name: &str| case["volatile"].as_array().is_some_and(|names| names.iter().any(|it| it == name));
    let differing = HEADERS.into_iter().filter(|name| !is_volatile(name)).find(|name| {
        let expected = case["response_headers"][*name].as_str().map(|value| canonical(name, value));
        expected.is_some_and(|expected| expected != canonical(name, answer.header(name)))
    });
    differing.map(|name| format!("{name} is {:?}", answer.header(name)))
}

/// The part of a header that has to be equal: scheme and realm of a challenge, whose other fields each server chooses;
/// a content type without spaces and in lower case.
fn canonical(name: &str, value: &str) -> String {
    match (name, value.split_once("realm=\"")) {
        ("www-authenticate", Some((scheme, realm))) => {
            let scheme = scheme.split(' ').next().unwrap_or_default().to_ascii_lowercase();
            format!("{scheme} {}", realm.split('"').next().unwrap_or_default())
        }
        ("content-type", _) => value.replace(' ', "").to_ascii_lowercase(),
        _ => value.to_owned(),
    }
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
