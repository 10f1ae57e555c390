//! Template files on a real file system.

use super::*;
use dialplate_tests::corpus;
use std::io::Write;
use std::os::unix::fs::symlink;

/// The documented time until an edit is live.
const PROMISE: Duration = Duration::from_secs(1);

/// Edits a file several times and takes the best time, because the machine is busy with other work.
fn edited_in_time(server: &Server, path: &Path, name: &str) {
    let original = fs::read(path).unwrap();
    let times: Vec<_> = (0..4)
        .map(|edit| {
            // The formats of all files take this line as a comment or as text.
            let mark = format!("## edit {edit}");
            fs::write(path, [&original[..], format!("\n{mark}\n").as_bytes()].concat()).unwrap();
            until(&mark, || file(server, name).text().contains(&mark))
        })
        .collect();
    println!("{}: an edit is served after {times:?}", path.display());
    assert!(times.iter().min().is_some_and(|best| *best < PROMISE), "{times:?}");
    // After the plugin is prepared with the edit, the document is the same.
    let before = file(server, name).body;
    server.until_logged(&["prepared with the changed templates"]);
    assert_eq!(file(server, name).body, before);
}

fn copy(from: &Path, to: &Path) {
    let done = std::process::Command::new("cp").arg("-r").args([from, to]).status();
    assert!(done.is_ok_and(|status| status.success()), "cp");
}

#[test]
fn edit_of_largest_vendor_is_live_within_a_second() {
    let Some(corpus) = corpus::find() else { return };
    let site = Site::new();
    copy(&corpus.join("templates/yealink"), &site.path("templates/yealink"));
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    let server = site.start();
    edited_in_time(&server, &site.path("templates/yealink/t46u/{$mac}.cfg"), "%7B$mac%7D.cfg");
}

