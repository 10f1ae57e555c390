//! Systems that do not report changes.

use super::*;
use dialplate_tests::unsupported;

/// Runs the server in a user namespace of its own (`unshare`), where an inotify limit affects no other process.
fn limited(limit: &str) -> Option<Vec<String>> {
    let script = format!("echo {limit} && exec \"$0\" \"$@\"");
    let wrapped: Vec<_> = ["unshare", "-Ur", "sh", "-c", &script].map(str::to_owned).into();
    let tried = std::process::Command::new(&wrapped[0]).args(&wrapped[1..]).arg("true").output();
    if !tried.is_ok_and(|output| output.status.success()) {
        unsupported("this machine allows no user namespace");
        return None;
    }
    Some(wrapped)
}

#[test]
fn server_polls_when_inotify_is_exhausted() {
    for (limit, words) in [
        ("0 > /proc/sys/user/max_inotify_instances", "os error 24"),
        ("3 > /proc/sys/user/max_inotify_watches", "fs.inotify.max_user_watches"),
    ] {
        let Some(wrapped) = limited(limit) else { return };
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
