//! Trials and claims of components, and which components stay active.

use super::*;
use crate::reload::review::Reviews;

#[test]
fn new_component_is_live_and_bad_one_leaves_old_active() {
    let site = Site::minimal();
    let server = site.start();
    site.write(MINIMAL, second());
    assert_eq!((server.reload(), server.owner(MODEL)), (vec![], "minimal 0.2.0".to_owned()));
    for bad in [&b"no component"[..], &minimal()[..1_000], b""] {
        site.write(MINIMAL, bad);
        let complaint = server.complaint();
        assert!(complaint.contains("minimal.wasm") && complaint.ends_with("stays active)"), "{complaint}");
        assert_eq!(server.owner(MODEL), "minimal 0.2.0");
    }
    // The old version can still be prepared with edited templates.
    site.write(A, "edition 2");
    assert_eq!((server.reload().len(), server.a()), (1, "edition 2".to_owned()));
    until("prepared", || server.is_prepared(MODEL));
    site.write(MINIMAL, minimal());
    assert_eq!((server.reload(), server.owner(MODEL)), (vec![], "minimal 0.1.0".to_owned()));
}

#[test]
fn new_file_cannot_take_vendor_and_follows_when_it_is_free() {
    let site = Site::minimal();
    let server = site.start();
    site.write("plugins/aaa.wasm", second());
    let complaint = server.complaint();
    assert!(
        complaint.contains("aaa.wasm claims the name") && complaint.contains("remove one of the two"),
        "{complaint}"
    );
    assert!(!complaint.contains("stays active"), "{complaint}");
    assert_eq!(server.owner(MODEL), "minimal 0.1.0");
    site.remove(MINIMAL);
    assert_eq!((server.reload(), server.owner(MODEL)), (vec![], "minimal 0.2.0".to_owned()));
}

#[test]
fn removal_of_last_component_is_taken_for_a_mistake() {
    let site = Site::minimal();
    let server = site.start();
    site.remove(MINIMAL);
    assert!(server.complaint().contains("there is no plugin"));
    assert_eq!(server.owner(MODEL), "minimal 0.1.0");
}

#[test]
fn vendors_of_a_broken_component_are_free_for_a_good_one() {
    let site = Site::of(&["polycom"]);
    let server = site.start();
    site.write(A, "edition 1");
    site.write("plugins/aaa.wasm", planted("panic"));
    site.write("plugins/bbb.wasm", minimal());
    let complaint = server.complaint();
    assert!(complaint.contains("aaa.wasm") && complaint.contains("`render`"), "{complaint}");
    assert_eq!(server.owner(MODEL), "minimal 0.1.0");
}

#[test]
fn component_without_document_in_its_trial_is_refused() {
    let site = Site::minimal();
    let server = site.start();
    for action in ["other", "fault", "limit"] {
        site.write(MINIMAL, planted(action));
        assert!(server.complaint().contains("`render`"), "{action}");
        assert_eq!(server.owner(MODEL), "minimal 0.1.0", "{action}");
    }
}

#[test]
fn component_that_compiles_fewer_templates_is_refused() {
    let site = Site::minimal();
    // The guest accepts every text, and Smarty does not.
    site.write("templates/yealink/t46u/b.cfg", "{if $x");
    let server = site.start();
    site.write(MINIMAL, ours("generic"));
    let complaint = server.complaint();
    assert!(complaint.contains("yealink/t46u/b.cfg:1"), "{complaint}");
    assert_eq!(server.owner(MODEL), "minimal 0.1.0");
}

#[test]
fn serving_component_is_prepared_though_sample_device_fails() {
    let site = Site::minimal();
    site.write(MINIMAL, planted("fault"));
    let server = site.start();
    site.write(A, "edition 2");
    assert_eq!((server.reload(), server.a()), (vec![], "edition 2".to_owned()));
    until("prepared", || server.is_prepared(MODEL));
    assert!(server.reload().is_empty());
}

#[test]
fn pipe_among_plugins_is_refused_and_does_not_block() {
    let site = Site::minimal();
    let pipe = |name: &str| {
        assert!(std::process::Command::new("mkfifo").arg(site.path(name)).status().unwrap().success());
    };
    pipe("plugins/first.wasm");
    let server = site.start();
    pipe("plugins/second.wasm");
    site.write(MINIMAL, second());
    assert_eq!(server.reload().iter().filter(|it| it.contains("first.wasm") || it.contains("second.wasm")).count(), 2);
    assert_eq!(server.owner(MODEL), "minimal 0.2.0");
    ["first", "second"].iter().for_each(|name| site.remove(&format!("plugins/{name}.wasm")));
    assert!(server.reload().is_empty());
}

#[test]
fn component_broken_by_a_template_is_retried_after_its_change() {
    let site = Site::of(&["polycom"]);
    let breaking = "templates/yealink/t46u/prepare-panics";
    site.write(breaking, "");
    let server = site.start();
    site.write(MINIMAL, minimal());
    assert!(server.complaint().contains("`prepare`"));
    site.write("templates/polycom/vvx450/a.cfg", "not the plugin's folder");
    assert_eq!(server.reload().len(), 1);
    site.remove(breaking);
    // Without a request: the edit alone is the reason for the retry.
    until("loaded", || server.owner(MODEL) == "minimal 0.1.0");
    assert!(server.reload().is_empty());
}

#[test]
fn unreadable_plugin_folder_delays_plugins_but_not_templates() {
    let site = Site::minimal();
    let server = site.start();
    fs::rename(site.path("plugins"), site.path("away")).unwrap();
    site.write(A, "edition 2");
    assert!(server.complaint().contains("cannot read the plugin folder"));
    assert_eq!(server.a(), "edition 2");
    std::thread::sleep(REST);
    assert!(!server.is_prepared(MODEL));
    fs::rename(site.path("away"), site.path("plugins")).unwrap();
    assert!(server.reload().is_empty());
    until("prepared", || server.is_prepared(MODEL));

    fs::rename(site.path("templates"), site.path("away")).unwrap();
    site.write(MINIMAL, second());
    let complaints = server.reload();
    assert!(
        complaints.iter().all(|complaint| complaint.contains("templates")) && complaints.len() == 1,
        "{complaints:?}"
    );
    assert_eq!((server.owner(MODEL), server.a()), ("minimal 0.2.0".to_owned(), "edition 2".to_owned()));
}

#[test]
fn review_covers_only_plugins_that_are_new_since_the_last() {
    let site = Site::of(&["polycom"]);
    site.write(MINIMAL, minimal());
    site.write(A, "edition 1");
    site.write("templates/polycom/vvx/a.cfg", "edition 1");
    let server = site.start();
    let mut reviews = Reviews::default();
    let mut review = || {
        reviews.start(server.current.load_full());
        let mut folders: Vec<_> = server.runtime.block_on(reviews.end()).into_iter().map(|it| it.folder).collect();
        folders.sort_unstable();
        folders
    };
    assert_eq!(review(), ["polycom/vvx", MODEL]);
    assert!(review().is_empty());
    site.write(MINIMAL, second());
    assert_eq!(server.reload(), [""; 0]);
    assert_eq!(review(), [MODEL]);
}
