//! Tokens: who is let in, and who is not.

use super::{Stage, problem};
use dialplate_tests::{client, database};
use serde_json::Value;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn request_without_valid_token_is_refused() {
    let stage = Stage::sqlite();
    let token = stage.token("nightly", &["--days", "1"]);
    assert_eq!(stage.get(&token, "/api/v1/devices").status, 200);
    let admin = stage.server.admin();
    let ask = |headers: &[(&str, &str)]| client::send(admin, "GET", "/api/v1/devices", headers, b"");
    let host = ("Host", "127.0.0.1");
    let basic = format!("Basic {token}");
    let forged = format!("Bearer {}x", &token[..token.len() - 1]);
    let bearer = format!("Bearer {token}");
    for headers in [
        vec![host],
        vec![host, ("Authorization", "")],
        vec![host, ("Authorization", &basic)],
        vec![host, ("Authorization", &forged)],
        vec![host, ("Authorization", "Bearer dialplate_")],
        vec![host, ("X-Dialplate-Caller", "1")],
        vec![host, ("Authorization", &bearer), ("Authorization", &bearer)],
    ] {
        let answer = ask(&headers);
        problem(&answer, 401);
        assert_eq!(answer.header("www-authenticate"), "Bearer realm=\"dialplate\"");
    }
    let expired = "update tokens set expires_s = 1";
    let file = format!("sqlite://{}", stage.access_file().display());
    database::run_blocking(&file, expired);
    assert!(problem(&stage.get(&token, "/api/v1/devices"), 401).contains("expired"));
    let log = stage.server.log();
    assert!(!log.contains(&token) && !log.contains(&token[10..]), "no token reaches the log");
}

#[test]
fn token_is_printed_once_listed_and_removed() {
    let stage = Stage::sqlite();
    let token = stage.token("nightly", &["--scope", "read,resync", "--domain", "a.example"]);
    assert!(token.starts_with("dialplate_"));
    let listed = stage.command("token", &["list"]);
    let listed = text(&listed.stdout);
    assert!(listed.contains("nightly") && listed.contains("read,resync") && listed.contains("a.example"), "{listed}");
    assert!(!listed.contains(&token) && !text(&std::fs::read(stage.access_file()).unwrap()).contains(&token));
    let values: Value = serde_json::from_slice(&stage.command("token", &["list", "--json"]).stdout).unwrap();
    assert_eq!((&values[0]["is_expired"], values[0].get("token")), (&Value::Bool(false), None));
    assert!(stage.command("token", &["remove", "nightly"]).status.success());
    problem(&stage.get(&token, "/api/v1/devices"), 401);
    let gone = stage.command("token", &["remove", "nightly"]);
    assert!(!gone.status.success() && text(&gone.stderr).contains("there is no token \"nightly\""));
}

#[test]
fn wrong_flags_of_a_token_are_named() {
    let stage = Stage::sqlite();
    let said = |words: &[&str]| {
        let output = stage.command("token", words);
        assert!(!output.status.success());
        text(&output.stderr)
    };
    assert!(said(&["add", "x", "--scope", "write"]).contains("the scopes are read, secrets, resync"));
    assert!(said(&["add", "x", "--domain", "a.exampel"]).contains("a.example"));
    assert!(said(&["add", "a b"]).contains("a name has 1 to 64"));
    assert!(said(&["add", "x", "--days", "0"]).contains("--days"));
    stage.token("taken", &[]);
    assert!(said(&["add", "taken"]).contains("a token named \"taken\" exists"));
}

#[test]
fn unknown_path_and_method_are_problems() {
    let stage = Stage::sqlite();
    let token = stage.token("reader", &[]);
    assert!(problem(&stage.get(&token, "/api/v1/nothing"), 404).contains("openapi.json"));
    assert!(problem(&stage.get(&token, "/api/v2"), 404).contains("openapi.json"));
    problem(&stage.send("DELETE", &token, "/api/v1/devices", None), 405);
}

#[test]
fn loopback_without_token_lists_plugins_and_reloads_as_before() {
    let stage = Stage::sqlite();
    for command in ["plugin", "reload"] {
        let words: &[&str] = if command == "plugin" { &["list"] } else { &[] };
        let admin = stage.server.admin().to_string();
        let output = stage.command(command, &[words, &["--admin-listen", &admin]].concat());
        assert!(output.status.success(), "{command}: {}", text(&output.stderr));
    }
}
