//! Where the system tells of no change.

use super::*;
use dialplate_tests::skip;

/// `unshare` gives the server a user namespace, in which a limit of inotify is set without a change for anybody else.
fn limited(limit: &str) -> Option<Vec<String>> {
    let script = format!("echo {limit} && exec \"$0\" \"$@\"");
    let wrapped: Vec<_> = ["unshare", "-Ur", "sh", "-c", &script].map(str::to_owned).into();
    let tried = std::process::Command::new(&wrapped[0]).args(&wrapped[1..]).arg("true").output();
    if !tried.is_ok_and(|output| output.status.success()) {
        skip("no user namespace can be made here");
        return None;
    }
    Some(wrapped)
}

#[test]
fn without_a_word_from_the_system_changes_are_looked_for() {
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
