//! A host whose server runs all the time.

use super::*;

#[test]
fn running_server_serves_each_change_without_restart() {
    let host = Host::new();
    let server = host.start();
    let id = server.id();
    let before = file(&server);
    assert!(!before.contains("Front desk"), "{before}");
    let (one, two) = (host.component("1.wasm", &first()), host.component("2.wasm", &second()));
    let said = host.does(Some(&server), &["install", &one]);
    assert!(said.contains("the running server serves it"), "{said}");
    assert!(file(&server).contains("label.0 = Front desk"), "{}", file(&server));
    let said = host.does(Some(&server), &["install", &two, "--no-check"]);
    assert!(said.contains("replaces 1.0.0 (SHA-256 "), "{said}");
    assert!(file(&server).contains("LABEL.0 = Front desk"), "{}", file(&server));
    host.does(Some(&server), &["rollback", "careless"]);
    assert!(file(&server).contains("label.0 = Front desk"), "{}", file(&server));
    assert!(host.installed("careless.wasm") == first());
    let said = host.does(Some(&server), &["remove", "careless"]);
    assert!(said.contains("the running server no longer serves it"), "{said}");
    assert_eq!(file(&server), before);
    host.does(Some(&server), &["rollback", "careless"]);
    assert!(file(&server).contains("label.0 = Front desk"), "{}", file(&server));
    assert_eq!(server.id(), id);
    assert_eq!(server.stop(), Some(0), "it ran until now");
}

#[test]
fn list_of_running_server_names_kept_versions() {
    let host = Host::new();
    let server = host.start();
    for (name, bytes) in [("1.wasm", first()), ("2.wasm", second())] {
        let component = host.component(name, &bytes);
        host.does(Some(&server), &["install", &component, "--no-check"]);
    }
    let text = host.does(Some(&server), &["list"]);
    let kept = format!("careless can be rolled back to 1.0.0 (SHA-256 {})", &sha256(&first())[..12]);
    assert!(text.contains("careless serves careless") && text.contains(&kept), "{text}");
    let listed = json(&host.does(Some(&server), &["list", "--json"]));
    assert_eq!((&listed["running"], listed["plugins"].as_array().map(Vec::len)), (&true.into(), Some(2)));
    let careless = listed["installed"].as_array().unwrap().iter().find(|it| it["plugin"] == "careless").unwrap();
    assert_eq!(careless["kept"][0]["sha256"], sha256(&first()));
}

/// The guest `minimal`, whose `prepare` fails for a template of this name.
fn unprepared(host: &Host) -> String {
    fs::create_dir_all(host.path("templates/minimal/one")).unwrap();
    fs::write(host.path("templates/minimal/one/prepare-panics"), "x").unwrap();
    host.component("minimal.wasm", &fs::read(guests::built("minimal")).unwrap())
}

#[test]
fn refusal_of_the_server_is_reported_and_undone() {
    let host = Host::with("yealink");
    let component = unprepared(&host);
    let server = host.start();
    // Twice: the server's list still has the first refusal.
    for _ in 0..2 {
        let before = host.files();
        let said = host.refuses(Some(&server), &["install", &component, "--no-check"]);
        assert!(said.contains("the running server refuses minimal: it failed in `prepare`"), "{said}");
        assert!(said.contains("it was removed again"), "{said}");
        assert!(host.files() == before, "{:?}", host.files().keys());
    }
}

/// A component with a custom section of three megabytes at its end.
fn padded(component: &[u8]) -> Vec<u8> {
    const BYTES: usize = 3 << 20;
    let digits = (0..4).map(|at| (BYTES >> (7 * at)) as u8 & 0x7f | if at < 3 { 0x80 } else { 0 });
    let (mut bytes, length) = (component.to_vec(), digits.collect::<Vec<_>>());
    bytes.push(0);
    bytes.extend(length);
    // An empty name, and zeros.
    bytes.extend(vec![0; BYTES]);
    bytes
}

#[test]
fn version_that_the_server_refuses_leaves_the_one_before() {
    let host = Host::new();
    let server = host.start_with(&[("DIALPLATE_COMPONENT_BYTES_MAX", "3000000")]);
    let (one, large) = (host.component("1.wasm", &first()), host.component("2.wasm", &padded(&second())));
    host.does(Some(&server), &["install", &one]);
    let said = host.refuses(Some(&server), &["install", &large, "--no-check"]);
    assert!(said.contains("is larger than 3000000 bytes (component_bytes_max)"), "{said}");
    assert!(said.contains("the version before is in place again"), "{said}");
    assert!(host.installed("careless.wasm") == first() && file(&server).contains("label.0 = Front desk"));
    host.does(Some(&server), &["install", &one]);
}

#[test]
fn server_of_another_folder_is_not_waited_for() {
    let (host, other) = (Host::new(), Host::new());
    let server = other.start();
    let one = host.component("1.wasm", &first());
    let said = host.does(Some(&server), &["install", &one, "--no-check"]);
    assert!(said.contains(&format!("loads its plugins from {}", other.text("plugins"))), "{said}");
    assert!(host.installed("careless.wasm") == first());
}
