//! The journal: a line for each request, whatever happens to the server or to the file.

mod faults;
mod kills;
mod other_requests;
mod versions;

use dialplate_tests::client;
use dialplate_tests::server::{self, Server};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Instant;
use tempfile::TempDir;

const PHONE: &str = "/provision/001565000046.cfg";
const AGENT: &str = "Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46";

/// A demonstration server with a journal.
pub struct Stage {
    pub server: Server,
    pub folder: TempDir,
}

impl Stage {
    pub fn new(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = file(folder.path()).display().to_string();
        let own = [("DIALPLATE_JOURNAL", journal.as_str()), ("DIALPLATE_REQUEST_ID_HEADER", "X-Request-ID")];
        let server = Server::demo(folder.path(), &[&own, settings].concat());
        Self { server, folder }
    }

    pub fn get(&self, target: &str) -> client::Answer {
        let headers = [("Host", "localhost"), ("User-Agent", AGENT)];
        client::send(self.server.address, "GET", target, &headers, b"")
    }

    /// Stops the server, and returns its lines.
    pub fn stopped(self) -> Vec<Value> {
        let Self { server, folder } = self;
        assert_eq!(server.stop(), Some(0));
        lines(folder.path(), &[])
    }
}

pub fn file(folder: &Path) -> PathBuf {
    folder.join("journal.db")
}

/// Runs `dialplate journal`.
pub fn journal(folder: &Path, options: &[&str]) -> Output {
    let journal = file(folder).display().to_string();
    let mut command = server::command("journal", &[("DIALPLATE_JOURNAL", &journal), ("TZ", "UTC")]);
    command.args(options).output().unwrap()
}

/// Waits until the journal has so many lines.
pub fn until_lines(folder: &Path, count: usize) {
    let found = || {
        let output = journal(folder, &["--json", "--limit", "1000000"]);
        String::from_utf8_lossy(&output.stdout).lines().count()
    };
    dialplate_tests::wait::until(|| found() == count, || format!("{count} lines, and not {}", found()));
}

