//! Systems that do not report changes.

use super::*;
use dialplate_tests::unshared;

#[test]
fn server_polls_when_inotify_is_exhausted() {
    for (limit, words) in [
        ("0 > /proc/sys/user/max_inotify_instances", "os error 24"),
        ("3 > /proc/sys/user/max_inotify_watches", "fs.inotify.max_user_watches"),
    ] {
        // In a user namespace of its own, an inotify limit affects no other process.
        let Some(wrapped) = unshared("-Ur", &format!("echo {limit}")) else { return };
        let site = Site::minimal();
        let server = site.start_within(&wrapped);
        server.until_logged(&["polled twice a second", words]);
        site.write("templates/yealink/t46u/a.cfg", "edition 2");
        until_served(&server, "edition 2");
        let second = another_version(&fs::read(site.path("plugins/minimal.wasm")).unwrap());
        site.replace("plugins/minimal.wasm", second);
        until("the second version", || text(&server).contains("ADDRESS"));
        assert!(listed(&server)["reload"]["polling_because"].as_str().is_some_and(|because| because.contains(words)));
    }
}
