//! A new phone gets its credentials without any for some minutes only.

use crate::explain::ask;
use crate::journal::lines;
use crate::proxied::execute;
use crate::standalone::stages;
use dialplate_tests::client;
use dialplate_tests::server::{self, Server, demo_url};
use dialplate_tests::setting::digest;
use serde_json::json;
use std::path::Path;
use std::process::Command;

const DEVICE: &str = "001565000046";
const FILE: &str = "/provision/001565000046.cfg";

/// Dates all devices as if they had been enabled then.
fn date(folder: &Path, date: &str) {
    execute(folder, &format!("update v_devices set device_enabled_date = '{date}', insert_date = '{date}'"));
}

/// Runs a command on the demonstration's database, and returns what it printed.
fn run(folder: &Path, words: &[&str]) -> String {
    let url = demo_url(folder);
    let output = server::command(words[0], &[("DIALPLATE_DATABASE", &url)]).args(&words[1..]).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn first_contact_ends_and_is_reset_by_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_FIRST_CONTACT_MINUTES", "30")]);
    execute(folder.path(), &digest());
    date(folder.path(), "2020-01-01 00:00:00+00");
    assert_eq!(server.get("localhost", FILE).status, 401);
    assert!(run(folder.path(), &["device", "reset", "00:15:65:00:00:46"]).contains("001565000046"));
    let answer = server.get("localhost", FILE);
    assert!(answer.status == 200 && answer.text().contains("account.1.password"), "{}", answer.text());
    assert_eq!(server.get("localhost", "/provision/0004f2000450.cfg").status, 401, "other devices are not new");
    date(folder.path(), "2020-01-01 00:00:00+00");
    run(folder.path(), &["device", "set", "001565000046", "--enabled", "true"]);
    assert_eq!(server.get("localhost", FILE).status, 200, "an enabled device is new");
}

#[test]
fn first_contact_is_off_by_default() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    assert_eq!(server.get("localhost", FILE).status, 200);
    execute(folder.path(), &digest());
    run(folder.path(), &["device", "reset", "001565000046"]);
    assert_eq!(server.get("localhost", FILE).status, 401);
}

#[test]
fn domain_without_credentials_refuses_old_devices() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_FIRST_CONTACT_MINUTES", "30")]);
    run(folder.path(), &["device", "reset", "001565000046"]);
    assert_eq!(server.get("localhost", FILE).status, 200);
    date(folder.path(), "2020-01-01 00:00:00+00");
    assert_eq!(server.get("localhost", FILE).status, 403);
    server.until_logged(&["refused", "first contact is over", "http_auth_username"]);
}

/// A moment as `date` says it in words, as the databases store it.
fn moment(words: &str) -> String {
    let output = Command::new("date").args(["-u", "-d", words, "+%F %T+00"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn explain_and_journal_name_the_first_contact() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("journal.db").display().to_string();
    let settings = [("DIALPLATE_FIRST_CONTACT_MINUTES", "30"), ("DIALPLATE_JOURNAL", &journal)];
    let server = Server::demo(folder.path(), &settings);
    let decision = || {
        let explained = ask(server.admin(), &json!({"what": FILE, "host": "localhost", "client": "127.0.0.1"}));
        let checks = explained["checks"].as_array().unwrap().clone();
        let check = checks.into_iter().find(|check| check["check"] == "first_contact");
        (check.map(|check| check["verdict"].as_str().unwrap().to_owned()), explained["result"]["status"].clone())
    };
    run(folder.path(), &["device", "reset", DEVICE]);
    assert_eq!(decision(), (Some("passed".to_owned()), 200.into()));
    date(folder.path(), "2020-01-01 00:00:00+00");
    assert_eq!(decision(), (Some("refused".to_owned()), 403.into()));
    assert_eq!(server.get("localhost", FILE).status, 403);
    execute(folder.path(), &digest());
    assert_eq!(decision(), (None, 401.into()), "the check of credentials decides");
    server.stop();
    let line = &lines(folder.path(), &[])[0];
    assert_eq!((&line["status"], &line["reason"]), (&json!(403), &json!("first_contact")), "{line}");
    assert_eq!(line["device"], DEVICE);
}

#[test]
fn enabled_and_reset_devices_are_new_on_both_databases() {
    for stage in stages(|schema| schema) {
        stage.with_domain().ok(&["extension", "add", "1001"]);
        stage.ok(&["device", "add", DEVICE, "--template", "yealink/t46u", "--extension", "1001", "--enabled", "false"]);
        stage.sql(&digest());
        let server = stage.serve_with(&[("DIALPLATE_FIRST_CONTACT_MINUTES", "30")]);
        let get = || server.get("pbx.example.net", FILE).status;
        let age = || stage.sql("update v_devices set device_enabled_date = '2020-01-01', insert_date = '2020-01-01'");
        assert_eq!(get(), 404, "a disabled device gets nothing");
        age();
        stage.ok(&["device", "set", DEVICE, "--enabled", "true"]);
        assert_eq!(get(), 200, "enabled");
        age();
        assert_eq!(get(), 401, "the minutes are over");
        stage.ok(&["device", "set", DEVICE, "--label", "Desk"]);
        assert_eq!(get(), 401, "another edit is no first contact");
        stage.ok(&["device", "reset", DEVICE]);
        assert_eq!(get(), 200, "reset");
        let enabled = |words: &str| {
            stage.sql(&format!("update v_devices set device_enabled_date = '{}'", moment(words)));
        };
        enabled("29 minutes ago");
        assert_eq!(get(), 200, "within the minutes");
        enabled("31 minutes ago");
        assert_eq!(get(), 401, "after the minutes");
    }
}

#[test]
fn phone_with_its_credentials_is_served_after_the_first_contact() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_FIRST_CONTACT_MINUTES", "30")]);
    execute(folder.path(), &digest().replace("'digest'", "'basic'"));
    date(folder.path(), "2020-01-01 00:00:00+00");
    let get = |authorization: &str| {
        let headers = [("Host", "localhost"), ("Authorization", authorization)];
        client::send(server.address, "GET", FILE, &headers, b"").status
    };
    assert_eq!(get("Basic cGhvbmU6c2VjcmV0MQ=="), 200);
    assert_eq!(get("Basic cGhvbmU6d3Jvbmc="), 401);
}
