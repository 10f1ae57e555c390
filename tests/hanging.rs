//! A folder on a file system that stops answering costs its own requests, and nothing else.

use crate::guessing::set;
use crate::reload::{Site, ask, file, listed, reload, text, until, until_served};
use dialplate_tests::hang::Hanging;
use dialplate_tests::server::{self, Server};
use dialplate_tests::{client, wait};
use std::fs;
use std::process::Output;
use std::thread;
use std::time::{Duration, Instant};

/// Longer than an answer of 503 takes on a busy machine, and shorter than the limit of a request.
const SOON: Duration = Duration::from_secs(12);

/// Threads that may hang meanwhile for other reasons, such as a look.
const OTHER_MAX: usize = 3;

/// A site with two template roots: `templates`, and `nfs`, which can hang.
fn site() -> (Site, Hanging) {
    let site = Site::minimal();
    site.write("nfs/logo.png", "a picture");
    site.write("nfs/acme/a1/a.cfg", "acme's");
    let hanging = Hanging::new(&site.path("nfs"), site.path("mark"));
    (site, hanging)
}

fn start(site: &Site, hanging: &Hanging, more: &[(&str, &str)]) -> Server {
    let roots = format!("{}:{}", site.path("templates").display(), site.path("nfs").display());
    let settings = [&hanging.settings()[..], &[("DIALPLATE_TEMPLATES", roots.as_str())], more].concat();
    site.start_with(&site.path("templates"), &settings)
}

fn picture(server: &Server) -> client::Answer {
    server.get("localhost", "/provision/logo.png")
}

fn health(server: &Server) -> String {
    client::get(server.admin(), "localhost", "/health").text()
}

/// Checks that the server stops although calls hang.
fn stops(server: Server) {
    let started = Instant::now();
    assert_eq!(server.stop(), Some(0));
    assert!(started.elapsed() < SOON, "the stop took {:?}", started.elapsed());
}

/// The names of the server's threads. A thread may end meanwhile.
fn threads(server: &Server) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{}/task", server.id())).unwrap();
    tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok()).collect()
}

#[test]
fn hanging_root_costs_only_its_own_requests() {
    let (site, hanging) = site();
    let server = start(&site, &hanging, &[]);
    assert_eq!(picture(&server).text(), "a picture");
    hanging.begin();
    let mut counts = Vec::new();
    for _ in 0..3 {
        thread::scope(|scope| {
            let asked: Vec<_> = (0..40).map(|_| scope.spawn(|| picture(&server))).collect();
            for _ in 0..10 {
                let started = Instant::now();
                assert!(text(&server).starts_with("edition 1"));
                assert!(health(&server).starts_with("serving\n") && started.elapsed() < Duration::from_secs(4));
            }
            for answer in asked.into_iter().map(|asked| asked.join().unwrap()) {
                assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
            }
        });
        let names = threads(&server);
        // Calls to the folder that answers take threads too, as many as come at once. 120 requests were sent.
        assert!(names.len() < 60, "{names:?}");
        counts.push(names.iter().filter(|name| name.trim() == "hanging").count());
    }
    let nfs = site.path("nfs").display().to_string();
    assert!(health(&server).contains(&format!("{nfs} does not answer")), "{}", health(&server));
    assert_eq!(listed(&server)["silent"][0], nfs.as_str());
    server.until_logged(&["ERROR", "does not answer", &nfs]);
    assert!(counts.iter().all(|count| *count <= counts[0] + OTHER_MAX), "{counts:?} hanging threads");
    stops(server);
}

