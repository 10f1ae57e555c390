//! Several Dialplate servers on one PostgreSQL, behind an nginx that knows only their addresses. Uses
//! `../shared/corpus`; skipped where it is absent.

use dialplate_tests::client::{self, Answer};
use dialplate_tests::corpus;
use dialplate_tests::load::{Load, Verdict};
use dialplate_tests::nginx::Nginx;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::{Server, free_port};
use dialplate_tests::setting;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

const KEY: &str = "6f1d2c3b4a5968778695a4b3c2d1e0f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

struct Stage {
    servers: Vec<Server>,
    nginx: Nginx,
    cases: Vec<Value>,
    _database: Recorded,
}

/// One key, and the algorithm of [`login`] among those offered.
const SETTINGS: [(&str, &str); 2] = [("DIALPLATE_NONCE_KEY", KEY), ("DIALPLATE_DIGEST_ALGORITHMS", "MD5,SHA-256")];

/// Two servers with one key, and this in the database.
fn stage(sql: &str) -> Option<Stage> {
    let database = Recorded::start()?;
    database.run(sql);
    let servers: Vec<_> = (0..2).map(|_| database.serve(&SETTINGS)).collect();
    let upstream: String = servers.iter().map(|server| format!("server {};\n", server.address)).collect();
    let port = free_port();
    let http = format!(
        "upstream dialplate {{\n{upstream}keepalive 8;\n}}\nserver {{\nlisten 127.0.0.1:{port};\n\
         location / {{\nproxy_pass http://dialplate;\nproxy_http_version 1.1;\nproxy_set_header Connection '';\n\
         proxy_set_header Host $host;\n}}\n}}\n"
    );
    let nginx = Nginx::start(port, &http)?;
    let cases = corpus::spread(&corpus::files(&database.corpus), 37);
    Some(Stage { servers, nginx, cases, _database: database })
}

#[test]
fn killed_server_fails_only_its_requests_in_progress() {
    let Some(mut stage) = stage("select 1") else { return };
    let load = Load::start(stage.nginx.address, &stage.cases);
    thread::sleep(Duration::from_secs(3));
    let killed = Instant::now();
    // Dropping a server kills it with SIGKILL.
    drop(stage.servers.pop());
    thread::sleep(Duration::from_secs(4));
    let outcomes = load.stop();
    let (before, after): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.begin < killed);
    let under_way = before.iter().filter(|outcome| outcome.begin + outcome.took > killed).count();
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.verdict != Verdict::Right).collect();
    println!(
        "{} answers, {} after the kill, {under_way} under way, {} failed",
        outcomes.len(),
        after.len(),
        failed.len()
    );
    for outcome in failed {
        let was_under_way = outcome.begin < killed && outcome.begin + outcome.took > killed;
        assert!(was_under_way, "{:?}\n{}", outcome.verdict, stage.nginx.log());
    }
    assert!(before.len() > 20 && after.len() > 20, "{} and {}", before.len(), after.len());
}

fn hash(text: &str) -> String {
    corpus::hex(&Sha256::digest(text))
}

/// Asks with the answer to a challenge that a server has given.
fn login(server: SocketAddr, case: &Value, challenge: &Answer, count: u32) -> Answer {
    let header = challenge.header("www-authenticate");
    let value = |name: &str| header.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
    let (realm, nonce) = (value("realm").expect("a realm"), value("nonce").expect("a nonce"));
    let target = case["target"].as_str().unwrap();
    let (one, two) = (hash(&format!("phone:{realm}:secret1")), hash(&format!("GET:{target}")));
    let count = format!("{count:08x}");
    let response = hash(&format!("{one}:{nonce}:{count}:abcdef:auth:{two}"));
    let authorization = format!(
        "Digest username=\"phone\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{target}\", algorithm=SHA-256, \
         qop=auth, nc={count}, cnonce=\"abcdef\", response=\"{response}\""
    );
    let host = case["domain"].as_str().unwrap();
    client::send(server, "GET", target, &[("Host", host), ("Authorization", &authorization)], b"")
}

#[test]
fn login_with_the_nonce_of_another_server_is_accepted() {
    let Some(stage) = stage(&setting::digest()) else { return };
    let case = &stage.cases[0];
    let ask = |server| client::get(server, case["domain"].as_str().unwrap(), case["target"].as_str().unwrap());
    let (one, other) = (stage.servers[0].address, stage.servers[1].address);
    let challenge = ask(one);
    assert_eq!(challenge.status, 401);
    assert_eq!(login(other, case, &challenge, 1).status, 200);
    let challenge = ask(stage.nginx.address);
    for count in 1..=6 {
        // nginx goes from server to server.
        assert_eq!(login(stage.nginx.address, case, &challenge, count).status, 200, "{count}");
    }
}
