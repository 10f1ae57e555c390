//! Component files on a real file system.

use super::*;
use std::io::Write;
use std::os::unix::fs::symlink;

/// Whether the version of the guest that writes this word before the device's address serves.
fn serves(server: &Server, version: &str) -> bool {
    text(server).contains(&format!("\n{version} {DEVICE}"))
}

#[test]
fn component_is_replaced_and_bad_one_changes_nothing() {
    let (site, greedy) = (Site::minimal(), guests::built("greedy"));
    let name = "plugins/minimal.wasm";
    let first = fs::read(site.path(name)).unwrap();
    let second = another_version(&first);
    let server = site.start();
    assert!(serves(&server, "address"));
    let since = listed(&server)["plugins"][0].clone();

    site.replace(name, &second);
    until("the second version", || serves(&server, "ADDRESS"));
    let plugin = listed(&server)["plugins"][0].clone();
    assert_eq!((&plugin["version"], &plugin["state"]), (&"0.2.0".into(), &"ok".into()));
    assert_ne!(plugin["sha256"], since["sha256"]);

    for (bad, why) in [
        (&b"no component"[..], "is not a WebAssembly component"),
        (&first[..first.len() / 2], "is not a WebAssembly component"),
        (&[][..], "is not a WebAssembly component"),
        (&fs::read(greedy).unwrap()[..], "imports items that no plugin may import"),
    ] {
        site.write(name, bad);
        server.until_logged(&["plugin refused; the previous version stays active", why]);
        assert!(serves(&server, "ADDRESS"), "{why}");
        let listed = listed(&server);
        assert_eq!(listed["plugins"][0]["state"], "old_serves");
        assert!(listed["plugins"][0]["because"].as_str().is_some_and(|because| because.contains(why)), "{listed}");
        assert_eq!(listed["refused"][0]["old_serves"], true);
    }
    // Templates of the old version can still be edited, and it is prepared with them.
    site.write("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    server.until_logged(&["prepared with the changed templates"]);
    assert!(serves(&server, "ADDRESS"));

    site.replace(name, &first);
    until("the first version again", || serves(&server, "address"));
    assert_eq!(listed(&server)["refused"].as_array().map(Vec::len), Some(0));
    assert!(ask(&server, &["reload"]).status.success());
}

#[test]
fn component_written_in_pieces_is_loaded_when_complete() {
    let site = Site::minimal();
    let second = another_version(&fs::read(site.path("plugins/minimal.wasm")).unwrap());
    let server = site.start();
    let mut file = fs::File::create(site.path("plugins/minimal.wasm")).unwrap();
    for piece in second.chunks(second.len() / 3 + 1) {
        file.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(700));
        assert!(serves(&server, "address"));
    }
    assert!(!server.log().contains("plugin refused"), "it was left alone during the writes:\n{}", server.log());
    drop(file);
    until("the second version", || serves(&server, "ADDRESS"));
}

#[test]
fn replaced_link_to_a_component_is_noticed() {
    let site = Site::minimal();
    let first = fs::read(site.path("plugins/minimal.wasm")).unwrap();
    site.write("store/1/minimal.wasm", &first);
    site.write("store/2/minimal.wasm", another_version(&first));
    let swing = |to: &str| {
        symlink(to, site.path("link~")).unwrap();
        fs::rename(site.path("link~"), site.path("plugins/minimal.wasm")).unwrap();
    };
    swing("../store/1/minimal.wasm");
    let server = site.start();
    swing("../store/2/minimal.wasm");
    until("the second version", || serves(&server, "ADDRESS"));
    site.replace("store/2/minimal.wasm", &first);
    until("the first version behind the same link", || serves(&server, "address"));
    swing("../store/3/nothing.wasm");
    server.until_logged(&["plugin refused; the previous version stays active", "cannot be read"]);
    assert!(serves(&server, "address"));
}

#[test]
fn start_loads_good_components_and_lists_the_others() {
    let site = Site::minimal();
    site.write("plugins/acme.wasm", "no component at all");
    site.write("plugins/other.wasm", another_version(&fs::read(site.path("plugins/minimal.wasm")).unwrap()));
    let server = site.start();
    assert!(text(&server).contains("\naddress "));
    for file in ["acme.wasm", "other.wasm"] {
        server.until_logged(&[file, "plugin refused; nothing is loaded from its file"]);
        assert!(ask(&server, &["plugin", "list"]).stdout.windows(file.len()).any(|part| part == file.as_bytes()));
    }
    let (_, said) = reload(&server);
    assert_eq!(said.lines().count(), 2, "{said}");
    let settings = [
        ("DIALPLATE_DATABASE", format!("sqlite://{}", site.path("demo.db").display())),
        ("DIALPLATE_TEMPLATES", site.path("templates").display().to_string()),
        ("DIALPLATE_PLUGINS", site.path("plugins").display().to_string()),
    ];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    let checked = server::command("check", &settings).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(
        !checked.status.success() && said.contains("acme.wasm") && said.contains("2 plugins cannot be loaded"),
        "{said}"
    );
    fs::remove_file(site.path("plugins/acme.wasm")).unwrap();
    fs::remove_file(site.path("plugins/other.wasm")).unwrap();
    assert_eq!(reload(&server).1, "everything on disk serves\n");
}
