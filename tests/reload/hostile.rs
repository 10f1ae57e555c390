//! Hostile components in a running server: effects on phones, log, plugin list and metrics.

use super::*;
use crate::guests_render::ACTIONS;
use crate::proxied::execute;
use dialplate_tests::{client, guests};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The demo Polycom, served by the real component, and the demo Grandstream, served by the guest.
const OTHER_VENDOR: &str = "0004f2000450";
const NEIGHBOUR: &str = "000b82002170";
const MINIMAL: &str = "plugins/minimal.wasm";
/// Actions that are not counted as failures of the plugin.
const NO_FAILURES: [&str; 2] = ["limit", "fault"];

/// Low limits, so that endless loops end soon.
const SETTINGS: [(&str, &str); 7] = [
    ("DIALPLATE_PREPARE_TIMEOUT_MS", "3000"),
    ("DIALPLATE_PREPARE_MEMORY_BYTES_MAX", "83886080"),
    ("DIALPLATE_RENDER_TIMEOUT_MS", "3000"),
    ("DIALPLATE_RENDER_MEMORY_BYTES_MAX", "16777216"),
    ("DIALPLATE_OUTPUT_BYTES_MAX", "1048576"),
    ("DIALPLATE_COMPONENT_BYTES_MAX", guests::BYTES_MAX),
    ("DIALPLATE_FAILURES_MAX", "2"),
];

fn start() -> (Site, Server) {
    let site = Site::minimal();
    site.write("templates/grandstream/gxp2170/a.cfg", "edition 1");
    site.write("templates/polycom/vvx450/a.cfg", "for {$device_label}\n");
    fs::copy(root().join("target/plugins/polycom.wasm"), site.path("plugins/polycom.wasm")).unwrap();
    let server = site.start_with(&site.path("templates"), &SETTINGS);
    (site, server)
}

fn document(server: &Server, device: &str) -> Answer {
    server.get("localhost", &format!("/app/provision/?mac={device}&file=a.cfg"))
}

/// Whether an answer comes from this version of the guest.
fn is_of(answer: &Answer, version: &str, device: &str) -> bool {
    answer.status == 200 && answer.text().contains(&format!("\n{version} {device}"))
}

/// Runs `work` while phones send requests, all of which have to succeed.
fn unnoticed<T>(server: &Server, mut work: impl FnMut() -> T) -> T {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let phones = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                let (phone, other) = (document(server, DEVICE), document(server, OTHER_VENDOR));
                assert!(is_of(&phone, "address", DEVICE), "{} {}", phone.status, phone.text());
                assert_eq!((other.status, other.text()), (200, "for Grace\n".to_owned()));
                thread::sleep(Duration::from_millis(20));
            }
        });
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut work));
        stop.store(true, Ordering::Relaxed);
        phones.join().expect("no phone notices");
        done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

fn metrics(server: &Server) -> String {
    client::get(server.admin(), "localhost", "/metrics").text()
}

fn minimal_as_listed(server: &Server) -> serde_json::Value {
    let listed = listed(server);
    let mut plugins = listed["plugins"].as_array().into_iter().flatten();
    plugins.find(|plugin| plugin["name"] == "minimal").expect("it is listed").clone()
}

