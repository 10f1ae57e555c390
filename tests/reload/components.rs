//! Components that change, and files that are none.

use super::*;
use std::io::Write;
use std::os::unix::fs::symlink;

/// What the guest writes before the address of the device.
fn serves(server: &Server, version: &str) -> bool {
    text(server).contains(&format!("\n{version} {DEVICE}"))
}

#[test]
fn a_component_is_replaced_and_a_bad_one_changes_nothing() {
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
        (&b"no component"[..], "is no WebAssembly component"),
        (&first[..first.len() / 2], "is no WebAssembly component"),
        (&[][..], "is no WebAssembly component"),
        (&fs::read(greedy).unwrap()[..], "asks for what no plugin gets"),
    ] {
        site.write(name, bad);
        server.until_logged(&["plugin refused; the previous version stays active", why]);
        assert!(serves(&server, "ADDRESS"), "{why}");
        let listed = listed(&server);
        assert_eq!(listed["plugins"][0]["state"], "old_serves");
        assert!(listed["plugins"][0]["because"].as_str().is_some_and(|because| because.contains(why)), "{listed}");
        assert_eq!(listed["refused"][0]["old_serves"], true);
    }
    // Templates of the old version can be edited all the same, and it is prepared with them.
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
fn a_component_that_is_written_in_pieces_serves_when_it_is_whole() {
    let site = Site::minimal();
    let second = another_version(&fs::read(site.path("plugins/minimal.wasm")).unwrap());
    let server = site.start();
    let mut file = fs::File::create(site.path("plugins/minimal.wasm")).unwrap();
    for piece in second.chunks(second.len() / 3 + 1) {
        file.write_all(piece).unwrap();
        std::thread::sleep(Duration::from_millis(700));
        assert!(serves(&server, "address"));
    }
    assert!(!server.log().contains("plugin refused"), "it was left alone while it grew:\n{}", server.log());
    drop(file);
    until("the second version", || serves(&server, "ADDRESS"));
}

#[test]
fn a_plugin_that_is_a_link_is_noticed_when_it_is_swung() {
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
fn of_two_plugins_for_one_vendor_the_first_serves_and_the_second_follows_it() {
    let site = Site::minimal();
    let first = fs::read(site.path("plugins/minimal.wasm")).unwrap();
    let server = site.start();
    site.write("plugins/other.wasm", another_version(&first));
    server.until_logged(&["other.wasm", "plugin refused; nothing is loaded from its file", "remove one of the two"]);
    assert!(serves(&server, "address"));
    assert_eq!(listed(&server)["refused"][0]["old_serves"], false);
    fs::remove_file(site.path("plugins/minimal.wasm")).unwrap();
    until("the second one", || serves(&server, "ADDRESS"));
    // The last one cannot be removed: that is a mistake, not a wish.
    fs::remove_file(site.path("plugins/other.wasm")).unwrap();
    server.until_logged(&["could not be reloaded", "there is no plugin"]);
    assert!(serves(&server, "ADDRESS"));
}

#[test]
fn a_component_that_loops_in_prepare_or_render_is_refused_in_its_trial() {
    let site = Site::minimal();
    let limits = [("DIALPLATE_PREPARE_TIMEOUT_MS", "500"), ("DIALPLATE_RENDER_TIMEOUT_MS", "1000")];
    let server = site.start_with(&site.path("templates"), &limits);
    // The guest loops in `prepare` for a template of this name.
    site.write("templates/yealink/t46u/prepare-loops", "");
    server.until_logged(&["the old text stays active", "failed in `prepare`"]);
    assert!(serves(&server, "address"));
    assert_eq!(file(&server, "prepare-loops").status, 404, "nothing of it serves");
    fs::remove_file(site.path("templates/yealink/t46u/prepare-loops")).unwrap();
    site.write("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    assert!(ask(&server, &["reload"]).status.success());
}
