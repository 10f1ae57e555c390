//! Which requests get a configuration: the recorded cases, each with its own settings, and the answers that differ from
//! FusionPBX's on purpose. Uses `../shared/corpus`.

use crate::proxied::execute;
use dialplate_tests::app::TestApp;
use dialplate_tests::client::Answer;
use dialplate_tests::corpus::{self, hex};
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::{self, Server, demo_url, root};
use dialplate_tests::setting::{digest, set, unset};
use md5::{Digest, Md5};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How long a provisioning note may take after its answer.
const NOTE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the server may take to notice a changed template.
const RELOAD_TIME: Duration = Duration::from_millis(1_500);

/// The servers and files that all cases share.
pub struct Stage<'a> {
    pub server: &'a Server,
    pub database: &'a Recorded,
    pub templates: &'a Path,
    pub scratch: &'a Path,
    /// The body of the ordinary answer; bodies are compared with parts of it.
    pub whole: Vec<u8>,
}

/// Calls a function with a stage, the cases, and what is expected instead of a case's own answer.
pub fn with_stage(database: &Recorded, test: impl FnOnce(&Stage<'_>, &[(Value, Value)])) {
    let corpus = &database.corpus;
    let (scratch, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let templates = folder.path().join("templates");
    assert!(Command::new("cp").arg("-r").arg(corpus.join("templates")).arg(&templates).status().unwrap().success());
    let server = database.serve(&[("DIALPLATE_TEMPLATES", &templates.display().to_string())]);
    let mut cases = corpus::cases(&corpus.join("golden-1/gate.jsonl"));
    let known: Value = serde_json::from_str(&corpus::text(corpus, "differences.json")).unwrap();
    let instead = |case: &Value| known[case["id"].as_str().and_then(|id| id.split('-').nth(1)).unwrap()].clone();
    let whole = corpus::ask(server.address, &cases[0], None).body;
    assert_eq!(cases[0]["body_sha256"], hex(&sha2::Sha256::digest(&whole)), "the ordinary answer differs");
    cases.retain(|case| instead(case)["skip"] != true && (case["broken"] != true || !instead(case).is_null()));
    let cases: Vec<_> = cases.into_iter().map(|case| (case.clone(), instead(&case))).collect();
    assert!(cases.len() > 300);
    let (scratch, templates) = (scratch.path(), templates.as_path());
    test(&Stage { server: &server, database, templates, scratch, whole }, &cases);
}

#[test]
fn recorded_gate_cases_match_or_differ_on_purpose() {
    let Some(database) = Recorded::start() else { return };
    with_stage(&database, |stage, cases| {
        let differences: Vec<_> = cases.iter().filter_map(|(case, instead)| stage.differs(case, instead)).collect();
        println!("{} of {} identical", cases.len() - differences.len(), cases.len());
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    });
}

/// An auth server that accepts every request and counts them.
fn counting_auth_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let requests = Arc::clone(&count);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            requests.fetch_add(1, Ordering::SeqCst);
            let (mut request, mut byte) = (Vec::new(), [0]);
            while !request.ends_with(b"secret=") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
                request.extend(byte);
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue");
        }
    });
    (url, count)
}

#[tokio::test(flavor = "multi_thread")]
async fn request_refused_by_free_checks_never_reaches_the_auth_server() {
    let (url, count) = counting_auth_server();
    let app = TestApp::init().with_config("auth_server", &url).build().await;
    let after = async |statements: &str| {
        app.run_sql(statements).await;
        let status = app.get("/provision/001565000046.cfg").await.status;
        (status, count.load(Ordering::SeqCst))
    };
    assert_eq!(after("").await, (200, 1));
    assert_eq!(after(&set("enabled", "boolean", "false")).await, (404, 1), "provisioning is off");
    let networks = set("enabled", "boolean", "true") + &set("cidr", "array", "10.0.0.0/8");
    assert_eq!(after(&networks).await, (404, 1), "the client is in none of the networks");
    let password = set("cidr", "array", "127.0.0.0/8") + &set("password", "text", "pass1");
    assert_eq!(after(&password).await, (403, 2), "the password is checked after the auth server");
}

#[test]
fn unknown_auth_type_is_named_in_log_and_check() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let url = demo_url(folder.path());
    let templates = root().join("templates").display().to_string();
    let check = || {
        let settings = [("DIALPLATE_DATABASE", url.as_str()), ("DIALPLATE_TEMPLATES", &templates)];
        let output = server::command("check", &settings).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    execute(folder.path(), &digest());
    let named = "unknown type of authentication";
    let (well, said) = check();
    assert!(well && !said.contains(named) && said.contains("no problems found"), "{said}");
    execute(folder.path(), &(set("http_auth_type", "text", "both") + &set("cidr", "array", "127.0.0.1/33")));
    let (well, said) = check();
    assert!(well && said.contains(named) && said.contains("text=\"both\""), "{said}");
    assert!(said.contains("ignoring invalid network") && said.contains("127.0.0.1/33"), "{said}");
    assert!(said.contains("no errors found") && said.contains("warnings=2"), "{said}");
    execute(folder.path(), &unset("cidr"));
    let challenge = server.get("localhost", "/provision/001565000046.cfg");
    assert!(challenge.status == 401 && challenge.header("www-authenticate").starts_with("Digest "));
    assert_eq!(server.get("localhost", "/provision/001565000046.cfg").status, 401);
    assert_eq!(server.log().matches(named).count(), 1, "{}", server.log());
}

