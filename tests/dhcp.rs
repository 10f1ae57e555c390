//! `dialplate dhcp`: the DHCP servers themselves check what it prints for them.

use dialplate_tests::{server, skip};
use std::fs;
use std::process::{Command, Output};

const BASE: &str = "https://pbx.example.net/app/provision/?x=$MA";
const VENDORS: [&str; 11] = [
    "yealink",
    "polycom",
    "poly",
    "grandstream",
    "cisco",
    "linksys",
    "snom",
    "fanvil",
    "panasonic",
    "audiocodes",
    "SNOM",
];

fn run(arguments: &[&str]) -> Output {
    server::command("dhcp", &[]).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// What the command prints for this server: for all makers, with a name and with addresses, and for each maker alone.
fn variants(dialect: &str) -> Vec<String> {
    let one = |arguments: &[&str]| printed(&[&["--server", dialect], arguments].concat());
    let mut variants = vec![
        one(&["--base-url", BASE]),
        one(&["--base-url", "http://192.0.2.10:8080/provision/"]),
        one(&["--base-url", BASE, "--tftp-server", "192.0.2.10", "--tftp-server", "192.0.2.11"]),
    ];
    variants.extend(VENDORS.iter().map(|vendor| one(&["--base-url", "tftp://192.0.2.10/", "--vendor", vendor])));
    variants
}

/// Lets a program check each variant. `wrap` makes a whole configuration of what was printed.
fn accepted(dialect: &str, program: &str, arguments: &[&str], wrap: impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dhcp.conf");
    for variant in variants(dialect) {
        fs::write(&file, wrap(&variant)).unwrap();
        let checked = Command::new(program).args(arguments).arg(&file).env("PATH", "/usr/sbin:/sbin:/usr/bin").output();
        let Ok(checked) = checked else { return skip(&format!("{program} is not installed")) };
        let said = text(&checked.stdout) + &text(&checked.stderr);
        assert!(checked.status.success(), "{program}: {said}\n{variant}");
    }
}

#[test]
fn options_for_dnsmasq_are_accepted() {
    accepted("dnsmasq", "dnsmasq", &["--test", "-C"], str::to_owned);
    let said = printed(&["--base-url", BASE]);
    for line in [
        &format!("dhcp-option=66,\"{BASE}\""),
        &format!("dhcp-option=160,\"{BASE}\""),
        "dhcp-vendorclass=set:yealink,yealink",
        &format!("dhcp-option=tag:yealink,43,\"{BASE}\""),
        "dhcp-option=tag:snom,66,\"https://pbx.example.net\"",
        "dhcp-option=tag:snom,67,\"app/provision/snom-{mac}.htm\"",
    ] {
        assert!(said.lines().any(|printed| printed == line), "{line}\n{said}");
    }
}

#[test]
fn options_for_isc_are_accepted() {
    let subnet = "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.50 192.0.2.60; }\n";
    accepted("isc", "dhcpd", &["-t", "-cf"], |variant| format!("{variant}\n{subnet}"));
    let said = printed(&["--server", "isc", "--base-url", "http://a.example/", "--vendor", "polycom"]);
    assert!(
        said.contains("= 00:00:36:3d") && said.contains("option provisioning-url \"http://a.example/\";"),
        "{said}"
    );
}

#[test]
fn options_for_kea_are_accepted() {
    let interfaces = "\"Dhcp4\": {\n\"subnet4\": [{ \"id\": 1, \"subnet\": \"192.0.2.0/24\" }],";
    accepted("kea", "kea-dhcp4", &["-t"], |variant| variant.replace("\"Dhcp4\": {", interfaces));
    let said = printed(&["--server", "kea", "--base-url", "http://a/", "--vendor", "yealink"]);
    // 687474703a2f2f612f is http://a/.
    assert!(said.contains("\"data\": \"687474703a2f2f612f\""), "{said}");
}

/// No program of Debian's reads RouterOS's language.
#[test]
fn options_for_mikrotik_are_escaped() {
    let said = printed(&["--server", "mikrotik", "--base-url", BASE, "--tftp-server", "192.0.2.10"]);
    for line in [
        "add name=dialplate-66 code=66 value=\"s'https://pbx.example.net/app/provision/\\3Fx=\\$MA'\"",
        "add name=dialplate-150 code=150 value=0xc000020a",
        "add name=dialplate options=dialplate-66,dialplate-160,dialplate-150",
        "/ip dhcp-server matcher add name=dialplate-yealink server=dhcp1 code=60 matching-type=substring value=\"yealink\" option-set=dialplate-yealink",
    ] {
        assert!(said.lines().any(|printed| printed == line), "{line}\n{said}");
    }
}

#[test]
fn unusable_argument_is_named() {
    for (arguments, reason) in [
        (&["--base-url", "pbx.example.net"][..], "is no URL"),
        (&["--base-url", "ftp://a/"], "phones read http, https and tftp"),
        (&["--base-url", "http://a/\"\nlog-queries"], "the character '\"'"),
        (&["--base-url", "http://u:secret@a/"], "every machine of the network could read"),
        (&["--base-url", "http://a/", "--vendor", "acme"], "known are yealink, polycom"),
        (&["--base-url", "http://a/", "--tftp-server", "pbx"], "invalid value 'pbx'"),
        (&["--base-url", "http://a/", "--server", "bind"], "dnsmasq, isc, kea, mikrotik"),
        (&[], "--base-url <URL>"),
    ] {
        let output = run(arguments);
        let said = text(&output.stderr);
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(said.contains(reason) && !said.contains("secret"), "{arguments:?}: {said}");
    }
}

#[test]
fn what_the_operator_has_to_know_is_on_standard_error() {
    let said = |arguments: &[&str]| text(&run(arguments).stderr);
    assert!(said(&["--base-url", BASE]).contains("option 150 is left out"));
    assert!(said(&["--base-url", "http://192.0.2.1/"]).contains("not https"));
    let panasonic = said(&["--base-url", BASE, "--vendor", "panasonic"]);
    assert!(panasonic.contains("every client gets these options") && !panasonic.contains("150"), "{panasonic}");
}