#[test]
fn new_removed_and_renamed_templates_are_noticed() {
    let site = Site::minimal();
    let server = site.start();
    site.replace("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    // A folder of the domain replaces the general one, until it is removed.
    site.write("templates/localhost/yealink/t46u/a.cfg", "localhost's");
    until_served(&server, "localhost's");
    server.until_logged(&["prepared with the changed templates"]);
    fs::remove_dir_all(site.path("templates/localhost")).unwrap();
    until_served(&server, "edition 2");
    fs::remove_file(site.path("templates/yealink/t46u/a.cfg")).unwrap();
    until("a removed file is gone", || file(&server, "a.cfg").status == 404);
    site.write("templates/README", "A file in the root is no template.");
    fs::remove_dir_all(site.path("templates/yealink")).unwrap();
    until("a removed folder is gone", || listed(&server)["templates"]["folders"] == 0);
    assert_eq!(file(&server, "a.cfg").status, 404);
    site.write("templates/yealink/t46u/a.cfg", "edition 3");
    until_served(&server, "edition 3");
    assert!(file(&server, "a.cfg").text().contains(&format!("address {DEVICE}")), "rendered, not shown");
}

#[test]
fn replaced_link_anywhere_on_the_path_is_noticed() {
    let site = Site::minimal();
    for release in ["1", "2", "3"] {
        site.write(&format!("release-{release}/templates/yealink/t46u/a.cfg"), format!("release {release}"));
    }
    let swing = |to: &str, name: &str| {
        symlink(to, site.path("link~")).unwrap();
        fs::rename(site.path("link~"), site.path(name)).unwrap();
    };
    swing("release-1", "current");
    // Links may lead to another configured folder.
    site.write("elsewhere/a.cfg", "elsewhere 1");
    let custom = site.path("elsewhere").display().to_string();
    let server = site.start_with(&site.path("current/templates"), &[("DIALPLATE_CUSTOM_TEMPLATES", &custom)]);
    assert!(text(&server).starts_with("release 1"));
    swing("release-2", "current");
    until_served(&server, "release 2");
    // First a template becomes a link, then the target of the link changes.
    swing("../../../../elsewhere/a.cfg", "release-2/templates/yealink/t46u/a.cfg");
    until_served(&server, "elsewhere 1");
    site.write("elsewhere/a.cfg", "elsewhere 2");
    assert!(until_served(&server, "elsewhere 2") < Duration::from_secs(4), "found only by the regular look");
    // For a moment the root does not exist.
    fs::remove_file(site.path("current")).unwrap();
    server.until_logged(&["could not be reloaded", "current/templates"]);
    assert!(text(&server).starts_with("elsewhere 2"), "everything loaded stays active: {}", text(&server));
    symlink("release-3", site.path("current")).unwrap();
    until_served(&server, "release 3");
}

#[test]
fn template_written_in_pieces_is_live_when_complete() {
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

#[test]
fn log_says_when_a_problem_is_fixed() {
    let site = Site::minimal();
    let (server, good) = (site.start(), fs::read(site.path("plugins/minimal.wasm")).unwrap());
    site.write("templates/yealink/t46u/a.cfg", "fault");
    site.write("plugins/minimal.wasm", "broken");
    server.until_logged(&["template refused", "yealink/t46u/a.cfg"]);
    server.until_logged(&["plugin refused", "minimal.wasm"]);
    site.write("templates/yealink/t46u/a.cfg", "edition 1");
    site.write("plugins/minimal.wasm", good);
    server.until_logged(&["template fixed", "yealink/t46u/a.cfg"]);
    server.until_logged(&["plugin no longer refused", "minimal.wasm"]);
    fs::rename(site.path("plugins"), site.path("away")).unwrap();
    server.until_logged(&["could not be reloaded"]);
    fs::rename(site.path("away"), site.path("plugins")).unwrap();
    server.until_logged(&["can be reloaded again", "cannot read the plugin folder"]);
}

/// A site whose Yealink folder includes parts of another vendor's folder and of the root.
fn site_with_shared_parts() -> Site {
    let site = Site::new();
    for plugin in ["yealink.wasm", "generic.wasm"] {
        fs::copy(root().join("target/plugins").join(plugin), site.path(&format!("plugins/{plugin}"))).unwrap();
    }
    site.write("templates/yealink/t46u/a.cfg", "a {include '../../snom/parts/b'}{include '../../c.inc'}");
    site.write("templates/snom/parts/b", "b1 {include '../../c.inc'}");
    site.write("templates/c.inc", "c1 ");
    site
}

#[test]
fn edit_of_a_shared_part_reaches_all_that_include_it() {
    let site = site_with_shared_parts();
    let server = site.start();
    assert_eq!(text(&server), "a b1 c1 c1 ");
    site.replace("templates/c.inc", "c2 ");
    until("an edit in the root", || match text(&server).as_str() {
        "a b1 c1 c1 " => false,
        "a b1 c2 c2 " => true,
        mixture => panic!("{mixture}"),
    });
    site.replace("templates/snom/parts/b", "b2 ");
    until_served(&server, "a b2 c2 ");
    server.until_logged(&["prepared with the changed templates", "yealink"]);
    assert_eq!(text(&server), "a b2 c2 ");
}

#[test]
fn faulty_shared_part_keeps_its_old_text_where_it_served() {
    let site = site_with_shared_parts();
    let server = site.start();
    site.replace("templates/snom/parts/b", "{if");
    let (succeeded, said) = reload(&server);
    assert!(!succeeded && said.contains("snom/parts/b"), "{said}");
    assert_eq!(text(&server), "a b1 c1 c1 ");
    fs::remove_file(site.path("templates/c.inc")).unwrap();
    let (succeeded, said) = reload(&server);
    assert!(!succeeded && said.contains("c.inc") && said.contains("yealink/t46u/a.cfg fails without it"), "{said}");
    assert_eq!(text(&server), "a b1 c1 c1 ");
    site.write("templates/snom/parts/b", "b3 ");
    site.write("templates/c.inc", "c3 ");
    assert!(reload(&server).0);
    assert_eq!(text(&server), "a b3 c3 ");
}
