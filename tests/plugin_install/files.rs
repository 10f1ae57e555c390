//! Files in the folder of the plugins.

use super::*;
use std::os::unix::fs::PermissionsExt;

#[test]
fn three_versions_are_kept_at_most() {
    let host = Host::new();
    for number in 1..=6 {
        let component = host.component("next.wasm", &version(&format!("{number}.0.0"), "label."));
        host.does(None, &["install", &component, "--no-check"]);
    }
    let listed = json(&host.does(None, &["list", "--json"]));
    let careless = listed["installed"].as_array().unwrap().iter().find(|it| it["plugin"] == "careless").unwrap();
    let kept: Vec<_> = careless["kept"].as_array().unwrap().iter().map(|it| it["version"].as_str().unwrap()).collect();
    assert_eq!(kept, ["5.0.0", "4.0.0", "3.0.0"]);
}

#[test]
fn plugin_in_a_file_of_another_name_stays_there() {
    let host = Host::new();
    fs::write(host.path("plugins/from-us.wasm"), first()).unwrap();
    let two = host.component("2.wasm", &second());
    let said = host.does(None, &["install", &two, "--no-check"]);
    assert!(said.contains("replaces 1.0.0"), "{said}");
    assert!(host.installed("from-us.wasm") == second() && !host.path("plugins/careless.wasm").exists());
    host.does(None, &["rollback", "careless"]);
    assert!(host.installed("from-us.wasm") == first(), "a copied component is kept too");
}

#[test]
fn file_of_another_plugin_is_not_replaced() {
    let host = Host::new();
    fs::rename(host.path("plugins/generic.wasm"), host.path("plugins/careless.wasm")).unwrap();
    let (before, one) = (host.files(), host.component("1.wasm", &first()));
    let said = host.refuses(None, &["install", &one]);
    assert!(said.contains("careless.wasm has the plugin generic"), "{said}");
    assert!(host.files() == before);
}

#[test]
fn signature_beside_the_file_is_installed_and_rolled_back() {
    let host = Host::new();
    let (one, two) = (host.component("1.wasm", &first()), host.component("2.wasm", &second()));
    fs::write(host.path("2.wasm.minisig"), "of the second").unwrap();
    host.does(None, &["install", &one, "--no-check"]);
    host.does(None, &["install", &two, "--no-check"]);
    assert_eq!(host.installed("careless.wasm.minisig"), b"of the second");
    host.does(None, &["rollback", "careless"]);
    assert!(!host.path("plugins/careless.wasm.minisig").exists(), "the first has none");
    host.does(None, &["rollback", "careless"]);
    assert_eq!(host.installed("careless.wasm.minisig"), b"of the second");
}

#[test]
fn record_is_private_and_counts_for_its_component_only() {
    let host = Host::new();
    let one = host.component("1.wasm", &first());
    host.does(None, &["install", &one]);
    let record = host.path("plugins/careless.wasm.json");
    assert_eq!(fs::metadata(&record).unwrap().permissions().mode() & 0o777, 0o600);
    let installed = |host: &Host| {
        let listed = json(&host.does(None, &["list", "--json"]));
        listed["installed"].as_array().unwrap().iter().find(|it| it["plugin"] == "careless").unwrap()["installed"]
            .clone()
    };
    assert!(installed(&host).is_string());
    fs::write(host.path("plugins/careless.wasm"), second()).unwrap();
    assert!(installed(&host).is_null(), "another component was copied over it");
}
