//! What a command writes is what FusionPBX's page would write, and the server serves it.

use super::{Stage, stages};
use dialplate_tests::server::Server;
use serde_json::{Value, json};

/// The columns of a row that is not NULL, without those that differ each time.
fn columns(row: &Value) -> Value {
    let changing = |name: &str| name.ends_with("_uuid") || name.ends_with("_date");
    let kept = row.as_object().unwrap().iter().filter(|(name, value)| !changing(name) && !value.is_null());
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// An extension, and a phone with its line.
fn with_phone(stage: &Stage) {
    stage.with_domain();
    let ran = stage.run_with(&["extension", "add", "1001", "--name", "Ada Lovelace", "--password-stdin"], "s3cr&t\n");
    assert!(ran.success && !ran.out.contains("s3cr"), "{}{}", ran.out, ran.err);
    stage.ok(&["device", "add", "00:15:65:AA:BB:CC", "--model", "SIP-T46U", "--extension", "1001"]);
}

fn served(server: &Server, target: &str) -> String {
    let answer = server.get("pbx.example.net", target);
    assert_eq!(answer.status, 200, "{target}: {}", answer.text());
    answer.text()
}

#[test]
fn rows_are_those_of_fusionpbx_pages() {
    for stage in stages(|tables| tables) {
        with_phone(&stage);
        let device = stage.json(&["device", "show", "001565aabbcc"]);
        let mut expected = json!({
            "device_address": "001565aabbcc", "device_enabled": true, "device_label": "1001", "device_vendor": "yealink",
            "device_model": "SIP-T46U", "device_template": "yealink/t46u", "keys": [], "settings": []
        });
        expected["lines"] = device["lines"].clone();
        assert_eq!(columns(&device), expected);
        assert_eq!(
            columns(&device["lines"][0]),
            json!({
                "line_number": "1", "server_address": "pbx.example.net", "label": "1001", "display_name": "Ada Lovelace",
                "user_id": "1001", "auth_id": "1001", "sip_port": 5060, "sip_transport": "tcp", "register_expires": 120,
                "enabled": true
            })
        );
        assert_eq!(
            columns(&stage.json(&["extension", "show", "1001"])),
            json!({
                "extension": "1001", "accountcode": "pbx.example.net", "user_context": "pbx.example.net",
                "effective_caller_id_name": "Ada Lovelace", "directory_first_name": "Ada", "directory_last_name": "Lovelace",
                "directory_visible": true, "directory_exten_visible": true, "limit_max": "5",
                "limit_destination": "!USER_BUSY", "call_timeout": 30, "call_screen_enabled": false, "enabled": true
            })
        );
        assert_eq!(stage.value("select password from v_device_lines"), "s3cr&t");
        let dated = "select count(*) from v_devices where insert_date is not null and insert_user is null";
        assert_eq!(stage.value(dated), "1");
    }
}

#[test]
fn written_rows_are_served_right_away() {
    for stage in stages(|tables| tables) {
        with_phone(&stage);
        let server = stage.serve();
        let text = served(&server, "/provision/001565aabbcc.cfg");
        assert!(text.contains("account.1.user_name = 1001") && text.contains("account.1.password = s3cr&t"), "{text}");
        stage.ok(&["key", "add", "001565aabbcc", "line", "2", "--type", "16", "--line", "1", "--value", "1002"]);
        stage.ok(&["line", "set", "001565aabbcc", "1", "--transport", "tls", "--port", "5061"]);
        stage.ok(&[
            "setting",
            "add",
            "provision",
            "ntp_server_primary",
            "time.example.net",
            "--domain",
            "pbx.example.net",
        ]);
        stage.ok(&["contact", "add", "Konrad Zuse", "--phone", "Work=+49 30 5550101"]);
        let text = served(&server, "/provision/001565aabbcc.cfg");
        for line in [
            "linekey.2.value = 1002",
            "account.1.sip_server.1.port = 5061",
            "local_time.ntp_server1 = time.example.net",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
        let book = served(&server, "/app/provision/?mac=001565aabbcc&file=directory.xml");
        assert!(book.contains("Konrad Zuse"), "{book}");
        stage.ok(&["device", "set", "001565aabbcc", "--enabled", "false"]);
        assert_eq!(server.get("pbx.example.net", "/provision/001565aabbcc.cfg").status, 404);
        stage.ok(&["device", "remove", "001565aabbcc"]);
        assert_eq!(server.get("pbx.example.net", "/provision/001565aabbcc.cfg").status, 403);
        assert_eq!(stage.value("select count(*) from v_device_lines"), "0");
        assert_eq!(stage.value("select count(*) from v_device_keys"), "0");
    }
}

#[test]
fn tables_of_release_5_0_get_texts_and_old_names() {
    let of_5_0 = |tables: String| {
        let tables = tables
            .replace("insert_date timestamptz, insert_user uuid, ", "")
            .replace("device_address text", "device_mac_address text");
        let tables = tables
            .replace("insert_date timestamptz, insert_user uuid,\n", "")
            .replace("(device_address)", "(device_mac_address)");
        let tables = tables
            .replace("device_enabled boolean", "device_enabled text")
            .replace(" enabled boolean", " enabled text");
        let tables = tables.replace("phone_primary boolean", "phone_primary numeric");
        tables.replace("device_serial_number text, ", "").replace("directory_visible boolean", "directory_visible text")
    };
    for stage in stages(of_5_0) {
        with_phone(&stage);
        assert_eq!(
            stage.value("select device_enabled from v_devices where device_mac_address = '001565aabbcc'"),
            "true"
        );
        let device = stage.json(&["device", "show", "001565aabbcc"]);
        assert_eq!((&device["device_address"], &device["device_enabled"]), (&json!("001565aabbcc"), &json!(true)));
        let contact = stage.json(&["contact", "add", "Konrad Zuse", "--phone", "+49 30 5550101"]);
        assert_eq!(contact["phones"][0]["phone_primary"], true);
        assert_eq!(stage.value("select sum(phone_primary) from v_contact_phones"), "1");
        let error = stage.error(&["device", "set", "001565aabbcc", "--serial-number", "1"]);
        assert!(error.contains("no v_devices.device_serial_number"), "{error}");
        assert!(served(&stage.serve(), "/provision/001565aabbcc.cfg").contains("account.1.user_name = 1001"));
    }
}

#[test]
fn new_password_of_an_extension_reaches_its_lines() {
    for stage in stages(|tables| tables) {
        with_phone(&stage);
        stage.ok(&["key", "add", "001565aabbcc", "line", "2", "--type", "16", "--value", "1001"]);
        let ran = stage.run_with(&["extension", "set", "1001", "--name", "Ada King", "--password-stdin"], "n3w\n");
        assert!(ran.success, "{}", ran.err);
        assert_eq!(stage.value("select password from v_device_lines"), "n3w");
        assert_eq!(stage.value("select password from v_extensions"), "n3w");
        assert_eq!(stage.value("select device_key_label from v_device_keys"), "Ada King");
        let dated = "select count(*) from v_extensions where update_date is not null";
        assert_eq!(stage.value(dated), "1");
    }
}

#[test]
fn user_gets_hash_contact_and_extensions() {
    for stage in stages(|tables| tables) {
        with_phone(&stage);
        let ran = stage
            .run_with(&["user", "add", "ada", "--extension", "1001", "--given", "Ada", "--password-stdin"], "p w\n");
        assert!(ran.success, "{}", ran.err);
        let hash = stage.value("select password from v_users where username = 'ada'");
        assert!(hash.starts_with("$2y$10$") && hash.len() == 60, "{hash}");
        let assigned = "select count(*) from v_extension_users a join v_users u on u.user_uuid = a.user_uuid \
            join v_extensions e on e.extension_uuid = a.extension_uuid where username = 'ada' and extension = '1001'";
        assert_eq!(stage.value(assigned), "1");
        let contact = "select contact_nickname from v_contacts c join v_users u on u.contact_uuid = c.contact_uuid \
            where contact_type = 'user' and contact_name_given = 'Ada'";
        assert_eq!(stage.value(contact), "ada");
        let shown = stage.json(&["user", "show", "ada"]);
        assert!(shown.get("password").is_none() && shown.get("salt").is_none(), "{shown}");
        let generated = stage.json(&["user", "add", "bob"]);
        assert_eq!(generated["generated_password"].as_str().unwrap().len(), 20);
        stage.ok(&["user", "remove", "ada"]);
        assert_eq!(stage.value("select count(*) from v_extension_users"), "0");
    }
}

#[test]
fn settings_of_each_layer_are_written_and_listed() {
    for stage in stages(|tables| tables) {
        with_phone(&stage);
        stage.sql(
            "insert into v_device_profiles (device_profile_uuid, domain_uuid, device_profile_name) \
             select domain_uuid, domain_uuid, 'office' from v_domains",
        );
        for layer in
            [&[][..], &["--domain", "pbx.example.net"], &["--profile", "office"], &["--device", "001565aabbcc"]]
        {
            let words = |first: &[&'static str]| [first, layer].concat();
            stage.ok(&words(&["setting", "add", "provision", "lang_gui", "English"]));
            stage.ok(&words(&["setting", "set", "provision", "lang_gui", "German"]));
            let error = stage.error(&words(&["setting", "add", "provision", "lang_gui", "French"]));
            assert!(error.contains("setting provision lang_gui exists already"), "{error}");
            let listed = stage.json(&words(&["setting", "list"]));
            let value = listed.as_array().unwrap().iter().find_map(|row| {
                let row = row.as_object()?;
                row.iter()
                    .find_map(|(name, value)| (name.ends_with("setting_value") && value != "true").then_some(value))
            });
            assert_eq!(value, Some(&json!("German")), "{listed}");
            stage.ok(&words(&["setting", "remove", "provision", "lang_gui"]));
            assert!(stage.error(&words(&["setting", "show", "provision", "lang_gui"])).contains("there is no setting"));
        }
    }
}

#[test]
fn list_setting_has_values_and_secrets_are_masked() {
    for stage in stages(|tables| tables) {
        stage.with_domain();
        let ran = stage.run_with(&["setting", "add", "provision", "http_auth_password", "--value-stdin"], "hunter2\n");
        assert!(ran.success && ran.err.is_empty(), "{}", ran.err);
        let warned = stage.run_with(&["setting", "add", "provision", "http_auth_password", "hunter3"], "");
        assert!(
            warned.success && warned.err.contains("every user of this machine can read the secret"),
            "{}",
            warned.err
        );
        assert_eq!(stage.value("select count(*) from v_default_settings where default_setting_name = 'array'"), "2");
        stage.ok(&["setting", "add", "provision", "grandstream_config_password_digest", "sha256"]);
        let list = stage.ok(&["setting", "list", "--json"]);
        assert!(!list.contains("hunter") && list.contains("sha256"), "{list}");
        let error = stage.error(&["setting", "set", "provision", "http_auth_password", "x"]);
        assert!(error.contains("is a list of 2 values"), "{error}");
        stage.ok(&["setting", "remove", "provision", "http_auth_password", "hunter2"]);
        assert_eq!(
            stage.value("select default_setting_value from v_default_settings where default_setting_name = 'array'"),
            "hunter3"
        );
        for network in ["192.0.2.0/24", "2001:db8::/32"] {
            stage.ok(&["setting", "add", "provision", "pin_networks", network]);
        }
        let networks = "select count(*) from v_default_settings where default_setting_subcategory = 'pin_networks'";
        assert_eq!(stage.value(&format!("{networks} and default_setting_name = 'array'")), "2");
    }
}
