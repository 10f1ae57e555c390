//! Edits of rows, and lost updates.

use super::{PHONE, Stage, json, problem, runtime};
use dialplate_tests::client::Answer;
use dialplate_tests::database;
use serde_json::{Value, json};

const ON: &[(&str, &str)] = &[("DIALPLATE_CONSOLE_EDIT", "true")];
const ROW: &str = "/api/v1/rows/device/row?domain=a.example&name=001565000001";

fn set(stage: &Stage, token: &str, tag: &str, values: &Value) -> Answer {
    stage.send_with(&[("If-Match", tag)], "PATCH", token, ROW, Some(&json!({ "values": values })))
}

#[test]
fn edit_of_an_older_version_is_refused_and_loses_nothing() {
    for stage in Stage::both_with(ON) {
        let token = stage.token("editor", &["--scope", "read,edit"]);
        let read = stage.get(&token, ROW);
        let tag = read.header("etag").to_owned();
        assert_eq!(
            (json(&read)["tag"].as_str().unwrap(), json(&read)["row"]["device_label"].as_str()),
            (tag.as_str(), Some("Reception"))
        );
        let first = set(&stage, &token, &tag, &json!({ "label": "Lobby" }));
        assert_eq!(json(&first)["row"]["device_label"], "Lobby");
        let lost = set(&stage, &token, &tag, &json!({ "label": "Hall" }));
        assert!(problem(&lost, 412).contains("has changed since it was read"));
        assert_eq!(json(&stage.get(&token, ROW))["row"]["device_label"], "Lobby");
        // The phone's visit is no edit, and what another program writes is one.
        assert_eq!(stage.fetch("a.example", PHONE).status, 200);
        let client = "select device_provisioned_ip from v_devices where device_address = '001565000001'";
        runtime().block_on(database::until_value(&stage.url, client, "127.0.0.1")).unwrap();
        assert_eq!(stage.get(&token, ROW).header("etag"), first.header("etag"));
        let tag = first.header("etag").to_owned();
        database::run_blocking(&stage.url, "update v_device_lines set user_id = '109' where user_id = '101'");
        problem(&set(&stage, &token, &tag, &json!({ "label": "Hall" })), 412);
        let removed = stage.send_with(&[("If-Match", &tag)], "DELETE", &token, ROW, None);
        problem(&removed, 412);
        let current = stage.get(&token, ROW).header("etag").to_owned();
        json(&stage.send_with(&[("If-Match", &current)], "DELETE", &token, ROW, None));
        problem(&stage.get(&token, ROW), 404);
        let rest = "select count(*) from v_device_lines where device_uuid = 'de000000-0000-4000-8000-000000000001'";
        assert_eq!(database::value_blocking(&stage.url, rest), "0", "lines go with their device");
    }
}

#[test]
fn edit_without_version_is_refused() {
    let stage = Stage::sqlite_with(ON);
    let token = stage.token("editor", &["--scope", "read,edit"]);
    let values = json!({ "values": { "label": "x" } });
    for headers in [&[][..], &[("If-Match", "*")], &[("If-Match", "\"a\""), ("If-Match", "\"b\"")]] {
        let answer = stage.send_with(headers, "PATCH", &token, ROW, Some(&values));
        assert!(problem(&answer, 428).contains("If-Match"));
    }
}

#[test]
fn rows_of_each_kind_are_added() {
    for stage in Stage::both_with(ON) {
        let token = stage.token("editor", &["--scope", "read,edit"]);
        let add = |place: &str, body: Value| {
            let answer = stage.send("POST", &token, &format!("/api/v1/rows/{place}"), Some(&body));
            assert_eq!(answer.status, 201, "{place}: {}", answer.text());
            serde_json::from_slice::<Value>(&answer.body).unwrap()
        };
        add("domain?name=c.example", json!({}));
        let extension = add("extension?domain=c.example&name=301", json!({ "values": { "enabled": true } }));
        assert!(extension["generated_password"].as_str().unwrap().len() >= 20);
        let device = json!({ "values": { "template": "yealink/t46u", "label": "<b>New</b>" } });
        let device = add("device?domain=c.example&name=00:15:65:00:00:0c", device);
        assert_eq!(device["row"]["device_label"], "<b>New</b>");
        let line = json!({ "values": { "user-id": "301", "transport": "tls" }, "password": "line-secret-7" });
        let line = add("line?domain=c.example&device=00156500000c&name=1", line);
        assert!(line["row"]["user_id"] == "301" && !line.to_string().contains("line-secret-7"));
        add("setting?domain=c.example&name=provision%20ntp_server_primary", json!({ "values": { "value": "ntp.c" } }));
        for value in ["127.0.0.0/8", "192.0.2.0/24"] {
            add("setting?name=provision%20cidr", json!({ "values": { "value": value } }));
        }
        let values = stage.json(&token, "/api/v1/rows/setting")["rows"].as_array().unwrap().clone();
        let of_list = values.iter().find(|row| row["default_setting_value"] == "192.0.2.0/24").unwrap();
        let row = format!("/api/v1/rows/setting/row?uuid={}", of_list["default_setting_uuid"].as_str().unwrap());
        let tag = stage.get(&token, &row).header("etag").to_owned();
        let body = json!({ "values": { "value": "198.51.100.0/24" } });
        let set = stage.send_with(&[("If-Match", &tag)], "PATCH", &token, &row, Some(&body));
        assert_eq!(json(&set)["row"]["default_setting_value"], "198.51.100.0/24");
        for row in [
            "setting/row?uuid=x",
            "setting/row?uuid=5e000000-0000-4000-8000-00000000ffff",
            "setting/row?name=provision%20cidr",
        ] {
            let status = stage.get(&token, &format!("/api/v1/rows/{row}")).status;
            assert!([400, 404].contains(&status), "{row}: {status}");
        }
        let rows = stage.json(&token, "/api/v1/rows/device?domain=c.example");
        assert_eq!(rows["rows"].as_array().unwrap().len(), 1);
        let phone = stage.fetch("c.example", "00156500000c");
        assert!(phone.status == 200 && phone.text().contains("line-secret-7") && phone.text().contains("ntp.c"));
        let actions = stage.json(&token, "/api/v1/actions");
        let line = &actions["actions"][4];
        assert_eq!((&line["action"], &line["domain"]), (&json!("add"), &json!("c.example")));
        assert_eq!(line["detail"], "line 1 --transport --user-id --password");
    }
}

