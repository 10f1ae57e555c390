//! One device: its facts, its files, and how they differ from what the phone fetched.

use super::{PHONE, Stage, problem};
use dialplate_tests::corpus::hex;
use dialplate_tests::database;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const FILE: &str = "/api/v1/devices/001565000001/file?file=001565000001.cfg";

#[test]
fn device_has_facts_with_layers_and_its_files() {
    for stage in Stage::both() {
        let token = stage.token("reader", &[]);
        for word in [PHONE, "de000000-0000-4000-8000-000000000001"] {
            let device = stage.json(&token, &format!("/api/v1/devices/{word}"));
            assert_eq!((&device["address"], &device["label"]), (&json!(PHONE), &json!("Reception")));
            let settings = device["settings"].as_array().unwrap();
            let setting = |name: &str| settings.iter().find(|it| it["name"] == name).unwrap();
            let ntp = setting("ntp_server_primary");
            assert_eq!((&ntp["value"], &ntp["layer"]), (&json!("ntp.a.example"), &json!("domain")));
            let password = setting("admin_password");
            assert_eq!((&password["value"], &password["layer"]), (&json!("(hidden)"), &json!("default")));
            let line = &device["tables"]["lines"][0];
            assert_eq!((&line["user_id"], &line["password"]), (&json!("101"), &json!("(hidden)")));
            let files = device["template_folder"]["files"].as_array().unwrap();
            assert_eq!(device["template_folder"]["name"], "yealink/t46u");
            assert!(files.iter().any(|file| file["name"] == "001565000001.cfg" && file["template"] == "{$mac}.cfg"));
            assert_eq!((&device["refusal"], &device["is_in_date"]), (&Value::Null, &Value::Null));
        }
        let disabled = stage.json(&token, "/api/v1/devices/000b82000003");
        assert!(disabled["refusal"].as_str().unwrap().contains("disabled"), "{disabled}");
        assert!(problem(&stage.get(&token, "/api/v1/devices/001565ffffff"), 404).contains("001565ffffff"));
    }
}

#[test]
fn file_is_the_phones_and_hides_secrets() {
    for stage in Stage::both() {
        let (reader, trusted) = (stage.token("reader", &[]), stage.token("trusted", &["--scope", "read,secrets"]));
        let phone = stage.fetch("a.example", PHONE);
        assert_eq!(phone.status, 200);
        assert!(phone.text().contains("line-secret-1"));
        let masked = stage.json(&reader, FILE);
        assert_eq!(masked["sha256"], hex(&Sha256::digest(&phone.body)));
        let text = masked["text"].as_str().unwrap();
        assert!(!text.contains("secret") && text.contains("(hidden)") && text.contains("101"), "{text}");
        let whole = stage.json(&trusted, &format!("{FILE}&secrets=true"));
        assert_eq!((&whole["text"], &whole["is_masked"]), (&json!(phone.text()), &json!(false)));
        let refused = problem(&stage.get(&reader, &format!("{FILE}&secrets=true")), 403);
        assert!(refused.contains("reader has not the scope `secrets`"), "{refused}");
        let absent = stage.get(&reader, "/api/v1/devices/001565000001/file?file=nothing.cfg");
        assert!(problem(&absent, 422).contains("404"));
    }
}

#[test]
fn difference_to_the_last_fetch_is_shown_without_secrets() {
    let stage = Stage::sqlite_with(&[("DIALPLATE_JOURNAL_DOCUMENTS", "changed")]);
    let token = stage.token("reader", &[]);
    let difference = || stage.json(&token, "/api/v1/devices/001565000001/difference?file=001565000001.cfg");
    assert_eq!((&difference()["is_same"], &difference()["fetched"]), (&Value::Null, &Value::Null));
    assert_eq!(stage.fetch("a.example", PHONE).status, 200);
    stage.until_lines(&token, 1);
    assert_eq!((&difference()["is_same"], &difference()["diff"]), (&json!(true), &Value::Null));
    assert_eq!(stage.json(&token, "/api/v1/devices/001565000001")["is_in_date"], true);
    let edit = "update v_device_lines set user_id = '199', password = 'line-secret-2' where user_id = '101'";
    database::run_blocking(&stage.url, edit);
    let changed = difference();
    let diff = changed["diff"].as_str().unwrap();
    assert!(changed["is_same"] == false && diff.contains("199") && diff.contains("(hidden)"), "{diff}");
    assert!(!diff.contains("line-secret"), "{diff}");
    assert_eq!(stage.json(&token, "/api/v1/devices/001565000001")["is_in_date"], false);
    let page = stage.json(&token, "/api/v1/devices?domain=a.example&compare=true");
    let in_date: Vec<_> =
        page["devices"].as_array().unwrap().iter().map(|device| device["is_in_date"].clone()).collect();
    assert_eq!(in_date, [Value::Null, json!(false), Value::Null]);
}

#[test]
fn explanation_of_a_device_names_its_template() {
    let stage = Stage::sqlite();
    let token = stage.token("reader", &[]);
    let explanation = stage.json(&token, "/api/v1/devices/001565000001/explanation");
    assert_eq!((&explanation["result"]["status"], &explanation["domain"]["name"]), (&json!(200), &json!("a.example")));
    assert_eq!(explanation["template"]["folder"], "yealink/t46u");
}

#[test]
fn device_of_another_domain_does_not_exist() {
    for stage in Stage::both() {
        let every = "read,secrets,resync,try,reload,edit";
        let token = stage.token("of-b", &["--domain", "b.example", "--scope", every]);
        for word in [PHONE, "de000000-0000-4000-8000-000000000001"] {
            for path in ["", "/file?file=x", "/difference?file=x", "/explanation"] {
                problem(&stage.get(&token, &format!("/api/v1/devices/{word}{path}")), 404);
            }
            for path in ["resync", "reboot"] {
                problem(&stage.send("POST", &token, &format!("/api/v1/devices/{word}/{path}"), None), 404);
            }
            let trial = json!({ "device": word, "file": "{$mac}.cfg", "text": "x" });
            problem(&stage.send("POST", &token, "/api/v1/templates/try", Some(&trial)), 404);
        }
        assert_eq!(stage.json(&token, "/api/v1/devices/0004f2000004")["label"], "Boss");
    }
}