impl Stage<'_> {
    /// The difference of a case in one line, or `None`. Restores the settings.
    fn differs(&self, case: &Value, instead: &Value) -> Option<String> {
        self.begin(case);
        let answer = self.answer(case, instead);
        let difference = match instead["status"].as_u64() {
            Some(status) => self.misses(case, instead, status, &answer),
            None => corpus::compare(case, &answer),
        };
        let judges_rows = instead.is_null() && case["volatile"].as_array().is_none_or(Vec::is_empty);
        let difference = difference.or_else(|| if judges_rows { self.rows_differ(case) } else { None });
        self.end(case);
        difference.map(|difference| format!("{} {}: {difference}", case["id"], case["title"]))
    }

    /// Makes the settings and files of a case.
    pub fn begin(&self, case: &Value) {
        self.execute(&case["sql_before"]);
        if let Some(script) = case["fs_before"].as_str() {
            self.shell(script);
            thread::sleep(RELOAD_TIME);
        }
    }

    /// Undoes them.
    pub fn end(&self, case: &Value) {
        self.execute(&case["sql_after"]);
        if let Some(script) = case["fs_after"].as_str() {
            self.shell(script);
        }
    }

    /// The answer to a case's request, with the credentials that are expected instead of its own.
    pub fn answer(&self, case: &Value, instead: &Value) -> Answer {
        let Some([user, password]) = instead["login"].as_array().map(Vec::as_slice) else {
            return corpus::ask(self.server.address, case, None);
        };
        let challenge = corpus::ask(self.server.address, case, Some(""));
        let login = [user, password].map(|text| text.as_str().unwrap());
        let uri = instead["login_uri"].as_str().or(case["target"].as_str()).unwrap();
        let signed = sign(challenge.header("www-authenticate"), case["method"].as_str().unwrap(), uri, login);
        corpus::ask(self.server.address, case, Some(&signed))
    }

    /// The difference of an answer from the intended one, if that is not FusionPBX's.
    fn misses(&self, case: &Value, instead: &Value, status: u64, answer: &Answer) -> Option<String> {
        if u64::from(answer.status) != status {
            return Some(format!("status {}, expected {status}", answer.status));
        }
        if let Some([from, to]) = instead["slice"].as_array().map(Vec::as_slice) {
            let at = |bound: &Value, open: usize| match bound.as_i64() {
                Some(back) if back < 0 => self.whole.len() - usize::try_from(-back).unwrap(),
                Some(at) => usize::try_from(at).unwrap(),
                None => open,
            };
            let range = at(from, 0)..at(to, self.whole.len());
            return (answer.body != self.whole[range.clone()]).then(|| format!("the body is not {range:?}"));
        }
        if instead["body"] == "as 0000" && case["method"] != "HEAD" && answer.body != self.whole {
            return Some(format!("{} bytes, expected the ordinary answer", answer.body.len()));
        }
        let lacks = status == 401 && answer.header("www-authenticate").is_empty();
        lacks.then(|| "a 401 without a challenge".to_owned())
    }

    fn rows_differ(&self, case: &Value) -> Option<String> {
        let queries = case["post_sql"].as_array().filter(|queries| !queries.is_empty())?;
        let end = Instant::now() + NOTE_TIMEOUT;
        loop {
            let query = |sql: &Value| self.database.rows(sql.as_str().unwrap());
            let rows: Vec<_> = queries.iter().map(query).collect();
            if case["post_rows"] == serde_json::json!(rows) {
                return None;
            }
            if Instant::now() > end {
                return Some(format!("rows {rows:?}, expected {}", case["post_rows"]));
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn execute(&self, statements: &Value) {
        let statements = statements.as_array().into_iter().flatten().map(|sql| self.place(sql.as_str().unwrap()));
        let script = statements.collect::<Vec<_>>().join(";\n");
        if !script.is_empty() {
            self.database.run(&script);
        }
    }

    fn shell(&self, script: &str) {
        let status = Command::new("sh").arg("-c").arg(self.place(script)).status().unwrap();
        assert!(status.success(), "{script}");
    }

    /// Fills in the test's folders.
    fn place(&self, text: &str) -> String {
        let folder = |path: &Path| path.display().to_string();
        text.replace("@TEMPLATES@", &folder(self.templates)).replace("@SCRATCH@", &folder(self.scratch))
    }
}

/// Answers a digest challenge as a phone does: RFC 7616 with MD5 and `qop=auth`.
pub fn sign(challenge: &str, method: &str, uri: &str, [user, password]: [&str; 2]) -> String {
    let field = |name: &str| {
        let after = challenge.split_once(&format!("{name}=\"")).map_or("", |(_, after)| after);
        after.split('"').next().unwrap_or_default()
    };
    let (realm, nonce, opaque) = (field("realm"), field("nonce"), field("opaque"));
    let hash = |text: String| hex(&Md5::digest(text));
    let (account, asked) = (hash(format!("{user}:{realm}:{password}")), hash(format!("{method}:{uri}")));
    let response = hash(format!("{account}:{nonce}:00000001:0a4f113b:auth:{asked}"));
    format!(
        "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", qop=auth, nc=00000001, \
         cnonce=\"0a4f113b\", response=\"{response}\", opaque=\"{opaque}\""
    )
}