#[test]
fn admin_of_a_domain_edits_that_domain_alone() {
    for stage in Stage::both_with(ON) {
        let token = stage.token("of-b", &["--scope", "read,edit", "--domain", "b.example"]);
        let send = |method: &str, place: &str| {
            let body = json!({ "values": { "label": "x" } });
            let body = (method == "POST" || method == "PATCH").then_some(&body);
            stage.send_with(&[("If-Match", "\"x\"")], method, &token, &format!("/api/v1/rows/{place}"), body)
        };
        for (method, place, status) in [
            ("GET", "device?domain=a.example", 404),
            ("GET", "device", 400),
            ("GET", "device/row?domain=a.example&name=001565000001", 404),
            ("GET", "device/row?domain=b.example&name=001565000001", 404),
            ("PATCH", "device/row?domain=b.example&name=001565000001", 404),
            ("DELETE", "device/row?domain=b.example&name=001565000001", 404),
            ("PATCH", "line/row?domain=b.example&device=001565000001&name=1", 404),
            ("POST", "extension?domain=a.example&name=1", 404),
            ("POST", "domain?name=d.example", 403),
            ("GET", "setting?domain=b.example", 403),
            ("GET", "setting", 403),
            ("GET", "domain", 403),
            ("GET", "device?domain=b.example", 200),
        ] {
            assert_eq!(send(method, place).status, status, "{method} {place} {}", send(method, place).text());
        }
        let label = "select device_label from v_devices where device_address = '001565000001'";
        assert_eq!(database::value_blocking(&stage.url, label), "Reception");
    }
}

#[test]
fn edits_of_fusionpbx_are_off_unless_configured() {
    let stage = Stage::sqlite();
    let token = stage.token("editor", &["--scope", "read,edit"]);
    let tag = stage.get(&token, ROW).header("etag").to_owned();
    let off = problem(&set(&stage, &token, &tag, &json!({ "label": "x" })), 403);
    assert!(off.contains("console_edit = true"), "{off}");
    // The mark of a database that Dialplate has created.
    database::run_blocking(&stage.url, "pragma application_id = 1147756908");
    json(&set(&stage, &token, &tag, &json!({ "label": "x" })));
    let reader = stage.token("reader", &[]);
    problem(&set(&stage, &reader, &tag, &json!({ "label": "y" })), 403);
}

#[test]
fn wrong_values_are_named() {
    let stage = Stage::sqlite_with(ON);
    let token = stage.token("editor", &["--scope", "read,edit"]);
    let tag = stage.get(&token, ROW).header("etag").to_owned();
    let refused = |values: Value| problem(&set(&stage, &token, &tag, &values), 400);
    assert!(refused(json!({ "lable": "x" })).contains("device has no such value; it has label, template"));
    assert!(refused(json!({ "enabled": "perhaps" })).contains("write true or false"));
    assert!(refused(json!({ "label": { "a": 1 } })).contains("write a text"));
    assert!(refused(json!({})).contains("name what to change"));
    let both = refused(json!({ "enabled": "perhaps", "vendor": "a b" }));
    assert!(both.contains("enabled: write true or false; vendor: write letters"), "{both}");
    let template = set(&stage, &token, &tag, &json!({ "template": "yealink/t46" }));
    assert!(problem(&template, 404).contains("yealink/t46u"));
    let body = json!({ "values": { "template": "yealink/t46u" } });
    let taken = stage.send("POST", &token, &format!("/api/v1/rows/device?domain=a.example&name={PHONE}"), Some(&body));
    assert!(problem(&taken, 409).contains("exists already"));
    problem(&stage.get(&token, "/api/v1/rows/user?domain=a.example"), 404);
    problem(&stage.get(&token, "/api/v1/rows/device/row?domain=a.example"), 400);
}
