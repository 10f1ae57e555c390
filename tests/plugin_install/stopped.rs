//! A host on which no server runs.

use super::*;
use std::os::unix::fs::PermissionsExt;

#[test]
fn component_is_installed_and_served_from_next_start() {
    let host = Host::new();
    let file_of_one = host.component("careless-1.wasm", &first());
    let said = host.does(None, &["install", &file_of_one]);
    for expected in [
        "installed careless 1.0.0 (SHA-256 ",
        &shown(&host.path("plugins/careless.wasm")),
        "serves vendor careless, which generic has served until now",
        "no server answers here; it will be used at the next start",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(host.installed("careless.wasm") == first());
    let mode = fs::metadata(host.path("plugins/careless.wasm")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "the server's user can read it");
    let server = host.start();
    assert!(file(&server).contains("label.0 = Front desk"), "{}", file(&server));
}

#[test]
fn outcome_as_json_names_versions_and_state() {
    let host = Host::new();
    let (one, two) = (host.component("1.wasm", &first()), host.component("2.wasm", &second()));
    let said = json(&host.does(None, &["install", &one, "--json"]));
    assert_eq!(
        (&said["action"], &said["plugin"], &said["version"]),
        (&"installed".into(), &"careless".into(), &"1.0.0".into())
    );
    assert_eq!(said["sha256"], sha256(&first()));
    assert_eq!((&said["before"], &said["checked"]), (&serde_json::Value::Null, &true.into()));
    assert_eq!(
        (&said["takes_over"][0]["vendor"], &said["takes_over"][0]["from"]),
        (&"careless".into(), &"generic".into())
    );
    let said = json(&host.does(None, &["install", &two, "--no-check", "--json"]));
    assert_eq!((&said["before"]["version"], &said["checked"]), (&"1.0.0".into(), &false.into()));
    assert_eq!(said["server"]["state"], "stopped");
    let said = json(&host.does(None, &["install", &two, "--no-check", "--json"]));
    assert_eq!(said["action"], "unchanged");
    let said = json(&host.does(None, &["rollback", "careless", "--json"]));
    assert_eq!((&said["action"], &said["sha256"]), (&"rolled_back".into(), &sha256(&first()).into()));
    let said = json(&host.does(None, &["remove", "careless", "--json"]));
    assert_eq!((&said["action"], &said["before"]["version"]), (&"removed".into(), &"1.0.0".into()));
}

#[test]
fn rollback_restores_the_same_bytes_and_can_be_undone() {
    let host = Host::new();
    for (name, bytes) in [("1.wasm", first()), ("2.wasm", second()), ("3.wasm", version("3.0.0", "Label."))] {
        let component = host.component(name, &bytes);
        host.does(None, &["install", &component, "--no-check"]);
    }
    let said = host.does(None, &["rollback", "careless"]);
    assert!(said.contains("put careless 2.0.0") && said.contains("replaces 3.0.0"), "{said}");
    assert!(host.installed("careless.wasm") == second());
    host.does(None, &["rollback", "careless"]);
    assert!(host.installed("careless.wasm") == version("3.0.0", "Label."), "the second rollback undoes the first");
    host.does(None, &["rollback", "careless", "--to", &sha256(&first())[..8]]);
    assert!(host.installed("careless.wasm") == first());
    assert!(host.refuses(None, &["rollback", "careless", "--to", "beef"]).contains("begins with beef"));
    assert!(host.refuses(None, &["rollback", "generic"]).contains("no other version of \"generic\" is kept"));
}

#[test]
fn list_of_stopped_host_shows_components_and_kept_versions() {
    let host = Host::new();
    let (one, two) = (host.component("1.wasm", &first()), host.component("2.wasm", &second()));
    host.does(None, &["install", &one]);
    host.does(None, &["install", &two, "--no-check"]);
    fs::write(host.path("plugins/broken.wasm"), "no component").unwrap();
    let listed = host.plugin(None, &["list"]);
    assert!(listed.success && listed.err.contains(&host.admin), "{}", listed.err);
    for expected in [
        "careless  2.0.0    20",
        &sha256(&second())[..12],
        &format!("careless can be rolled back to 1.0.0 (SHA-256 {})", &sha256(&first())[..12]),
        "copied",
        "broken.wasm is not a WebAssembly component",
    ] {
        assert!(listed.out.contains(expected), "{expected}: {}", listed.out);
    }
    let listed = json(&host.does(None, &["list", "--json"]));
    assert_eq!(listed["running"], false);
    let careless = listed["installed"].as_array().unwrap().iter().find(|it| it["plugin"] == "careless").unwrap();
    assert_eq!((&careless["sha256"], &careless["signed"]), (&sha256(&second()).into(), &false.into()));
    assert_eq!(careless["kept"], serde_json::json!([{"version": "1.0.0", "sha256": sha256(&first())}]));
    host.does(None, &["remove", "careless"]);
    assert!(host.does(None, &["list"]).contains("careless was removed, and can be rolled back to 2.0.0"));
}

#[test]
fn removed_plugin_is_kept_and_purged_one_is_not() {
    let host = Host::new();
    let one = host.component("1.wasm", &first());
    host.does(None, &["install", &one]);
    let said = host.does(None, &["remove", "careless"]);
    assert!(said.contains("`dialplate plugin rollback careless` puts it back"), "{said}");
    assert!(!host.path("plugins/careless.wasm").exists() && !host.path("plugins/careless.wasm.json").exists());
    host.does(None, &["rollback", "careless"]);
    assert!(host.installed("careless.wasm") == first());
    host.does(None, &["remove", "careless", "--purge"]);
    assert_eq!(host.files().len(), 1, "only generic is left: {:?}", host.files().keys());
    assert!(host.refuses(None, &["rollback", "careless"]).contains("no other version of \"careless\" is kept"));
    assert!(host.refuses(None, &["remove", "careless"]).contains("which has generic"));
}
