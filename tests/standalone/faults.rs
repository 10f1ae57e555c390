//! A command that fails names the fault and the next step, and changes nothing.

use super::stages;
use dialplate_tests::database;

/// Commands that fail, and a part of the message.
const FAULTS: &[(&[&str], &str)] = &[
    (&["domain", "add", "PBX.example.net"], "domain pbx.example.net exists already; choose another name"),
    (&["domain", "add", "a b"], "NAME \"a b\": write a host name"),
    (&["domain", "remove", "pbx.exmple.net"], "there is no domain \"pbx.exmple.net\"; did you mean pbx.example.net?"),
    (&["domain", "remove", "pbx.example.net"], "has 1 devices, 1 extensions; remove them first, or"),
    (
        &["device", "add", "00:15:65:AA:BB:CC", "--template", "yealink/t46u"],
        "device 001565aabbcc exists already in pbx",
    ),
    (&["device", "add", "00156500004g", "--template", "yealink/t46u"], "'g' is no hexadecimal digit; write an address"),
    (&["device", "add", "001565aabbcd"], "name the template with --template"),
    (
        &["device", "add", "001565aabbcd", "--template", "yealink/t46"],
        "no template \"yealink/t46\"; did you mean yealink/t46",
    ),
    (
        &["device", "add", "001565aabbcd", "--model", "T64U"],
        "no template for the model \"T64U\"; did you mean yealink/t44u, yealink/t46u",
    ),
    (
        &["device", "add", "001565aabbcd", "--model", "T46U", "--extension", "1010"],
        "no extension \"1010\"; did you mean 1001?",
    ),
    (&["device", "show", "001565aabbcd"], "no device \"001565aabbcd\"; did you mean 001565aabbcc?"),
    (&["device", "set", "001565aabbcc", "--enabled", "yes"], "--enabled \"yes\": write true or false"),
    (&["device", "set", "001565aabbcc"], "name what to change; `dialplate device set --help` lists the flags"),
    (&["device", "add", "001565aabbcd", "--model", "T46U", "--domain", "pbx"], "there is no domain \"pbx\""),
    (&["line", "add", "001565aabbcc", "1", "--extension", "1001"], "line 1 exists already on device 001565aabbcc"),
    (&["line", "add", "001565aabbcc", "0", "--extension", "1001"], "LINE \"0\": write a whole number from 1 to 999"),
    (&["line", "set", "001565aabbcc", "1", "--transport", "sctp"], "--transport \"sctp\": write one of tcp, udp, tls"),
    (&["line", "set", "001565aabbcc", "1", "--server", "a b"], "--server \"a b\": write a host name or an address"),
    (&["line", "show", "001565aabbcc", "2"], "there is no line \"2\"; known are 1"),
    (&["key", "add", "001565aabbcc", "lines", "1", "--type", "16"], "CATEGORY \"lines\": write one of line, memory"),
    (&["key", "add", "001565aabbcc", "line", "1"], "name what the key does with --type"),
    (&["extension", "add", "1001"], "extension 1001 exists already in pbx.example.net"),
    (&["extension", "add", "10@01"], "NUMBER \"10@01\": the character '@' is not allowed here"),
    (&["contact", "add", "Ada", "--phone", "Work="], "--phone \"Work=\": write LABEL=NUMBER"),
    (&["setting", "add", "provision", "x"], "name the value: `dialplate setting add CATEGORY NAME VALUE`"),
    (&["setting", "add", "provision", "cidr", "10.0.0.0/33"], "VALUE \"10.0.0.0/33\": write a network or an address"),
    (&["setting", "add", "provision", "pin_networks", "desk"], "VALUE \"desk\": write a network or an address"),
    (&["setting", "add", "device", "x", "1", "--device", "001565aabbcc"], "are in `provision`"),
    (&["user", "show", "ada"], "there is no user \"ada\"; there is no user at all"),
    (&["user", "add", "ada", "--group", "admin"], "there is no group \"admin\""),
];

#[test]
fn fault_is_named_and_leaves_the_database_unchanged() {
    for stage in stages(|tables| tables) {
        stage.with_domain();
        stage.ok(&["extension", "add", "1001"]);
        stage.ok(&["device", "add", "001565aabbcc", "--template", "yealink/t46u", "--extension", "1001"]);
        let before = stage.counts();
        for (words, message) in FAULTS {
            let error = stage.error(words);
            assert!(error.contains(message), "{words:?}: {error}");
            assert_eq!(error.lines().count(), 1, "{words:?}: {error}");
            assert_eq!(stage.counts(), before, "{words:?}");
        }
    }
}

#[test]
fn hostile_values_are_stored_as_they_are() {
    let hostile = "a\"b'c&<d>\n{$x}\\; drop table v_devices; --\u{e9}";
    for stage in stages(|tables| tables) {
        stage.with_domain();
        stage.ok(&["extension", "add", "1001", "--name", hostile]);
        stage.ok(&["device", "add", "001565aabbcc", "--model", "T46U", "--label", hostile, "--extension", "1001"]);
        stage.ok(&["key", "add", "001565aabbcc", "line", "2", "--type", "16", "--label", hostile]);
        stage.ok(&["setting", "add", "provision", "x", hostile]);
        stage.ok(&["contact", "add", "--given", hostile, "--", hostile]);
        for place in [
            "device_label from v_devices",
            "display_name from v_device_lines",
            "device_key_label from v_device_keys",
            "default_setting_value from v_default_settings where default_setting_subcategory = 'x'",
            "contact_name_given from v_contacts",
        ] {
            assert_eq!(stage.value(&format!("select {place}")), hostile, "{place}");
        }
        assert_eq!(stage.json(&["device", "show", "001565aabbcc"])["device_label"], hostile);
        assert!(stage.ok(&["device", "list"]).lines().count() == 2, "a line break in a table");
    }
}

#[test]
fn role_that_may_only_read_gets_a_clear_error() {
    for stage in stages(|tables| tables) {
        stage.with_domain();
        if !stage.url.starts_with("postgres") {
            continue;
        }
        stage.sql("create role reader login; grant select on all tables in schema public to reader");
        stage.sql("create role idle login; grant all on all tables in schema public to idle");
        stage.sql("alter role idle set default_transaction_read_only = on");
        for (role, message) in [
            ("reader", "this database role may not insert rows into v_domains; grant it the right"),
            (
                "idle",
                "the database accepts no writes on this connection, so Dialplate cannot insert rows into v_domains",
            ),
        ] {
            let url = stage.url.replace("postgres@", &format!("{role}@"));
            let settings = [("DIALPLATE_DATABASE", url.as_str())];
            let mut command = dialplate_tests::server::command("domain", &settings);
            let ran = command.args(["add", "other.example.net"]).output().unwrap();
            let error = String::from_utf8_lossy(&ran.stderr).into_owned();
            assert!(!ran.status.success() && error.contains(message), "{role}: {error}");
            let mut listing = dialplate_tests::server::command("domain", &settings);
            assert!(listing.arg("list").output().unwrap().status.success());
        }
        assert_eq!(database::value_blocking(&stage.url, "select count(*) from v_domains"), "1");
    }
}