#[test]
fn hostile_components_are_refused_without_failed_request() {
    let (site, server) = start();
    let good = fs::read(site.path(MINIMAL)).unwrap();
    let refused = guests::refused(&site.path(MINIMAL));
    let path = |guest: &guests::Refused| format!("plugins/{}.wasm", guest.name);
    unnoticed(&server, || {
        refused.iter().for_each(|guest| site.replace(&path(guest), &guest.component));
        let (all_serves, said) = reload(&server);
        assert!(!all_serves && said.lines().count() == refused.len(), "{said}");
        let (listed, metrics) = (listed(&server), metrics(&server));
        assert_eq!(listed["refused"].as_array().map(Vec::len), Some(refused.len()));
        for guest in &refused {
            let line = said.lines().find(|line| line.contains(&format!("{}.wasm ", guest.name))).expect(&guest.name);
            assert!(line.contains(guest.reason) && !line.contains("stays active"), "{line}");
            let gauge = format!("dialplate_plugin_refused{{file=\"{}.wasm\"}} 1", guest.name);
            assert!(metrics.contains(&gauge), "{gauge} is not in {metrics}");
        }
        refused.iter().for_each(|guest| fs::remove_file(site.path(&path(guest))).unwrap());
        assert_eq!(reload(&server), (true, "everything on disk serves\n".to_owned()));
    });
    unnoticed(&server, || {
        for guest in &refused {
            site.replace(MINIMAL, &guest.component);
            let (_, said) = reload(&server);
            assert!(
                said.contains(guest.reason) && said.contains("previous version stays active"),
                "{}: {said}",
                guest.name
            );
        }
        assert_eq!(minimal_as_listed(&server)["state"], "old_serves");
        site.replace(MINIMAL, &good);
        assert!(reload(&server).0);
    });
    let (metrics, log) = (metrics(&server), server.log());
    for (plugin, limit) in [
        ("describe-loops", "prepare_timeout_ms"),
        ("describe-eats-memory", "prepare_memory_bytes_max"),
        ("describe-recurses", "stack_bytes_max"),
        ("describe-repeats", "prepare_output_bytes_max"),
        ("table-of-millions", "table_entries_max"),
        ("too-large", "component_bytes_max"),
    ] {
        let counter = format!("dialplate_plugin_limits_total{{plugin=\"{plugin}\",limit=\"{limit}\"}} 1");
        assert!(metrics.contains(&counter), "{counter} is not in {metrics}");
        let words = ["plugin refused; nothing is loaded from its file", &format!("plugin.name=\"{plugin}\""), limit];
        assert!(log.lines().any(|line| words.iter().all(|word| line.contains(word))), "{words:?} is not in {log}");
    }
    assert!(!metrics.contains("dialplate_plugin_refused{"), "nothing is refused any more: {metrics}");
}

#[test]
fn version_failing_for_a_phone_yields_to_last_good_one() {
    let (site, server) = start();
    let good = fs::read(site.path(MINIMAL)).unwrap();
    assert!(is_of(&document(&server, DEVICE), "address", DEVICE));
    // Actions that end in a document come last: afterwards, that version counts as good.
    let (answers, failures): (Vec<_>, Vec<_>) = ACTIONS.into_iter().partition(|(_, status, _)| *status == 200);
    for (action, status, _) in failures.into_iter().chain(answers) {
        site.replace(MINIMAL, planted(&good, DEVICE, action));
        assert!(reload(&server).0, "{action} is not done in a trial");
        for _ in 0..2 {
            assert_eq!(document(&server, DEVICE).status, status, "{action}");
        }
        let (plugin, then) = (minimal_as_listed(&server), document(&server, DEVICE));
        assert_eq!(plugin["version"], "0.2.0");
        if status == 200 || NO_FAILURES.contains(&action) {
            assert_eq!((&plugin["state"], then.status), (&"ok".into(), status), "{action}");
        } else {
            assert_eq!(plugin["state"], "last_good_serves", "{action}");
            assert!(is_of(&then, "address", DEVICE), "{action}: {} {}", then.status, then.text());
        }
        assert_eq!(document(&server, OTHER_VENDOR).text(), "for Grace\n", "after {action}");
    }
}

