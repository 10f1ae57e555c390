//! The command and the admin endpoint, on both databases.

use super::recorded::ask;
use crate::standalone::{Stage, stages};
use dialplate_tests::client;
use dialplate_tests::server;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::process::{Command, Stdio};

const DEVICE: &str = "001565001001";

fn with_phone(stage: &Stage) {
    stage.with_domain().ok(&["extension", "add", "1001", "--name", "Ada Lovelace"]);
    stage.ok(&["device", "add", DEVICE, "--template", "yealink/t46u", "--extension", "1001"]);
}

/// All rows of all tables, as a hash.
fn dump(stage: &Stage) -> String {
    if let Some(file) = stage.url.strip_prefix("sqlite://") {
        let path = file.split('?').next().unwrap();
        let bytes = [std::fs::read(path).unwrap(), std::fs::read(format!("{path}-wal")).unwrap_or_default()].concat();
        return format!("{:x?}", Sha256::digest(bytes));
    }
    let tables = "select string_agg(table_name, ' ' order by table_name) from information_schema.tables \
        where table_schema = 'public'";
    let rows =
        |table: &str| stage.value(&format!("select md5(string_agg(t::text, '|' order by t::text)) from {table} t"));
    stage.value(tables).split(' ').map(|table| format!("{table} {}\n", rows(table))).collect()
}

