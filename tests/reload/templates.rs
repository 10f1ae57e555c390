//! Edits of templates.

use super::*;
use dialplate_tests::corpus;
use std::io::Write;
use std::os::unix::fs::symlink;

/// What is promised.
const PROMISE: Duration = Duration::from_secs(1);

/// Edits a file a few times and takes the quickest: what else runs on the machine is not the server's doing.
fn edited_in_time(server: &Server, path: &Path, name: &str) {
    let original = fs::read(path).unwrap();
    let times: Vec<_> = (0..4)
        .map(|edit| {
            // In a comment's place: the line is text in all of the formats.
            let mark = format!("## edit {edit}");
            fs::write(path, [&original[..], format!("\n{mark}\n").as_bytes()].concat()).unwrap();
            until(&mark, || file(server, name).text().contains(&mark))
        })
        .collect();
    println!("{}: an edit is served after {times:?}", path.display());
    assert!(times.iter().min().is_some_and(|best| *best < PROMISE), "{times:?}");
    // The plugin is prepared with it in the end, and gives the same.
    let before = file(server, name).body;
    server.until_logged(&["prepared with the changed templates"]);
    assert_eq!(file(server, name).body, before);
}

fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp").arg("-r").args([from, to]).status();
    assert!(done.is_ok_and(|status| status.success()), "cp");
}

#[test]
fn an_edited_template_of_the_largest_vendor_is_served_within_a_second() {
    let Some(corpus) = corpus::find() else { return };
    let site = Site::new();
    copy(&corpus.join("templates/yealink"), &site.path("templates/yealink"));
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    let server = site.start();
    edited_in_time(&server, &site.path("templates/yealink/t46u/{$mac}.cfg"), "%7B$mac%7D.cfg");
}

#[test]
fn an_edited_template_of_ours_is_served_within_a_second() {
    let site = Site::new();
    copy(&root().join("templates/yealink"), &site.path("templates/yealink"));
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    let server = site.start();
    edited_in_time(&server, &site.path("templates/yealink/t46u/{$mac}.cfg"), "%7B$mac%7D.cfg");
}

#[test]
fn a_broken_edit_leaves_the_old_text_serving_and_is_named_until_it_is_repaired() {
    let site = Site::new();
    let name = "templates/yealink/t46u/a.cfg";
    site.write(name, "one {$device_label}\n");
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    let server = site.start();
    assert_eq!(text(&server), "one Ada\n");

    site.write(name, "two\n{if $x}\n");
    server.until_logged(&["the old text stays active", "yealink/t46u/a.cfg:2:1"]);
    assert_eq!(text(&server), "one Ada\n");
    let wrong = &listed(&server)["templates"]["wrong"][0];
    assert_eq!((wrong["template"].as_str(), wrong["old_serves"].as_bool()), (Some("yealink/t46u/a.cfg"), Some(true)));
    assert!(wrong["error"].as_str().is_some_and(|error| error.contains("a.cfg:2:1")), "{wrong}");
    let said = ask(&server, &["reload"]);
    assert!(!said.status.success() && String::from_utf8_lossy(&said.stdout).contains("a.cfg:2:1"), "{said:?}");

    // An edit of its neighbour goes through, and one that compiles and then fails for every phone does not.
    site.write("templates/yealink/t46u/b.cfg", "new\n");
    until("the neighbour", || file(&server, "b.cfg").text() == "new\n");
    assert_eq!(text(&server), "one Ada\n");
    site.write(name, "three {include file='nowhere'}\n");
    server.until_logged(&["the old text stays active", "nowhere"]);
    assert_eq!(text(&server), "one Ada\n");

    site.write(name, "four {$device_label}\n");
    until_served(&server, "four Ada");
    assert_eq!(listed(&server)["templates"]["wrong"].as_array().map(Vec::len), Some(0));
    assert!(ask(&server, &["reload"]).status.success());
}

#[test]
fn folders_come_and_go_and_files_are_renamed_over() {
    let site = Site::minimal();
    let server = site.start();
    site.replace("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    // A folder of the domain's own takes over, and gives way again.
    site.write("templates/localhost/yealink/t46u/a.cfg", "localhost's");
    until_served(&server, "localhost's");
    server.until_logged(&["prepared with the changed templates"]);
    fs::remove_dir_all(site.path("templates/localhost")).unwrap();
    until_served(&server, "edition 2");
    fs::remove_file(site.path("templates/yealink/t46u/a.cfg")).unwrap();
    until("a removed file is gone", || file(&server, "a.cfg").status == 404);
    site.write("templates/README", "What is in no folder is no template.");
    fs::remove_dir_all(site.path("templates/yealink")).unwrap();
    until("a removed folder is gone", || listed(&server)["templates"]["folders"] == 0);
    assert_eq!(file(&server, "a.cfg").status, 404);
    site.write("templates/yealink/t46u/a.cfg", "edition 3");
    until_served(&server, "edition 3");
    assert!(file(&server, "a.cfg").text().contains(&format!("address {DEVICE}")), "rendered, not shown");
}

#[test]
fn links_that_are_swung_are_noticed_wherever_they_are() {
    let site = Site::minimal();
    for release in ["1", "2", "3"] {
        site.write(&format!("release-{release}/templates/yealink/t46u/a.cfg"), format!("release {release}"));
    }
    let swing = |to: &str, name: &str| {
        symlink(to, site.path("link~")).unwrap();
        fs::rename(site.path("link~"), site.path(name)).unwrap();
    };
    swing("release-1", "current");
    let server = site.start_with(&site.path("current/templates"), &[]);
    assert!(text(&server).starts_with("release 1"));
    swing("release-2", "current");
    until_served(&server, "release 2");
    // A template that is a link, and then the file that it leads to.
    site.write("elsewhere/a.cfg", "elsewhere 1");
    swing("../../../../elsewhere/a.cfg", "release-2/templates/yealink/t46u/a.cfg");
    until_served(&server, "elsewhere 1");
    site.write("elsewhere/a.cfg", "elsewhere 2");
    assert!(until_served(&server, "elsewhere 2") < Duration::from_secs(4), "found by the look that comes now and then");
    // For a moment there is no root at all.
    fs::remove_file(site.path("current")).unwrap();
    server.until_logged(&["could not be reloaded", "current/templates"]);
    assert!(text(&server).starts_with("elsewhere 2"), "everything loaded stays active: {}", text(&server));
    symlink("release-3", site.path("current")).unwrap();
    until_served(&server, "release 3");
}

#[test]
fn a_template_that_is_written_in_pieces_is_not_served_in_pieces() {
    let site = Site::minimal();
    let server = site.start();
    let mut file = fs::File::create(site.path("templates/yealink/t46u/a.cfg")).unwrap();
    for piece in ["edition ", "2, ", "the ", "whole"] {
        file.write_all(piece.as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(700));
        assert!(text(&server).starts_with("edition 1"), "{}", text(&server));
    }
    drop(file);
    until_served(&server, "edition 2, the whole");
}
