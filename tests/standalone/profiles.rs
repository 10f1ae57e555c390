//! Device profiles with their keys and settings, and the templates that the database names.

use super::stages;
use dialplate_tests::server::root;
use serde_json::json;

#[test]
fn profile_gives_its_keys_and_settings_to_devices() {
    for stage in stages(|tables| tables) {
        stage.with_domain();
        stage.ok(&["extension", "add", "1001"]);
        stage.ok(&["profile", "add", "Front desk", "--description", "Two keys"]);
        stage.ok(&[
            "profile",
            "key",
            "add",
            "Front desk",
            "line",
            "2",
            "--type",
            "16",
            "--line",
            "1",
            "--value",
            "1002",
            "--label",
            "Grace",
            "--vendor",
            "yealink",
            "--protected",
            "true",
        ]);
        stage.ok(&["setting", "add", "provision", "ntp_server_primary", "time.example.net", "--profile", "Front desk"]);
        let secret =
            ["setting", "add", "provision", "yealink_config_aes_key", "--profile", "Front desk", "--value-stdin"];
        assert!(stage.run_with(&secret, "0123456789abcdef").success);
        stage.ok(&["setting", "set", "provision", "yealink_config_aes_key", "", "--profile", "Front desk"]);
        stage.ok(&[
            "device",
            "add",
            "001565aabbcc",
            "--model",
            "T46U",
            "--extension",
            "1001",
            "--profile",
            "Front desk",
        ]);
        let file = stage.ok(&["render", "001565aabbcc"]);
        for line in [
            "linekey.2.type = 16",
            "linekey.2.value = 1002",
            "linekey.2.label = Grace",
            "ntp_server1 = time.example.net",
        ] {
            assert!(file.contains(line), "{line} in {file}");
        }
        let shown = stage.json(&["profile", "show", "Front desk"]);
        assert_eq!(shown["device_profile_enabled"], json!(true));
        assert_eq!(shown["keys"][0]["profile_key_value"], json!("1002"));
        assert_eq!(shown["settings"].as_array().unwrap().len(), 2);
        stage.ok(&["profile", "key", "set", "Front desk", "line", "2", "--label", "Ada"]);
        assert_eq!(stage.json(&["profile", "key", "list", "Front desk"])[0]["profile_key_label"], json!("Ada"));
        stage.ok(&["profile", "set", "Front desk", "--enabled", "false"]);
        assert_eq!(stage.json(&["profile", "list"])[0]["device_profile_enabled"], json!(false));
        stage.ok(&["profile", "remove", "Front desk"]);
        let left = "select (select count(*) from v_device_profile_keys) + (select count(*) from v_device_profile_settings) \
            + (select count(*) from v_devices where device_profile_uuid is not null)";
        assert_eq!(stage.value(left), "0");
    }
}

#[test]
fn wrong_profile_command_names_the_next_step() {
    for stage in stages(|tables| tables) {
        stage.with_domain();
        stage.ok(&["profile", "add", "Front"]);
        let key = ["profile", "key", "add", "Front", "line", "1", "--type", "16"];
        stage.ok(&key);
        for (words, part) in [
            (
                &["profile", "add", "Front"][..],
                "profile Front exists already in pbx.example.net; change it with `dialplate profile set`",
            ),
            (&["profile", "show", "Frnt"], "there is no profile \"Frnt\"; did you mean Front?"),
            (&key, "key line 1 exists already in profile Front; change it with `dialplate profile key set`"),
            (&["profile", "key", "add", "Front", "line", "2"], "name what the key does with --type"),
            (&["profile", "key", "add", "Back", "line", "2", "--type", "1"], "there is no profile \"Back\""),
            (&["profile", "key", "add", "Front", "side", "2", "--type", "1"], "line, memory"),
            (&["profile", "key", "set", "Front", "line", "1"], "`dialplate profile key set --help` lists the flags"),
        ] {
            let error = stage.error(words);
            assert!(error.contains(part), "{words:?}: {error}");
        }
    }
}

#[test]
fn secret_settings_of_a_shown_row_are_masked() {
    for stage in stages(|tables| tables) {
        stage.with_domain();
        stage.ok(&["profile", "add", "Front"]);
        stage.ok(&["device", "add", "001565aabbcc", "--model", "T46U"]);
        for layer in [["--profile", "Front"], ["--device", "001565aabbcc"]] {
            let words = ["setting", "add", "provision", "yealink_config_aes_key", "--value-stdin"];
            let ran = stage.run_with(&[&words[..], &layer].concat(), "0123456789abcdef");
            assert!(ran.success && !ran.out.contains("0123456789"), "{}{}", ran.out, ran.err);
        }
        for words in [["profile", "show", "Front"], ["device", "show", "001565aabbcc"]] {
            let shown = stage.json(&words).to_string();
            assert!(shown.contains("***") && !shown.contains("0123456789"), "{shown}");
        }
    }
}

#[test]
fn template_folder_of_the_database_counts_for_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("acme/one")).unwrap();
    std::fs::write(folder.path().join("acme/one/{$mac}.cfg"), "one").unwrap();
    let path = folder.path().display().to_string();
    for stage in stages(|tables| tables) {
        stage.with_domain();
        assert!(
            stage.error(&["device", "add", "001565aabbcc", "--template", "acme/one"]).contains("there is no template")
        );
        let ours = root().join("templates").display().to_string();
        stage.ok(&["setting", "add", "provision", "template_dir", &ours]);
        stage.ok(&["device", "add", "02005a000001", "--model", "Zoiper 5"]);
        stage.ok(&["setting", "add", "provision", "template_dir", &path, "--domain", "pbx.example.net"]);
        stage.ok(&["device", "add", "001565aabbcc", "--template", "acme/one"]);
        stage.ok(&["device", "add", "001565aabbcd", "--model", "One"]);
        assert!(stage.error(&["device", "add", "001565aabbce", "--model", "T46U"]).contains("there is no template"));
        assert_eq!(stage.ok(&["render", "001565aabbcc"]), "one");
        let first = "select device_template from v_devices where device_address = '02005a000001'";
        assert_eq!(stage.value(first), "zoiper/5.x");
    }
}
