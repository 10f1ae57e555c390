//! `dialplate render` prints what the server would send.

use super::{Stage, stages};

/// A phone of each maker, the file that it asks for, and the file's name for `dialplate render`, if it is not the default.
const PHONES: [(&str, &str, &str, Option<&str>); 6] = [
    ("yealink/t46u", "001565001001", "001565001001.cfg", None),
    ("polycom/vvx450", "0004f2001002", "0004f2001002-reg.cfg", Some("0004f2001002-reg.cfg")),
    ("grandstream/gxp2170", "000b82001003", "cfg000b82001003.xml", None),
    ("cisco/spa504g", "30e4db001004", "30e4db001004.xml", None),
    ("zoiper/5.x", "02005a001005", "02005a001005.xml", None),
    ("yealink/t46u", "001565001006", "../app/provision/?mac=001565001006&file=directory.xml", Some("directory.xml")),
];

fn with_phones(stage: &Stage) {
    stage.with_domain().ok(&["extension", "add", "1001", "--name", "Ada Lovelace"]);
    for (template, address, ..) in PHONES {
        stage.ok(&["device", "add", address, "--template", template, "--extension", "1001"]);
    }
}

#[test]
fn rendered_file_is_what_the_server_sends() {
    for stage in stages(|tables| tables) {
        with_phones(&stage);
        let server = stage.serve();
        for (template, address, target, file) in PHONES {
            let target = format!("/provision/{target}").replace("/provision/../", "/");
            let answer = server.get("pbx.example.net", &target);
            assert_eq!(answer.status, 200, "{target}: {}", answer.text());
            let words: Vec<_> = ["render", address].into_iter().chain(file).collect();
            assert_eq!(stage.ok(&words), answer.text(), "{template}: {words:?}");
        }
    }
}

#[test]
fn render_needs_no_credentials_and_writes_nothing() {
    for stage in stages(|tables| tables) {
        with_phones(&stage);
        stage.ok(&["setting", "add", "provision", "http_auth_username", "admin"]);
        let ran = stage.run_with(&["setting", "add", "provision", "http_auth_password", "--value-stdin"], "hunter2\n");
        assert!(ran.success, "{}", ran.err);
        let by_template = stage.ok(&["render", "00:15:65:00:10:01", "{$mac}.cfg"]);
        assert_eq!(by_template, stage.ok(&["render", "001565001001", "--host", "pbx.example.net"]));
        assert!(by_template.contains("account.1.user_name = 1001"), "{by_template}");
        assert_eq!(stage.value("select count(*) from v_devices where device_provisioned_date is not null"), "0");
        for (words, message) in [
            (&["render", "001565001009"][..], "there is no device \"001565001009\"; did you mean 001565001001"),
            (&["render", "001565001001", "--host", "other.example"], "the phone would get status 403"),
            (&["render", "001565001001", "nothing.cfg"], "the phone would get status 404"),
        ] {
            let error = stage.error(words);
            assert!(error.contains(message), "{words:?}: {error}");
        }
        stage.ok(&["device", "set", "001565001001", "--enabled", "false"]);
        let error = stage.error(&["render", "001565001001"]);
        assert!(error.contains("the phone would get status 404: "), "{error}");
    }
}
