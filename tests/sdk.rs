//! The SDK outside of this repository: its packages hold everything that they need, and a plugin that is built from
//! nothing else is served.

use dialplate_tests::app::TestApp;
use dialplate_tests::author::{LIBRARIES, Machine, succeed};
use dialplate_tests::server::{root, target};
use std::fs;
use std::path::Path;
use wit_component::ComponentEncoder;

const MANIFEST: &str = r#"
[package]
name = "outside"
version = "0.3.0"
edition = "2024"
[lib]
crate-type = ["cdylib"]
[dependencies]
dialplate-sdk = "0.1"
[profile.release]
panic = "abort"
lto = "fat"
"#;

const SOURCE: &str = r#"
use dialplate_sdk::{Vendor, types::Description, vendor};

struct Outside;

impl Vendor for Outside {
    fn describe(&self) -> Description {
        let vendors = vec![vendor("outside", &["02aacc"], "check-sync", "check-sync;reboot=true")];
        let version = env!("CARGO_PKG_VERSION").into();
        Description { name: "outside".into(), version, vendors, user_agents: vec![], any: false }
    }
}

dialplate_sdk::export!(Outside);
"#;

/// The files of a folder with their contents, by their paths in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Checks that the packages are what the repository has, and name nothing outside of themselves.
fn check_packages(machine: &Machine) {
    let interface = fs::read(root().join("wit/0.2.0/provision.wit")).unwrap();
    assert_eq!(files(&machine.library("dialplate-sdk").join("wit")), [("provision.wit".to_owned(), interface)]);
    for (name, folder) in LIBRARIES {
        let (packaged, own) = (machine.library(name), root().join(folder));
        assert!(files(&packaged.join("src")) == files(&own.join("src")), "{name} has other sources");
        for page in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            assert_eq!(fs::read(packaged.join(page)).unwrap(), fs::read(own.join(page)).unwrap(), "{name}: {page}");
        }
        let manifest = fs::read_to_string(packaged.join("Cargo.toml")).unwrap();
        assert!(!manifest.contains("path = \".."), "{name} depends on a folder outside of the package");
        let outside = |(_, bytes): &(String, Vec<u8>)| String::from_utf8_lossy(bytes).contains("../../../");
        assert!(!files(&packaged.join("src")).iter().any(outside), "{name} reads files outside of the package");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn packaged_libraries_build_a_plugin_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::new(folder.path());
    check_packages(&machine);
    let plugin = folder.path().join("outside");
    fs::create_dir_all(plugin.join("src")).unwrap();
    fs::write(plugin.join("Cargo.toml"), MANIFEST).unwrap();
    fs::write(plugin.join("src/lib.rs"), SOURCE).unwrap();
    succeed(&mut machine.shell(&plugin, "cargo build --release --target wasm32-unknown-unknown"));
    let module = fs::read(target().join("authors/wasm32-unknown-unknown/release/outside.wasm")).unwrap();
    let component = ComponentEncoder::default().validate(true).module(&module).unwrap().encode().unwrap();
    let plugins = folder.path().join("plugins");
    fs::create_dir(&plugins).unwrap();
    fs::write(plugins.join("outside.wasm"), component).unwrap();
    let app = TestApp::init()
        .with_config("plugins", plugins.to_str().unwrap())
        .with_template("outside/one/{$mac}.xml", "<?xml version=\"1.0\"?><a><b>{$label}</b></a>")
        .with_device("02aacc000001", "outside/one")
        .with_sql("update v_devices set device_label = 'a<b' where device_address = '02aacc000001'")
        .build()
        .await;
    let answer = app.get("/provision/02aacc000001.xml").await;
    assert_eq!((answer.status, &*answer.text()), (200, "<?xml version=\"1.0\"?><a><b>a&lt;b</b></a>"));
    let snapshot = app.state().snapshot.load();
    let served: Vec<_> = snapshot.plugins.iter().map(|plugin| plugin.name()).collect();
    assert_eq!(served, ["outside"]);
}

/// The rows of the table whose first column has this title, in a page of the SDK.
fn table(title: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string(root().join("plugins/lib/sdk/README.md")).unwrap();
    let rows = page.lines().skip_while(|line| !line.starts_with(&format!("| {title} |"))).skip(2);
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.take_while(|row| row.starts_with('|')).map(cells).collect()
}

#[test]
fn table_of_sdk_versions_has_the_current_one() {
    let rows = table("SDK");
    let (minor, _) = env!("CARGO_PKG_VERSION").rsplit_once('.').unwrap();
    let interface = fs::read_to_string(root().join("plugins/lib/sdk/wit/provision.wit")).unwrap();
    let (_, rest) = interface.split_once("package dialplate:provision@").unwrap();
    let (version, _) = rest.split_once(';').unwrap();
    let current = rows.iter().find(|row| row[0] == minor).unwrap_or_else(|| panic!("no row for {minor}"));
    assert_eq!((&*current[1], &*current[2]), (version, "0.1 and later"));
    for row in &rows {
        let folder = root().join("wit").join(&row[1]);
        assert!(folder.join("provision.wit").is_file(), "the table names wit/{}, which does not exist", row[1]);
    }
    let manifest = fs::read_to_string(root().join("plugins/lib/sdk/README.md")).unwrap();
    assert!(manifest.contains(&format!("dialplate-sdk = \"{minor}\"")), "the README names another version");
}
