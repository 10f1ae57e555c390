//! New passwords of lines.

use super::{Stage, stages};

/// A domain with two extensions; the first one has lines on two devices, and a device has a line of another registrar.
fn prepare(stage: &Stage) {
    stage.with_domain();
    for number in ["1001", "1002"] {
        stage.ok(&["extension", "add", number]);
    }
    stage.ok(&["device", "add", "001565123456", "--template", "yealink/t46u", "--extension", "1001"]);
    stage.ok(&["device", "add", "001565123457", "--template", "yealink/t46u", "--extension", "1001"]);
    stage.ok(&["line", "add", "001565123456", "2", "--extension", "1002"]);
    stage.ok(&["line", "add", "001565123457", "2", "--user-id", "77", "--server", "sip.example.org"]);
}

/// All passwords of lines, then those of extensions.
fn passwords(stage: &Stage) -> Vec<String> {
    let line = |address: &str, number: &str| {
        stage.value(&format!(
            "select coalesce(l.password, '') from v_device_lines l join v_devices d on d.device_uuid = l.device_uuid \
             where d.device_address = '{address}' and l.line_number = '{number}'"
        ))
    };
    let extension = |number: &str| {
        stage.value(&format!("select coalesce(password, '') from v_extensions where extension = '{number}'"))
    };
    let mut all: Vec<_> =
        ["001565123456", "001565123457"].iter().flat_map(|it| [line(it, "1"), line(it, "2")]).collect();
    all.extend([extension("1001"), extension("1002")]);
    all
}

#[test]
fn rotated_password_reaches_all_lines_of_its_extension() {
    for stage in stages(|schema| schema) {
        prepare(&stage);
        let old = passwords(&stage);
        let ran = stage.run_with(&["line", "rotate-password", "001565123456", "1", "--no-resync"], "");
        let said = ran.out + &ran.err;
        let new = passwords(&stage);
        assert!(new[0] != old[0] && new[0].len() == 20, "a new password");
        assert_eq!((&new[2], &new[4]), (&new[0], &new[0]), "the other device, and the extension");
        assert_eq!([&new[1], &new[3], &new[5]], [&old[1], &old[3], &old[5]], "the other accounts");
        assert!(ran.success && said.contains("dialplate resync 001565123456"), "{said}");
        assert!(said.contains("dialplate resync 001565123457"), "{said}");
        assert!(!said.contains(&new[0]), "{said}");
    }
}

#[test]
fn rotated_passwords_of_a_domain_differ_and_are_shown_on_demand() {
    for stage in stages(|schema| schema) {
        prepare(&stage);
        let old = passwords(&stage);
        let dry = stage.ok(&["line", "rotate-password", "--domain", "pbx.example.net", "--dry-run"]);
        assert!(dry.contains("nothing was changed") && passwords(&stage) == old, "{dry}");
        let shown = stage.json(&["line", "rotate-password", "--domain", "pbx.example.net", "--show", "--no-resync"]);
        let new = passwords(&stage);
        assert!(old.iter().zip(&new).all(|(old, new)| old != new), "all are new");
        assert!(new[0] != new[1] && new[1] != new[3] && new[0] == new[4] && new[1] == new[5]);
        let of_other = shown.as_array().unwrap().iter().find(|line| line["user_id"] == "77").unwrap();
        assert_eq!((of_other["password"].as_str(), of_other["has_extension"].as_bool()), (Some(&*new[3]), Some(false)));
        let hidden = stage.json(&["line", "rotate-password", "001565123457", "--no-resync"]);
        assert!(hidden.as_array().is_some_and(|lines| lines.iter().all(|line| line["password"].is_null())), "{hidden}");
    }
}

#[test]
fn rotation_names_what_is_missing() {
    for stage in stages(|schema| schema) {
        prepare(&stage);
        for (words, expected) in [
            (&["line", "rotate-password"][..], "name the device, or a whole domain with --domain"),
            (&["line", "rotate-password", "001565123459"], "001565123456"),
            (&["line", "rotate-password", "001565123456", "3"], "line"),
            (&["line", "rotate-password", "001565123456", "--dry-run", "--show"], "--dry-run"),
        ] {
            let said = stage.error(words);
            assert!(said.contains(expected), "{words:?}: {said}");
        }
    }
}

#[test]
fn rotation_succeeds_and_says_which_phones_were_not_asked() {
    for stage in stages(|schema| schema) {
        prepare(&stage);
        let old = passwords(&stage);
        let ran = stage.run_with(&["line", "rotate-password", "001565123457", "2"], "");
        assert!(ran.success && passwords(&stage)[3] != old[3], "{}", ran.err);
        assert!(ran.out.contains("the phone has not fetched yet"), "{}", ran.out);
        for words in ["the passwords have changed, but not every phone was notified", "dialplate resync 001565123457"] {
            assert!(ran.err.contains(words), "{}", ran.err);
        }
    }
}
