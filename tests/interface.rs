//! The interface's promise: a released version never changes, and a component that was built on it is served.

use dialplate_tests::app::TestApp;
use dialplate_tests::guests;
use dialplate_tests::page::rows;
use dialplate_tests::server::root;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

/// Each released version, with the SHA-256 of its interface and of the component that was built on it.
const RELEASED: [(&str, &str, &str); 3] = [
    (
        "0.1.0",
        "a61b664498dedf6d9a7feaac6aec5ab354a90127daef30a67c774051082ac43c",
        "78a0a3fd617be40047b22d902088aeb99386d36901134fe25f16dfe7a56ebbe8",
    ),
    (
        "0.2.0",
        "d3cae730e267af0af491369b63603371054fa0e74285d8da35d07a91789de999",
        "4499d78a5edc1e2cd32591848f75cd9c93fe50b40c1531820e0f6eb986e3f429",
    ),
    (
        "0.2.1",
        "116a9626ff1374ab94a2a07d95e6fe17af20d2979c809985f86b49d35d2b3d2c",
        "91c5840a0ffcdb966e4659c287f36c01a4c25ad26a7a233e8e80143d1e6763e6",
    ),
];

/// The version that still changes, if there is one.
const OPEN: Option<&str> = None;

fn sha256(file: &Path) -> String {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn released_interfaces_never_change() {
    for (version, interface, component) in RELEASED {
        let folder = root().join("wit").join(version);
        assert_eq!(sha256(&folder.join("provision.wit")), interface, "wit/{version} is released");
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "files were added to wit/{version}");
        assert_eq!(sha256(&guests::frozen(version)), component, "the component of {version}");
        let page = fs::read_to_string(guests::frozen("README").with_extension("md")).unwrap();
        assert!(page.contains(component), "tests/guests/frozen/README.md has another hash of {version}");
    }
    let entries = fs::read_dir(root().join("wit")).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
    let is_known = |name: &str| Some(name) == OPEN || RELEASED.iter().any(|(version, ..)| *version == name);
    folders.for_each(|name| assert!(is_known(name.to_str().unwrap()), "wit/{} is not listed here", name.display()));
}

/// Lines of a WIT file that need no documentation of their own.
fn is_no_item(line: &str) -> bool {
    line.is_empty() || ["///", "}", "package ", "use ", "import "].iter().any(|start| line.starts_with(start))
}

#[test]
fn every_item_of_the_newest_interface_is_documented() {
    let newest = OPEN.unwrap_or(RELEASED[RELEASED.len() - 1].0);
    let file = fs::read_to_string(root().join("wit").join(newest).join("provision.wit")).unwrap();
    let lines: Vec<_> = file.lines().map(str::trim).collect();
    let bare = |pair: &&[&str]| !is_no_item(pair[1]) && !pair[0].starts_with("///");
    let bare: Vec<_> = lines.windows(2).filter(bare).map(|pair| pair[1]).collect();
    assert!(bare.is_empty(), "describe these items: {bare:?}");
}

#[test]
fn table_of_versions_has_the_state_of_each() {
    let states: Vec<_> =
        rows("wit/README.md", "version").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let released = RELEASED.iter().rev().map(|(version, ..)| (*version, "released, served"));
    let all = OPEN.map(|version| (version, "open")).into_iter().chain(released);
    let linked = |version: &str| format!("[{version}]({version}/provision.wit)");
    let expected: Vec<_> = all.map(|(version, state)| (linked(version), state.to_owned())).collect();
    assert_eq!(states, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn component_of_each_released_version_is_served() {
    for (version, ..) in RELEASED {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(guests::frozen(version), folder.path().join("minimal.wasm")).unwrap();
        let app = TestApp::init()
            .with_config("plugins", folder.path().to_str().unwrap())
            .with_template("minimal/one/{$mac}.cfg", "reads frozen_name")
            .with_device("02aabb000001", "minimal/one")
            .with_sql(
                "insert into v_default_settings (default_setting_uuid, default_setting_category, \
                 default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled) \
                 values ('5e0000ff-0000-4000-8000-000000000001', 'provision', 'frozen_name', 'text', 'ada', true)",
            )
            .build()
            .await;
        let answer = app.get("/app/provision/?mac=02aabb000001&file=%7B%24mac%7D.cfg").await;
        let expected = "reads frozen_name\naddress 02aabb000001\nfrozen_name = Value::Text(\"ada\")\n";
        assert_eq!((answer.status, answer.text().as_str()), (200, expected), "{version}");
        let asked = app.get("/app/provision/?mac=02aabb000001&file=a&do=extension%20101").await;
        assert_eq!(asked.text().split_whitespace().next(), Some("extension"), "{version}");
        assert!(app.state().snapshot.load().plugins.iter().all(|plugin| plugin.name() == "minimal"));
    }
}