/// The lines that `dialplate journal --json` prints.
pub fn lines(folder: &Path, options: &[&str]) -> Vec<Value> {
    let output = journal(folder, &[&["--json", "--limit", "1000000"], options].concat());
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn fetched_file_has_a_line_with_all_facts() {
    let stage = Stage::new(&[]);
    let answer = stage.get(PHONE);
    let log = stage.server.log();
    let lines = stage.stopped();
    let line = lines.first().unwrap();
    let hash = sha256(&answer.body);
    for (name, expected) in [
        ("request", answer.header("x-request-id")),
        ("client", "127.0.0.1"),
        ("method", "GET"),
        ("domain", "localhost"),
        ("device", "001565000046"),
        ("file", "{$mac}.cfg"),
        ("target", PHONE),
        ("user_agent", AGENT),
        ("reason", "sent"),
        ("sha256", &hash),
    ] {
        assert_eq!(line[name], expected, "{name} in {line}");
    }
    assert_eq!((lines.len(), &line["id"], &line["status"]), (1, &1.into(), &200.into()));
    assert_eq!(line["bytes"], answer.body.len());
    let plugin = &line["plugin"];
    assert_eq!((&plugin["name"], &plugin["template"]), (&"yealink".into(), &"yealink/t46u".into()));
    for hash in ["sha256", "template_sha256"] {
        assert_eq!(plugin[hash].as_str().map(str::len), Some(64), "{plugin}");
    }
    assert!(plugin["version"].as_str().is_some_and(|version| !version.is_empty()), "{plugin}");
    assert!(line["duration_us"].as_u64().is_some_and(|us| us > 0), "{line}");
    assert!(log.contains(&format!("request.id={}", answer.header("x-request-id"))), "{log}");
}

/// The hash by the system's own program.
fn sha256(bytes: &[u8]) -> String {
    let mut program = std::process::Command::new("sha256sum");
    let mut program = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    program.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = program.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}

#[test]
fn each_kind_of_answer_has_its_reason() {
    let stage = Stage::new(&[]);
    let tag = stage.get(PHONE).header("etag").to_owned();
    let send = |method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]| {
        let headers = [&[("Host", "localhost")], headers].concat();
        client::send(stage.server.address, method, target, &headers, body)
    };
    let mut expected = vec![(200, "sent")];
    for (target, status, reason) in [
        ("/provision/001565ffffff.cfg", 403, "unknown_device"),
        ("/app/provision/?mac=001565000046&file=nothing.cfg", 404, "no_file"),
        ("/nothing/at/all", 404, "no_rule"),
        ("/provision/%ff%zz/..%2f..", 400, "bad_path"),
        ("/app/provision/?mac[]=1", 400, "array_parameter"),
    ] {
        let answer = stage.get(target);
        assert_eq!(answer.status, status, "{target}");
        expected.push((status, reason));
    }
    for (headers, status, reason) in [
        (("If-None-Match", tag.as_str()), 304, "not_modified"),
        (("Range", "bytes=0-9"), 206, "part"),
        (("Range", "bytes=99999999-"), 416, "bad_range"),
        (("If-Match", "\"other\""), 412, "precondition"),
    ] {
        assert_eq!(send("GET", PHONE, &[headers], b"").status, status, "{headers:?}");
        expected.push((status, reason));
    }
    assert_eq!(send("DELETE", PHONE, &[], b"").status, 405);
    expected.push((405, "bad_method"));
    let answer = client::exchange(stage.server.address, b"GET /\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.1 400"), "{}", String::from_utf8_lossy(&answer));
    expected.push((400, "bad_head"));
    let metrics = client::get(stage.server.admin(), "localhost", "/metrics").text();
    let lines = stage.stopped();
    let found: Vec<_> =
        lines.iter().map(|line| (line["status"].as_u64().unwrap() as u16, line["reason"].as_str().unwrap())).collect();
    assert_eq!(found, expected);
    assert_eq!(lines[7]["bytes"], 10);
    assert!(metrics.contains("dialplate_request_reasons_total{reason=\"unknown_device\"} 1\n"), "{metrics}");
    for name in ["journal_lines_total", "journal_lines_lost_total 0", "journal_lag_seconds", "journal_failing 0"] {
        assert!(metrics.contains(&format!("\ndialplate_{name}")), "{name} is not in\n{metrics}");
    }
}

#[test]
fn command_shows_filters_and_explains_mistakes() {
    let stage = Stage::new(&[]);
    for target in [PHONE, "/provision/001565ffffff.cfg", "/nothing"] {
        stage.get(target);
    }
    let folder = stage.folder.path();
    until_lines(folder, 3);
    for (options, count) in [
        (&["--mac", "00:15:65:00:00:46"][..], 1),
        (&["--mac", "0015.6500.0046"], 1),
        (&["--domain", "LOCALHOST"], 2),
        (&["--status", "4xx"], 2),
        (&["--status", "404"], 1),
        (&["--reason", "unknown_device"], 1),
        (&["--since", "1h"], 3),
        (&["--since", "2030-01-01"], 0),
        (&["--since", "2026-01-01T00:00:00Z", "--status", "200"], 1),
    ] {
        assert_eq!(lines(folder, options).len(), count, "{options:?}");
    }
    let shown = text(&journal(folder, &["--limit", "1"]));
    assert!(shown.starts_with("ID  TIME") && shown.contains("no_rule") && shown.lines().count() == 2, "{shown}");
    assert_eq!(text(&journal(folder, &["--status", "500"])), "no lines\n");
    for (options, words) in [
        (&["--reason", "unknown"][..], &["no reason \"unknown\"", "unknown_device", "rate_limited"][..]),
        (&["--mac", "phone"], &["is no address", "001565aabbcc"]),
        (&["--status", "fine"], &["is no status", "4xx"]),
        (&["--since", "yesterday"], &["is no time", "2h", "2026-07-01T12:00:00Z"]),
        (&["--journal", "off"], &["the journal is off"]),
        (&["--journal", "/nowhere/journal.db"], &["there is no journal /nowhere/journal.db"]),
    ] {
        let output = journal(folder, options);
        let said = text(&output);
        assert!(!output.status.success() && words.iter().all(|word| said.contains(word)), "{options:?}: {said}");
    }
}

