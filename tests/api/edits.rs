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
fn rows_are_listed_in_pages() {
    for stage in Stage::both_with(ON) {
        let token = stage.token("editor", &["--scope", "read,edit"]);
        for number in ["9", "1000", "20", "0100"] {
            let place = format!("/api/v1/rows/extension?domain=b.example&name={number}");
            let added = stage.send("POST", &token, &place, Some(&json!({ "values": {} })));
            assert_eq!(added.status, 201, "{}", added.text());
        }
        let list = |query: &str| stage.json(&token, &format!("/api/v1/rows/extension?domain=b.example&{query}"));
        let numbers = |page: &Value| -> Vec<String> {
            page["rows"].as_array().unwrap().iter().map(|row| row["extension"].as_str().unwrap().to_owned()).collect()
        };
        let all = list("limit=200");
        let sorted = numbers(&all);
        let mut by_size = sorted.clone();
        by_size.sort_by_key(|number| number.parse::<u64>().unwrap());
        assert_eq!(sorted, by_size, "{}", stage.url);
        assert_eq!((all["total"].as_u64(), &all["offset"]), (Some(sorted.len() as u64), &json!(0)));
        let (first, second) = (list("limit=2"), list("limit=2&offset=2"));
        assert_eq!([numbers(&first), numbers(&second)].concat(), sorted[..4], "{}", stage.url);
        assert_eq!(second["total"], all["total"]);
        for (query, said) in [("limit=0", "limit: 0"), ("limit=201", "limit: 201"), ("offset=x", "invalid digit")] {
            let answer = stage.get(&token, &format!("/api/v1/rows/extension?domain=b.example&{query}"));
            assert!(problem(&answer, 400).contains(said), "{query}: {}", answer.text());
        }
        let devices = stage.json(&token, "/api/v1/rows/device");
        let second = stage.json(&token, "/api/v1/rows/device?limit=1&offset=1");
        assert_eq!((&second["total"], &second["rows"][0]), (&json!(4), &devices["rows"][1]), "{}", stage.url);
    }
}

#[test]
fn refused_edit_names_its_row() {
    let stage = Stage::sqlite_with(ON);
    let token = stage.token("editor", &["--scope", "read,edit"]);
    let old = set(&stage, &token, "\"old\"", &json!({ "label": "x" }));
    assert!(problem(&old, 412).starts_with("device 001565000001: "), "{}", old.text());
    let wrong = set(&stage, &token, "\"old\"", &json!({ "enabled": "perhaps" }));
    assert!(problem(&wrong, 400).starts_with("device 001565000001: "), "{}", wrong.text());
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
        device_is_saved_with_its_rows_or_not_at_all(&stage, &token);
        sheet_is_imported_as_it_was_previewed(&stage, &token);
        let rows = stage.json(&token, "/api/v1/rows/device?domain=c.example");
        assert_eq!(rows["rows"].as_array().unwrap().len(), 1);
        let phone = stage.fetch("c.example", "00156500000c");
        assert!(phone.status == 200 && phone.text().contains("line-secret-7") && phone.text().contains("ntp.c"));
        let actions = stage.json(&token, "/api/v1/actions");
        let actions = actions["actions"].as_array().unwrap();
        let line = actions.iter().find(|it| it["detail"] == "line 1 --transport --user-id --password").unwrap();
        assert_eq!((&line["action"], &line["domain"]), (&json!("add"), &json!("c.example")));
    }
}

fn device_is_saved_with_its_rows_or_not_at_all(stage: &Stage, token: &str) {
    let send = |method: &str, path: &str, tag: &str, body: Value| {
        stage.send_with(&[("If-Match", tag)], method, token, &format!("/api/v1/devices{path}"), Some(&body))
    };
    let wrong = json!({
        "domain": "a.example", "address": "001565000030", "values": { "template": "yealink/t46u" },
        "lines": [{ "number": 1, "values": { "user-id": "130", "transport": "sctp" } }],
        "keys": [{ "category": "line", "number": 1, "values": { "value": "8" } }]
    });
    let refused = problem(&send("POST", "", "", wrong), 400);
    assert!(
        refused.contains("lines[0] transport: write one of") && refused.contains("keys[0] type: name what"),
        "{refused}"
    );
    let row = "/api/v1/rows/device/row?domain=a.example&name=001565000030";
    problem(&stage.get(token, row), 404);
    let new = json!({
        "domain": "a.example", "address": "00:15:65:00:00:30", "values": { "template": "yealink/t46u", "enabled": true },
        "lines": [{ "number": 1, "values": { "user-id": "130" }, "password": "line-secret-30" }],
        "keys": [{ "category": "line", "number": 1, "values": { "type": "15", "label": null } }]
    });
    let added = send("POST", "", "", new);
    assert_eq!(added.status, 201, "{}", added.text());
    let (tag, shown) = (added.header("etag").to_owned(), serde_json::from_slice::<Value>(&added.body).unwrap());
    assert_eq!(stage.get(token, row).header("etag"), tag, "the version is that of the row");
    assert!(!shown.to_string().contains("line-secret-30"));
    let line = shown["row"]["lines"][0]["device_line_uuid"].clone();
    let change = json!({ "lines": [{ "uuid": line, "values": { "label": "Hall" } }], "keys": [] });
    let changed = send("PATCH", "/001565000030", &tag, change.clone());
    let row = &json(&changed)["row"];
    assert!(row["lines"][0]["label"] == "Hall" && row["lines"][0]["line_number"].to_string().contains('1'), "{row}");
    assert_eq!(row["keys"].as_array().unwrap().len(), 1, "what is not named stays");
    problem(&send("PATCH", "/001565000030", &tag, change.clone()), 412);
    let bare = stage.send("PATCH", token, "/api/v1/devices/001565000030", Some(&change));
    problem(&bare, 428);
    problem(&send("PATCH", "/001565000031", &tag, change), 404);
}

fn sheet_is_imported_as_it_was_previewed(stage: &Stage, token: &str) {
    let text = "address,template,label\n001565000001,,Imported\n001565000040,yealink/t46u,New\n";
    let import = |digest: Value, update: bool| {
        let body = json!({ "text": text, "domain": "a.example", "update": update, "digest": digest });
        json(&stage.send("POST", token, "/api/v1/import", Some(&body)))
    };
    let strict = import(Value::Null, false);
    assert_eq!((&strict["refused"], &strict["rows"][0]["outcome"]), (&json!(1), &json!("refused")), "{strict}");
    let preview = import(Value::Null, true);
    assert!(preview["added"] == 1 && preview["changed"] == 1 && preview["is_applied"] == false, "{preview}");
    assert_eq!(preview["rows"][0]["details"], json!(["label"]));
    let stale = import(json!("0"), true);
    assert!(stale["is_stale"] == true && stale["is_applied"] == false, "{stale}");
    let label = "select device_label from v_devices where device_address = '001565000001'";
    assert_ne!(database::value_blocking(&stage.url, label), "Imported");
    assert_eq!(import(preview["digest"].clone(), true)["is_applied"], true);
    assert_eq!(database::value_blocking(&stage.url, label), "Imported");
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
