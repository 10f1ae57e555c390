//! What is not installed, and that nothing has changed then.

use super::*;

/// Runs an installation that has to fail, and returns the message.
fn refused(host: &Host, arguments: &[&str]) -> String {
    let before = host.files();
    let said = host.refuses(None, &[&["install"], arguments].concat());
    assert!(host.files() == before, "{arguments:?} changed something: {:?}", host.files().keys());
    said
}

#[test]
fn failed_check_puts_nothing_in_place() {
    let host = Host::new();
    let (good, bad) = (host.component("1.wasm", &first()), host.component("bad.wasm", &faulty("unescaped")));
    let said = refused(&host, &[&bad]);
    for expected in ["FAIL     lets no value escape its place", &bad, "nothing was changed", "--no-check"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    host.does(None, &["install", &good]);
    refused(&host, &[&bad]);
    assert!(host.installed("careless.wasm") == first());
    let said = host.does(None, &["install", &bad, "--no-check"]);
    assert!(said.contains("conformance was not checked (--no-check)"), "{said}");
    assert!(host.installed("careless.wasm") == faulty("unescaped"));
}

#[test]
fn file_that_is_no_plugin_is_refused_with_reason() {
    let host = Host::new();
    for (name, bytes, reason) in [
        ("text.wasm", b"hello".to_vec(), "text.wasm is not a WebAssembly component"),
        ("half.wasm", first()[..first().len() / 2].to_vec(), "is not a WebAssembly component"),
        ("core.wasm", b"\0asm\x01\0\0\0".to_vec(), "it is a core module"),
        ("greedy.wasm", fs::read(guests::built("greedy")).unwrap(), "imports items that no plugin may import"),
        ("future.wasm", fs::read(guests::built("future")).unwrap(), "was built for dialplate:provision 9.9.0"),
    ] {
        let component = host.component(name, &bytes);
        let said = refused(&host, &[&component]);
        assert!(said.contains(reason), "{name}: {said}");
    }
    assert!(refused(&host, &[&host.text("absent.wasm")]).contains("cannot read"));
    assert!(refused(&host, &["ftp://example.net/a.wasm"]).contains("ftp:// is no source of plugins"));
}

#[test]
fn wrong_hash_and_too_large_file_are_refused() {
    let host = Host::new();
    let one = host.component("1.wasm", &first());
    let said = refused(&host, &[&one, "--sha256", &sha256(&second())]);
    assert!(said.contains(&format!("has the SHA-256 {}, and not {}", sha256(&first()), sha256(&second()))), "{said}");
    assert!(refused(&host, &[&one, "--sha256", "abc"]).contains("64 hexadecimal digits"));
    let said = refused(&host, &[&one, "--component-bytes-max", "60000"]);
    assert!(said.contains("is larger than 60000 bytes (component_bytes_max)"), "{said}");
    host.does(None, &["install", &one, "--no-check", "--sha256", &sha256(&first()).to_uppercase()]);
}

#[test]
fn vendor_of_another_plugin_is_not_taken() {
    let host = Host::with("yealink");
    let component = host.component("1.wasm", &faulty("takes-vendor"));
    let said = refused(&host, &[&component, "--no-check"]);
    assert!(said.contains("claims vendor \"yealink\" as \"careless\", which the plugin \"yealink\" serves"), "{said}");
    assert!(said.contains("dialplate plugin remove"), "{said}");
}

#[test]
fn names_that_are_paths_are_refused() {
    let host = Host::new();
    for name in ["../templates", "", "Generic", "a/b"] {
        for command in ["rollback", "remove"] {
            let said = host.refuses(None, &[command, name]);
            assert!(said.contains("is no plugin's name"), "{said}");
        }
    }
}

#[test]
fn folder_that_cannot_be_changed_is_named() {
    let host = Host::new();
    let one = host.component("1.wasm", &first());
    let said = host.refuses(None, &["install", &one, "--plugins", &host.text("absent")]);
    assert!(
        said.contains(&format!("there is no folder {}", host.text("absent"))) && said.contains("--plugins"),
        "{said}"
    );
}