#[test]
fn follow_prints_new_lines_within_a_second() {
    let stage = Stage::new(&[]);
    stage.get(PHONE);
    let path = file(stage.folder.path()).display().to_string();
    let folder = stage.folder.path();
    until_lines(folder, 1);
    let mut command = server::command("journal", &[("DIALPLATE_JOURNAL", &path)]);
    let mut following = command.args(["--follow", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut printed = BufReader::new(following.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&printed.next().unwrap().unwrap()).unwrap() };
    assert_eq!(next()["reason"], "sent");
    for target in ["/provision/001565ffffff.cfg", "/nothing"] {
        let begin = Instant::now();
        let answer = stage.get(target);
        let line = next();
        assert_eq!(line["request"], answer.header("x-request-id"));
        assert!(begin.elapsed().as_millis() < 2_000, "{:?}", begin.elapsed());
    }
    following.kill().unwrap();
    following.wait().unwrap();
}

#[test]
fn no_password_reaches_the_file() {
    let stage = Stage::new(&[]);
    for target in [
        "/app/provision/?mac=001565000046&password=hunter2",
        "/app/provision/?mac=001565000046&PassWord=hunter2",
        "/app/provision/?mac=001565000046&%70assword=hunter2",
        "/app/provision/?mac=001565000046&secret=%68unter2",
        "/app/provision/%3Fmac=1%26password%3Dhunter2",
        "/cloud?cloud_username=101&cloud_password=hunter2",
        "//user:hunter2@localhost/provision/001565000046.cfg",
        "/provision/?username=101&password=hunter2",
    ] {
        stage.get(target);
    }
    let basic = [("Host", "localhost"), ("Authorization", "Basic MTAxOmh1bnRlcjI=")];
    client::send(stage.server.address, "GET", PHONE, &basic, b"");
    let form = [("Host", "localhost"), ("Content-Type", "application/x-www-form-urlencoded")];
    client::send(stage.server.address, "POST", "/app/provision/", &form, b"mac=001565000046&password=hunter2");
    let folder = stage.folder.path();
    until_lines(folder, 10);
    let all = |folder: &Path| -> Vec<u8> {
        let named = |ending: &str| folder.join(format!("journal.db{ending}"));
        ["", "-wal", "-shm"].iter().flat_map(|ending| std::fs::read(named(ending)).unwrap_or_default()).collect()
    };
    let has = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    let running = all(folder);
    let Stage { server, folder } = stage;
    assert!(server.log().contains("refused") && !server.log().contains("hunter2"));
    server.stop();
    for bytes in [running, all(folder.path())] {
        // The second is the password of the demonstration's line, which is in the phone's file.
        for secret in ["hunter2", "%68unter2", "MTAxOmh1bnRlcjI", "demo-101"] {
            assert!(!has(&bytes, secret), "{secret}");
        }
        assert!(has(&bytes, "(hidden)") && has(&bytes, "001565000046"));
    }
}

#[test]
fn slow_head_has_a_line() {
    let stage = Stage::new(&[]);
    let mut stream = TcpStream::connect(stage.server.address).unwrap();
    stream.write_all(b"GET /provision/").unwrap();
    stage.server.until_logged(&["refused", "status=408", "reason=\"slow_head\""]);
    let lines = stage.stopped();
    assert_eq!(
        (&lines[0]["reason"], &lines[0]["status"], &lines[0]["target"]),
        (&"slow_head".into(), &408.into(), &"".into())
    );
}