/// A command in front of a running server.
fn ask_server(stage: &Stage, admin: std::net::SocketAddr, words: &[&str]) -> (bool, String) {
    let admin = admin.to_string();
    let mut command = server::command("explain", &[("DIALPLATE_DATABASE", "postgres://127.0.0.1:1/none")]);
    command.env("DIALPLATE_ADMIN_LISTEN", admin).arg("--admin").args(words).stdin(Stdio::null());
    let _ = stage;
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
fn explain_writes_nothing() {
    for stage in stages(|tables| tables) {
        with_phone(&stage);
        stage.ok(&["setting", "add", "provision", "auto_insert_enabled", "true"]);
        let before = dump(&stage);
        for words in [
            &["explain", DEVICE][..],
            &["explain", "001565ffffff", "--user-agent", "Yealink SIP-T46U 108.86.0.20 00:15:65:ff:ff:ff"],
            &["explain", "/provision/001565001001.cfg", "--host", "other.example"],
            &["explain", "/provision/nothing", "--host", "pbx.example.net"],
        ] {
            stage.ok(words);
            assert_eq!(dump(&stage), before, "{words:?}");
        }
        let server = stage.serve();
        let before = dump(&stage);
        for what in [DEVICE, "001565ffffff", "/provision/001565001001.cfg"] {
            ask(server.admin(), &json!({"what": what, "client": "203.0.113.7"}));
        }
        assert_eq!(stage.value("select count(*) from v_devices where device_provisioned_date is not null"), "0");
        assert_eq!(dump(&stage), before);
        let log = server.log();
        assert!(!log.contains(" provisioned ") && !log.contains(" refused "), "{log}");
        // The same requests, sent by a phone, do leave traces.
        assert_eq!(server.get("pbx.example.net", "/provision/001565001001.cfg").status, 200);
        server.until_logged(&["provisioned", DEVICE]);
    }
}

#[test]
fn text_names_each_decision() {
    for stage in stages(|tables| tables) {
        with_phone(&stage);
        let text = stage.ok(&["explain", "00:15:65:00:10:01", "--client", "192.0.2.1"]);
        for part in [
            "request   GET /app/provision/ of host pbx.example.net over http, from 192.0.2.1",
            "URL       natural URL, rule ",
            "(url_forms fusionpbx)",
            "device    address 001565001001, named by: parameter mac of the query",
            "domain    pbx.example.net, which the host names",
            "provisioning    passed        provision enabled = true (default)",
            "credentials     not required",
            "limits    passed",
            "template  folder yealink/t46u, named by the device's row",
            "(root 1)",
            "file      {$mac}.cfg, for this device 001565001001.cfg",
            "plugin    yealink ",
            "document  rendered in ",
            "result    status 200 (sent), decided by admitted",
            "a real request would note when and from where the device was provisioned",
            "by this command, which knows no limits and kept documents of a server (--admin asks it); nothing was written",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}

#[test]
fn running_server_explains_with_its_own_state() {
    let stage = stages(|tables| tables).swap_remove(0);
    with_phone(&stage);
    let server = stage.serve();
    server.get("pbx.example.net", "/provision/001565001001.cfg");
    server.get("pbx.example.net", "/provision/001565001001.cfg");
    let (is_ok, text) = ask_server(&stage, server.admin(), &["/provision/001565001001.cfg", "--json"]);
    let explained: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(is_ok && explained["walker"]["program"] == "server", "{text}");
    assert_eq!(
        (&explained["request"]["host"], &explained["result"]["status"]),
        (&json!("pbx.example.net"), &json!(200))
    );
    let answer = client::get(server.admin(), "localhost", "/explain?what=001565001001&host=pbx.example.net");
    let by_query: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(by_query["document"]["sha256"], explained["document"]["sha256"]);
    let (is_ok, text) = ask_server(&stage, server.admin(), &["001565001001"]);
    assert!(is_ok && text.contains("by the running server, with its limits and kept documents"), "{text}");
    drop(server);
}

#[test]
fn wrong_question_gets_a_clear_error() {
    let stage = stages(|tables| tables).swap_remove(0);
    with_phone(&stage);
    for (words, message) in [
        (&["explain", "yealink"][..], "what \"yealink\": write an address like 001565aabbcc"),
        (&["explain", "a/b"], "what \"a/b\": write an address, a path that begins with /, or a URL"),
        (&["explain", DEVICE, "--client", "phone"], "client \"phone\": write an IP address"),
        (&["explain", DEVICE, "--header", "Accept"], "header \"Accept\": write Name: value"),
        (&["explain", DEVICE, "--user", "ada"], "no password for --user; set DIALPLATE_EXPLAIN_PASSWORD"),
        (&["explain", DEVICE, "--database", "sqlite:///nowhere/x.db"], "there is no database at /nowhere/x.db"),
    ] {
        let error = stage.error(words);
        assert!(error.contains(message), "{words:?}: {error}");
    }
    stage.ok(&["domain", "add", "other.example"]);
    let error = stage.error(&["explain", "001565ffffff"]);
    assert!(error.contains("name the host that the phone asks for with --host"), "{error}");
    let server = stage.serve();
    for (target, message) in [
        ("/explain?what=001565001001&password=x", "\"password\" is no parameter of a question"),
        ("/explain", "name a device's address or a URL"),
    ] {
        let answer = client::get(server.admin(), "localhost", target);
        assert!(answer.status == 400 && answer.text().contains(message), "{target}: {}", answer.text());
    }
    let foreign = client::send(server.admin(), "POST", "/explain", &[("Host", "localhost")], b"{}");
    assert_eq!(foreign.status, 403);
}

#[test]
fn password_comes_from_environment_or_file() {
    let stage = stages(|tables| tables).swap_remove(0);
    with_phone(&stage);
    stage.ok(&["setting", "add", "provision", "http_auth_username", "admin"]);
    let ran = stage.run_with(&["setting", "add", "provision", "http_auth_password", "--value-stdin"], "hunter2\n");
    assert!(ran.success, "{}", ran.err);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "hunter2\n").unwrap();
    let path = file.path().display().to_string();
    let text = stage.ok(&["explain", DEVICE, "--user", "admin", "--password-file", &path]);
    assert!(text.contains("result    status 200 ") && !text.contains("hunter2"), "{text}");
    assert!(text.contains("provision http_auth_password = (hidden) (default)"), "{text}");
    let settings = [("DIALPLATE_DATABASE", stage.url.as_str()), ("DIALPLATE_EXPLAIN_PASSWORD", "wrong")];
    let templates = server::root().join("templates").display().to_string();
    let mut command: Command = server::command("explain", &settings);
    let output =
        command.env("DIALPLATE_TEMPLATES", templates).args([DEVICE, "--user", "admin", "--json"]).output().unwrap();
    let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&explained["result"]["status"], &explained["result"]["text"]), (&json!(401), &json!("bad password")));
}
