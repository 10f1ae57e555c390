//! What an operator permits one plugin in the section `[plugins.NAME]`, seen by phones. The guest `minimal` stands for the
//! plugin of somebody else.

use crate::guests_render::{GUEST, YEALINK, get, start};
use dialplate_tests::server::{Server, command};
use std::path::Path;

/// The server with a configuration file.
fn configured(folder: &Path, text: &str) -> Server {
    let file = folder.join("dialplate.toml");
    std::fs::write(&file, text).unwrap();
    start(folder, &[("DIALPLATE_CONFIG", &file.display().to_string())])
}

/// What a server with this configuration file says instead of starting.
fn refused(folder: &Path, text: &str) -> String {
    let file = folder.join("dialplate.toml");
    std::fs::write(&file, text).unwrap();
    let output = command("serve", &[("DIALPLATE_CONFIG", &file.display().to_string())]).output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn plugin_without_contacts_shows_none() {
    let folder = tempfile::tempdir().unwrap();
    assert!(get(&configured(folder.path(), ""), GUEST, "cells").text().contains("Lovelace"));
    let folder = tempfile::tempdir().unwrap();
    let server = configured(folder.path(), "[plugins.minimal]\ncontacts = false\n");
    let answer = get(&server, GUEST, "cells");
    assert_eq!((answer.status, answer.text().contains("Lovelace")), (200, false), "{}", answer.text());
    assert!(get(&server, "02aabb000002", "ask 900").text().contains("Confidential Nine"), "extensions stay");
}

#[test]
fn plugin_limits_of_its_own_spare_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let text = "failures_max = 100\noutput_bytes_max = 70000\n[plugins.minimal]\nrender_timeout_ms = 300\n\
        output_bytes_max = 2000000\nrender_memory_bytes_max = 536870912\n";
    let server = configured(folder.path(), text);
    let answer = get(&server, GUEST, "write 1500000");
    assert_eq!((answer.status, answer.body.len()), (200, 1_500_000), "{}", server.log());
    assert_eq!(get(&server, GUEST, "loop").status, 500);
    server.until_logged(&["did not finish within 300 ms (render_timeout_ms)"]);
    assert_eq!(server.get("localhost", YEALINK).status, 200);
}

#[test]
fn plugin_serves_only_permitted_vendors() {
    for (section, expected) in [
        ("vendors = [\"minimal\"]", 200),
        // The guest claims the rest as well.
        ("vendors = [\"*\"]", 200),
        // No plugin serves the device.
        ("vendors = [\"snom\"]", 500),
        ("vendors = []", 500),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = configured(folder.path(), &format!("[plugins.minimal]\n{section}\n"));
        assert_eq!(get(&server, GUEST, "count").status, expected, "{section}: {}", server.log());
        assert_eq!(server.get("localhost", YEALINK).status, 200, "{section}");
        if expected != 200 {
            server.until_logged(&["plugin refused", "[plugins.minimal] vendors", "it serves minimal"]);
        }
    }
}

/// All of these servers use one cache.
#[test]
fn permission_outlives_the_cache_and_ends_with_its_section() {
    let refused = "[plugins.minimal]\nvendors = []\n";
    for (text, expected) in [(refused, 500), ("", 200), (refused, 500)] {
        let folder = tempfile::tempdir().unwrap();
        let server = configured(folder.path(), text);
        assert_eq!(get(&server, GUEST, "count").status, expected, "{text:?}: {}", server.log());
    }
}

#[test]
fn section_of_absent_plugin_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let server = configured(folder.path(), "[plugins.acme]\ncontacts = false\n");
    server.until_logged(&["section for a plugin that is not loaded", "plugin.name=\"acme\""]);
}

#[test]
fn wrong_section_stops_the_start_and_names_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[plugins]\nacme = 1\n[plugins.minimal]\nvendor = [\"snom\"]\nlisten = \"[::]:80\"\nouis = [\"0004\"]\n\
        contacts = \"no\"\nrender_timeout_ms = 0\nvendors = [\"a b\"]\n";
    let said = refused(folder.path(), text);
    for part in [
        "acme in ",
        "below [plugins.acme]",
        "plugins.minimal.vendor in ",
        "is not a configuration key",
        "plugins.minimal.listen in ",
        "holds for the whole server",
        "plugins.minimal.ouis in ",
        "`0004` is not an OUI",
        "plugins.minimal.contacts in ",
        "`no` is neither true nor false",
        "plugins.minimal.render_timeout_ms in ",
        "`0` is not a whole number from 1 to 60000",
        "plugins.minimal.vendors in ",
        "`a b` is not a vendor",
    ] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
}