#[test]
fn failing_version_is_reported_and_recovers_with_a_phone() {
    let (site, server) = start();
    let good = fs::read(site.path(MINIMAL)).unwrap();
    assert!(is_of(&document(&server, DEVICE), "address", DEVICE));
    site.replace(MINIMAL, planted(&good, DEVICE, "panic"));
    assert!(reload(&server).0);
    assert_eq!([(); 2].map(|()| document(&server, DEVICE).status), [500; 2]);
    unnoticed(&server, || {
        server.until_logged(&["plugin fails too often in a row", "plugin.name=\"minimal\"", "minimal.wasm"]);
        let table = String::from_utf8(ask(&server, &["plugin", "list"]).stdout).unwrap();
        let row = table.lines().find(|line| line.starts_with("minimal ")).expect("a row");
        assert!(row.contains("0.2.0") && row.contains("last good serves"), "{table}");
        assert!(table.contains("minimal: crashed"), "{table}");
        assert!(metrics(&server).contains("dialplate_plugin_failing{plugin=\"minimal\"} 1"));
        // A new preparation does not clear its failures.
        site.write("templates/grandstream/gxp2170/a.cfg", "edition 2");
        server.until_logged(&["prepared with the changed templates", "plugin.name=\"minimal\""]);
        // The server retries it for the failing phone, which keeps getting the old version's document.
        server.until_logged(&["retry of a failing plugin failed", DEVICE]);
        let reloaded = reload(&server);
        assert!(reloaded.0, "a reload finds nothing new: {}", reloaded.1);
        assert!(metrics(&server).contains("dialplate_plugin_failing{plugin=\"minimal\"} 1"));
    });
    assert!(is_of(&document(&server, NEIGHBOUR), "ADDRESS", NEIGHBOUR), "the new version serves other folders");
    let same_folder =
        format!("update v_devices set device_template = 'yealink/t46u' where device_address = '{NEIGHBOUR}'");
    execute(&site.path(""), &same_folder);
    until("another phone of the folder heals it", || {
        assert_eq!(document(&server, NEIGHBOUR).status, 200);
        server.log().contains("plugin serves again")
    });
    assert!(is_of(&document(&server, NEIGHBOUR), "ADDRESS", NEIGHBOUR), "the new version serves");
    assert_eq!(minimal_as_listed(&server)["state"], "ok");
    assert!(metrics(&server).contains("dialplate_plugin_failing{plugin=\"minimal\"} 0"));
    site.replace(MINIMAL, another_version(&good));
    assert!(reload(&server).0);
    assert!(is_of(&document(&server, DEVICE), "ADDRESS", DEVICE), "repaired");
}

#[test]
fn limit_reached_in_a_trial_is_counted_once() {
    let (site, server) = start();
    let good = fs::read(site.path(MINIMAL)).unwrap();
    // The address of the sample device.
    site.replace(MINIMAL, planted(&good, "02aabb000001", "loop"));
    let (all_serves, said) = reload(&server);
    assert!(!all_serves && said.contains("failed in `render`"), "{said}");
    let (metrics, counter) =
        (metrics(&server), "dialplate_plugin_limits_total{plugin=\"minimal\",limit=\"render_timeout_ms\"} 1");
    assert!(metrics.lines().any(|line| line == counter), "{metrics}");
}

#[test]
fn newline_in_file_name_starts_no_line_in_log_or_answer() {
    let site = Site::minimal();
    fs::rename(site.path(MINIMAL), site.path("plugins/minimal\nforged.wasm")).unwrap();
    let server = site.start();
    site.write("plugins/bad\nforged.wasm", "no component");
    site.write("templates/yealink/t46u/large\nforged.cfg", vec![b'x'; (4 << 20) + 1]);
    site.write("templates/yealink/t53\nforged/prepare-panics", "");
    let (_, said) = reload(&server);
    assert_eq!(said.lines().count(), 3, "a line for each of them: {said}");
    let table = String::from_utf8(ask(&server, &["plugin", "list"]).stdout).unwrap();
    fs::rename(site.path("plugins/minimal\nforged.wasm"), site.path(MINIMAL)).unwrap();
    for words in [
        ["plugin loaded", "/minimal\u{fffd}forged.wasm"],
        ["plugin refused", "/bad\u{fffd}forged.wasm"],
        ["could not be reloaded", "/large\u{fffd}forged.cfg"],
        ["template does not compile", "/t53\u{fffd}forged"],
        ["plugin removed", "/minimal\u{fffd}forged.wasm"],
    ] {
        server.until_logged(&words);
    }
    for text in [said, table, server.log()] {
        assert!(text.contains("\u{fffd}forged") && !text.lines().any(|line| line.starts_with("forged")), "{text}");
    }
}
