//! `dialplate plugin inspect`.

use super::{err, json, out, own, plugin, shown, succeeds};
use dialplate_tests::guests;
use sha2::{Digest, Sha256};
use std::fs;

#[test]
fn inspect_shows_what_a_component_is_and_serves() {
    let file = own("yealink");
    let bytes = fs::read(&file).unwrap();
    let found = json(&succeeds(&["inspect", &shown(&file), "--json"], &[]));
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(found["name"], "yealink");
    assert_eq!(found["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(found["interface"], "0.2.1");
    assert_eq!(found["bytes"], bytes.len());
    assert_eq!(found["sha256"], sha256);
    assert_eq!(found["any"], false);
    assert_eq!(found["vendors"][0]["name"], "yealink");
    assert!(found["vendors"][0]["ouis"].as_array().unwrap().iter().any(|oui| oui == "001565"), "{found}");
    assert!(found["vendors"][0]["reboot"].as_str().is_some_and(|event| event.contains("reboot")), "{found}");
    assert!(found["user_agents"].as_array().unwrap().iter().all(|agent| agent["vendor"] == "yealink"), "{found}");
    let imports = ["dialplate:provision/types@0.2.1", "dialplate:provision/host@0.2.1"];
    let listed = found["imports"].as_array().unwrap();
    assert!(listed.iter().all(|import| imports.iter().any(|known| import == known)), "{found}");
    assert!(listed.iter().any(|import| import == imports[1]), "{found}");
    for export in ["describe", "prepare", "render"] {
        assert!(found["exports"].as_array().unwrap().iter().any(|name| name == export), "{found}");
    }
    let files = found["files"].as_array().unwrap();
    assert!(files.iter().any(|file| file["name"] == "{$mac}.cfg" && file["folders"].as_u64() > Some(1)), "{found}");
}

#[test]
fn linksys_and_spa_get_the_documented_events() {
    let found = json(&succeeds(&["inspect", &shown(&own("cisco-spa")), "--json"], &[]));
    let vendors = found["vendors"].as_array().unwrap();
    for name in ["linksys", "spa"] {
        let vendor = vendors.iter().find(|vendor| vendor["name"] == name).unwrap();
        assert_eq!((&vendor["resync"], &vendor["reboot"]), (&"resync".into(), &"reboot_now".into()), "{name}");
    }
}

#[test]
fn inspect_prints_the_same_for_a_terminal() {
    let file = own("grandstream");
    let text = succeeds(&["inspect", &shown(&file)], &[]);
    let bytes = fs::read(&file).unwrap();
    let sha256: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    for expected in [
        "grandstream ",
        "dialplate:provision 0.2.1",
        &sha256,
        "000b82",
        "check-sync",
        "User-Agent",
        "dialplate:provision/host@0.2.1",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let any = succeeds(&["inspect", &shown(&own("generic"))], &[]);
    assert!(any.contains("also every vendor that no other plugin serves"), "{any}");
    let frozen = succeeds(&["inspect", &shown(&guests::frozen("0.1.0"))], &[]);
    assert!(frozen.contains("dialplate:provision 0.1.0"), "{frozen}");
}

/// Guests that fail before any template is prepared.
const SLOW: [&str; 2] = ["start-loops", "describe-loops"];

#[test]
fn inspect_refuses_broken_files_each_for_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.wasm");
    let settings = [("DIALPLATE_COMPONENT_BYTES_MAX", guests::BYTES_MAX), ("DIALPLATE_RENDER_TIMEOUT_MS", "1000")];
    let mut files: Vec<(String, Vec<u8>, &str)> = vec![
        ("a text".into(), b"hello".to_vec(), "is not a WebAssembly component: the file does not begin as"),
        ("empty".into(), Vec::new(), "is not a WebAssembly component"),
        ("a core module".into(), b"\0asm\x01\0\0\0".to_vec(), "it is a core module; make a component of it"),
        ("another world".into(), guests::component("(component)"), "is not a plugin: it imports and exports nothing"),
    ];
    for refused in guests::refused(&guests::built("minimal")) {
        let reason = if SLOW.contains(&&*refused.name) { "did not finish within 1000 ms" } else { refused.reason };
        files.push((refused.name, refused.component, reason));
    }
    for (name, component, reason) in files {
        fs::write(&file, component).unwrap();
        let output = plugin(&["inspect", &shown(&file)], &settings);
        assert_eq!((output.status.code(), out(&output)), (Some(1), String::new()), "{name}");
        let said = err(&output);
        assert!(said.contains(reason) && said.contains(&shown(&file)), "{name}: {said}");
    }
}

#[test]
fn inspect_names_a_file_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    for (path, reason) in [
        (folder.path().join("absent.wasm"), "cannot be read: No such file or directory"),
        (folder.path().to_owned(), "cannot be read: it is not a regular file"),
    ] {
        let output = plugin(&["inspect", &shown(&path)], &[]);
        let said = err(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains(&format!("{} {reason}", shown(&path))), "{said}");
    }
}
