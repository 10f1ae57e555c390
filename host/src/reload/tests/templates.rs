//! Which template texts go live, and which old texts stay active.

use super::*;

/// More models than one check has time for.
const MODELS: usize = 120;
/// Rendering it takes some time.
const SLOW: &str = "{section name=i loop=5000}{$smarty.section.i.index}{/section}";

#[test]
fn broken_edit_leaves_old_text_active_until_repaired() {
    let site = Site::of(&["yealink"]);
    site.write(A, "one {$device_label}");
    let server = site.start();
    site.write(A, "two\n{if $x}");
    let complaint = server.complaint();
    assert!(complaint.contains("yealink/t46u/a.cfg:2:1") && complaint.ends_with("stays active)"), "{complaint}");
    assert_eq!(server.a(), "one {$device_label}");
    // An edit of another file goes live, one that compiles and fails to render does not.
    site.write("templates/yealink/t46u/b.cfg", "new");
    site.write(A, "three {include file='nowhere'}");
    assert!(server.complaint().contains("nowhere"));
    assert_eq!((server.a(), server.live(MODEL, "b.cfg").unwrap()), ("one {$device_label}".into(), "new".into()));
    site.write(A, "four");
    assert_eq!((server.reload(), server.a()), (vec![], "four".to_owned()));
}

#[test]
fn change_of_included_file_cannot_break_its_users() {
    let site = Site::of(&["yealink"]);
    site.write(A, "one {include file='parts/b.inc'}");
    site.write(INCLUDED, "included");
    let server = site.start();
    let included = || server.live(MODEL, "parts/b.inc");

    site.write(INCLUDED, "{include file='nowhere'}");
    // The subfolder is a template folder of its own as well.
    let complaints = server.reload();
    let named = "yealink/t46u/parts/b.inc: yealink/t46u/a.cfg fails with it";
    assert!(complaints.iter().any(|it| it.starts_with(named) && it.ends_with("stays active)")), "{complaints:?}");
    assert_eq!(included().as_deref(), Some("included"));

    site.remove(INCLUDED);
    let complaint = server.complaint();
    assert!(complaint.contains("parts/b.inc: yealink/t46u/a.cfg fails without it"), "{complaint}");
    assert_eq!(included().as_deref(), Some("included"));
    until("prepared", || server.is_prepared(MODEL));
    assert_eq!(included().as_deref(), Some("included"), "the preparation changes nothing");

    // It can be removed when no file includes it.
    site.write(A, "two");
    assert_eq!((server.reload(), server.a(), included()), (vec![], "two".to_owned(), None));
}

#[test]
fn mass_edit_is_checked_completely() {
    let site = Site::of(&["yealink", "polycom"]);
    let model = |model: usize| format!("templates/yealink/model{model}/a.cfg");
    (0..MODELS).for_each(|number| site.write(&model(number), SLOW));
    site.write(A, "one");
    site.write("templates/polycom/vvx450/a.cfg", "one");
    let server = site.start();
    (0..MODELS).for_each(|number| site.write(&model(number), format!("{SLOW}{{include file='nowhere'}}")));
    site.write(A, "two");
    site.write("templates/polycom/vvx450/a.cfg", "two");
    assert_eq!(
        server.reload().iter().filter(|it| it.contains("/a.cfg") && it.ends_with("stays active)")).count(),
        MODELS
    );
    assert_eq!((server.a(), server.live("polycom/vvx450", "a.cfg").unwrap()), ("two".into(), "two".into()));
    (0..MODELS).for_each(|number| site.write(&model(number), "three"));
    assert!(server.reload().is_empty());
}

