//! Lines of requests that are no phone's fetch: uploads, calls with a PIN, and logins.

use super::{Stage, file, lines};
use dialplate_tests::client;
use dialplate_tests::server::{self, demo_url};
use dialplate_tests::{database, setting};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

const POLYCOM: &str = "0004f2000450";
const ZOIPER: &str = "Zoiper v5.6.4";
const DIAL_PLAN: &str = "0123456789abcdef0123456789abcdef";
const NEW_PHONE: &str = "c074ad112233";
const PREPARED: &str = "insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, \
    device_label, device_enabled) select 'de51ce00-0000-4000-8000-0000000000aa', domain_uuid, '000000000000', \
    'grandstream', 'grandstream/gxp2160', 'Reception', true from v_domains limit 1; \
    insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, server_address, user_id, \
    password, enabled) select '11ae0000-0000-4000-8000-0000000000aa', domain_uuid, device_uuid, '1', 'localhost', \
    '210', 'of 210', true from v_devices where device_uuid = 'de51ce00-0000-4000-8000-0000000000aa'";

fn sql(folder: &Path, statements: &str) {
    database::run_blocking(&demo_url(folder), statements);
}

/// Runs a command on the demonstration's database with this standard input, and returns what it printed.
fn run(folder: &Path, words: &[&str], settings: &[(&str, &str)], input: &str) -> String {
    let url = demo_url(folder);
    let mut command = server::command(words[0], &[&[("DIALPLATE_DATABASE", url.as_str())], settings].concat());
    command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Sends a request with these headers and this body, and returns the status.
fn send(stage: &Stage, method: &str, target: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let headers = [&[("Host", "localhost")], headers].concat();
    client::send(stage.server.address, method, target, &headers, body.as_bytes()).status
}

/// Each line's method, status, reason, device, file, target and bytes. No part of the journal may have these texts.
fn told(stage: Stage, secrets: &[&str]) -> Vec<Value> {
    let Stage { server, folder } = stage;
    assert_eq!(server.stop(), Some(0));
    let bytes = std::fs::read(file(folder.path())).unwrap();
    for secret in secrets {
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{secret} is in the journal");
    }
    let names = ["method", "status", "reason", "device", "file", "target", "bytes"];
    let lines = lines(folder.path(), &[]);
    lines.iter().map(|line| names.map(|name| line[name].clone()).into_iter().collect()).collect()
}

#[test]
fn uploads_of_a_polycom_have_lines() {
    let uploads = tempfile::tempdir().unwrap();
    let stage = Stage::new(&[("DIALPLATE_UPLOADS", uploads.path().to_str().unwrap())]);
    let (log, other) = (format!("/provision/{POLYCOM}-app.log"), "/provision/0004f2ffffff-app.log");
    let agent = [("User-Agent", "FileTransport PolycomVVX-VVX_450-UA/6.4.3.0059")];
    assert_eq!(send(&stage, "PUT", &log, &agent, "off"), 405);
    sql(stage.folder.path(), &setting::set("polycom_uploads", "boolean", "true"));
    assert_eq!(send(&stage, "PUT", &log, &agent, "of a call to 5550100"), 201);
    assert_eq!(send(&stage, "PUT", &log, &agent, "of a second call"), 204);
    assert_eq!(send(&stage, "PUT", other, &agent, "text"), 403);
    sql(stage.folder.path(), &setting::digest().replace("'digest'", "'basic'"));
    assert_eq!(send(&stage, "PUT", &log, &agent, "text"), 401);
    let phone = [agent[0], ("Authorization", "Basic cGhvbmU6c2VjcmV0MQ==")];
    let with_password = format!("{log}?password=hunter2");
    assert_eq!(send(&stage, "PUT", &with_password, &phone, "text"), 204);
    let name = format!("{POLYCOM}-app.log");
    let hidden = format!("{log}?password=(hidden)");
    assert_eq!(
        told(stage, &["secret1", "cGhvbmU6", "hunter2", "5550100"]),
        [
            json!(["PUT", 405, "bad_method", null, name, log, 0]),
            json!(["PUT", 201, "uploaded", POLYCOM, name, log, 20]),
            json!(["PUT", 204, "uploaded", POLYCOM, name, log, 16]),
            json!(["PUT", 403, "unknown_device", "0004f2ffffff", "0004f2ffffff-app.log", other, 0]),
            json!(["PUT", 401, "challenge", POLYCOM, name, log, 0]),
            json!(["PUT", 204, "uploaded", POLYCOM, name, hidden, 4]),
        ]
    );
}

#[test]
fn calls_with_a_pin_have_lines() {
    let secrets = tempfile::tempdir().unwrap();
    let secret_file = secrets.path().join("secret").display().to_string();
    std::fs::write(&secret_file, DIAL_PLAN).unwrap();
    let settings = [("DIALPLATE_PIN_SECRET_FILE", secret_file.as_str())];
    let stage = Stage::new(&settings);
    sql(stage.folder.path(), PREPARED);
    let added = run(stage.folder.path(), &["pin", "add", "210", "--json"], &settings, "");
    let pin = serde_json::from_str::<Value>(&added).unwrap()["pin"].as_str().unwrap().to_owned();
    let target = "/app/provision/pin";
    let call = |secret: &str, pin: &str, mac: &str| {
        let form = [("Content-Type", "application/x-www-form-urlencoded")];
        send(&stage, "POST", target, &form, &format!("secret={secret}&pin={pin}&mac={mac}&domain=localhost"))
    };
    let statuses = [
        call("fedcba9876543210fedcba9876543210", &pin, NEW_PHONE),
        call(DIAL_PLAN, "00000000", NEW_PHONE),
        call(DIAL_PLAN, &pin, "no phone"),
        call(DIAL_PLAN, &pin, NEW_PHONE),
    ];
    let with_query = format!("{target}?secret={DIAL_PLAN}&pin=00000000&mac={NEW_PHONE}");
    let last = send(&stage, "POST", &with_query, &[], "");
    let hidden = format!("{target}?secret=(hidden)&pin=(hidden)&mac={NEW_PHONE}");
    assert_eq!(
        told(stage, &[DIAL_PLAN, "fedcba9876543210", &format!("pin={pin}")]),
        [
            json!(["POST", statuses[0], "pin_secret", null, "pin", target, 0]),
            json!(["POST", statuses[1], "pin_wrong", NEW_PHONE, "pin", target, 0]),
            json!(["POST", statuses[2], "pin_address", null, "pin", target, 0]),
            json!(["POST", 200, "bound", NEW_PHONE, "pin", target, 0]),
            json!(["POST", last, "pin_secret", null, "pin", hidden, 0]),
        ]
    );
    assert!(statuses[..3].iter().all(|status| (400..500).contains(status)), "{statuses:?}");
}

#[test]
fn logins_of_a_softphone_have_lines() {
    let stage = Stage::new(&[]);
    let folder = stage.folder.path();
    run(folder, &["user", "add", "ada", "--extension", "101", "--password-stdin"], &[], "s3cret-of-ada\n");
    let agent = [("User-Agent", ZOIPER)];
    let log_in = |password: &str| {
        let target = format!("/provision/?username=ada&password={password}");
        send(&stage, "GET", &target, &agent, "")
    };
    assert_eq!(
        [log_in("s3cret-of-ada"), log_in("hunter2")],
        [200, 200],
        "a softphone shows what an error document says"
    );
    let basic = [agent[0], ("Authorization", "Basic YWRhOnMzY3JldC1vZi1hZGE=")];
    assert_eq!(send(&stage, "GET", "/provision/", &basic, ""), 200);
    let lines = told(stage, &["s3cret-of-ada", "hunter2", "YWRhOnMz", "demo-101"]);
    let hidden = "/provision/?username=(hidden)&password=(hidden)";
    assert_eq!(lines.len(), 3, "{lines:#?}");
    for (line, reason, target) in [(0, "logged_in", hidden), (1, "bad_login", hidden), (2, "logged_in", "/provision/")]
    {
        let line = &lines[line];
        assert_eq!((&line[2], &line[3], &line[5]), (&json!(reason), &Value::Null, &json!(target)), "{line}");
    }
    assert!(lines[0][6].as_u64().unwrap() > 0 && lines[0][4] == lines[2][4], "{}", lines[0]);
}