#[test]
fn reload_leaves_hanging_root_out_until_it_answers() {
    let (site, hanging) = site();
    let server = start(&site, &hanging, &[]);
    hanging.begin();
    site.write("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    let (all_serve, said) = reload(&server);
    assert!(!all_serve && said.contains("nfs does not answer"), "{said}");
    site.write("nfs/acme/a1/a.cfg", "acme's new one");
    site.write("templates/yealink/t46u/a.cfg", "edition 3");
    until_served(&server, "edition 3");
    hanging.end();
    server.until_logged(&["the folder answers again"]);
    until("the edit of then", || server.log().contains("template.folders=\"acme/a1\""));
    until("the picture", || picture(&server).status == 200);
    until("a reload without complaint", || reload(&server).0);
    assert_eq!(health(&server), "serving\n");
}

#[test]
fn server_starts_without_the_root_that_hangs() {
    let (site, hanging) = site();
    hanging.begin();
    let server = start(&site, &hanging, &[]);
    assert!(text(&server).starts_with("edition 1"));
    assert_eq!(picture(&server).status, 503);
    server.until_logged(&["ERROR", "does not answer", "nfs"]);
    hanging.end();
    until("the root's folders", || server.log().contains("template.folders=\"acme/a1\""));
    assert_eq!(picture(&server).text(), "a picture");
    hanging.begin();
    until("a look that hangs", || health(&server).contains("does not answer"));
    stops(server);
}

#[test]
fn only_root_and_custom_folder_may_hang_at_the_start() {
    let site = Site::minimal();
    site.write("templates/yealink/t46u/b.cfg", "below the root");
    site.write("custom/yealink/t46u/a.cfg", "custom");
    for (below, expected) in [("templates", 503), ("custom", 200)] {
        let hanging = Hanging::new(&site.path(below), site.path("mark"));
        hanging.begin();
        let custom = site.path("custom").display().to_string();
        let settings = [&hanging.settings()[..], &[("DIALPLATE_CUSTOM_TEMPLATES", custom.as_str())]].concat();
        let server = site.start_with(&site.path("templates"), &settings);
        for name in ["a.cfg", "b.cfg"] {
            assert_eq!(file(&server, name).status, expected, "{below}: {name}");
        }
        hanging.end();
        until_served(&server, "custom");
        stops(server);
    }
}

#[test]
fn hanging_plugin_folder_delays_only_its_plugins() {
    let site = Site::minimal();
    let hanging = Hanging::new(&site.path("plugins"), site.path("mark"));
    hanging.begin();
    let server = site.start_with(&site.path("templates"), &hanging.settings());
    let answer = file(&server, "a.cfg");
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    assert!(health(&server).contains("plugins does not answer"));
    hanging.end();
    until_served(&server, "edition 1");
    hanging.begin();
    site.write("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    assert!(reload(&server).1.contains("plugins does not answer"));
    stops(server);
}

#[test]
fn check_names_the_root_that_hangs() {
    let (site, hanging) = site();
    // Makes the database.
    stops(start(&site, &hanging, &[]));
    hanging.begin();
    let roots = format!("{}:{}", site.path("templates").display(), site.path("nfs").display());
    let checked: Output = site.with_settings(&site.path("templates"), |settings| {
        let settings = [settings, &hanging.settings(), &[("DIALPLATE_TEMPLATES", roots.as_str())]].concat();
        server::command("check", &settings).output().unwrap()
    });
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(!checked.status.success() && said.contains("nfs does not answer"), "{said}");
}

#[test]
fn hanging_template_dir_costs_only_its_own_device() {
    let site = Site::minimal();
    site.write("elsewhere/yealink/t46u/a.cfg", "from elsewhere");
    let hanging = Hanging::new(&site.path("elsewhere"), site.path("mark"));
    let server = site.start_with(&site.path("templates"), &hanging.settings());
    assert!(text(&server).starts_with("edition 1"));
    set(&site.path(""), "template_dir", "text", &site.path("elsewhere").display().to_string());
    until_served(&server, "from elsewhere");
    hanging.begin();
    assert_eq!(file(&server, "a.cfg").status, 503);
    assert!(health(&server).contains("elsewhere does not answer"));
    hanging.end();
    wait::until(|| file(&server, "a.cfg").status == 200, || server.log());
    assert!(ask(&server, &["reload"]).status.success());
}