#[test]
fn plugin_that_hangs_on_templates_does_not_delay_other_vendors() {
    let site = Site::of(&["yealink"]);
    site.write(MINIMAL, minimal());
    site.write(A, "one");
    site.write("templates/snom/d1/a.cfg", "one");
    let server = site.start();
    let hanging = |model: u8| format!("templates/snom/d{model}/prepare-loops");
    (1..=2).for_each(|model| site.write(&hanging(model), ""));
    site.write(A, "two");
    let began = Instant::now();
    until("the other vendor's edit", || server.a() == "two");
    assert!(began.elapsed() < Duration::from_secs(4), "the first check had not timed out yet");
    let complaints = server.reload();
    let slow = |it: &&String| it.starts_with("snom/d") && it.contains("took more than 5 s");
    assert_eq!(complaints.iter().filter(slow).count(), 2, "{complaints:?}");
    assert_eq!(complaints.iter().filter(|it| it.ends_with("stays active)")).count(), 1, "{complaints:?}");
    (1..=2).for_each(|model| site.remove(&hanging(model)));
    assert!(server.reload().is_empty());
}

#[test]
fn template_that_loops_in_prepare_is_refused_with_its_folder() {
    let site = Site::minimal();
    let server = site.start_with(|engine| engine.prepare_timeout_ms = 500);
    site.write("templates/yealink/t46u/prepare-loops", "");
    let complaint = server.complaint();
    assert!(complaint.starts_with("yealink/t46u: ") && complaint.contains("prepare_timeout_ms"), "{complaint}");
    assert_eq!((server.a(), server.live(MODEL, "prepare-loops")), ("edition 1".to_owned(), None));
    site.remove("templates/yealink/t46u/prepare-loops");
    site.write(A, "edition 2");
    assert_eq!((server.reload(), server.a()), (vec![], "edition 2".to_owned()));
}

#[test]
fn refused_text_is_checked_again_by_another_component() {
    let site = Site::minimal();
    let server = site.start();
    // The guest takes a text for a fault that is plain text to the real component.
    site.write(A, "fault");
    assert_eq!((server.reload().len(), server.a()), (1, "edition 1".to_owned()));
    site.write("plugins/yealink.wasm", ours("yealink"));
    until("the real component's text", || server.a() == "fault");
    assert!(server.reload().is_empty());
}

#[test]
fn faulty_file_for_one_domain_leaves_general_one_active() {
    const OWN: &str = "custom/localhost/yealink/t46u/a.cfg";
    let site = Site::of(&["yealink"]);
    site.write(A, "for all");
    let server = site.start();
    site.write(OWN, "own\n{if $x}\n");
    let complaint = server.complaint();
    assert!(
        complaint.contains("localhost/yealink/t46u/a.cfg:2:1") && complaint.ends_with("stays active)"),
        "{complaint}"
    );
    let own = || server.live("localhost/yealink/t46u", "a.cfg");
    assert_eq!(own().as_deref(), Some("for all"));
    site.write(OWN, "own");
    assert_eq!((server.reload(), own().as_deref()), (vec![], Some("own")));
}

#[test]
fn emptied_root_keeps_templates_until_a_folder_is_left_in_it() {
    let site = Site::minimal();
    let server = site.start();
    fs::remove_dir_all(site.path("templates/yealink")).unwrap();
    assert!(server.complaint().contains("is empty"));
    assert_eq!(server.a(), "edition 1");
    fs::create_dir(site.path("templates/none")).unwrap();
    assert_eq!((server.reload(), server.a()), (vec![], String::new()));
}

#[test]
fn hidden_files_and_folders_are_not_templates() {
    let site = Site::of(&["yealink"]);
    site.write(A, "one");
    site.write("templates/yealink/t46u/.a.cfg.swp", b"b0VIM {if \xff");
    site.write("templates/yealink/t46u/..data/a.cfg", "{if $x}");
    site.write("templates/.git/yealink/t46u/a.cfg", "{if $x}");
    let server = site.start();
    assert!(server.reload().is_empty());
    let texts = &server.current.load().texts;
    assert_eq!((texts.folders().len(), texts.files().count()), (1, 1));
}
