//! A hostile plugin while it renders: what the phone, the log and other vendors see. The guest `minimal` is installed beside
//! the real Yealink component, and does what the parameter `do` names.

use dialplate_tests::server::{CLOCK, Server, new_demo_url, root};
use dialplate_tests::{database, guests, wait};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) const GUEST: &str = "02aabb000001";
/// Part of a request's line in the access log.
const ACCESS: &str = "http::access_log";
pub(crate) const YEALINK: &str = "/provision/001565000046.cfg";

/// A second domain with its own extensions and contacts, and a device of the guest in each domain.
const SECOND_DOMAIN: &str = "
insert into v_domains (domain_uuid, domain_name, domain_enabled)
values ('d0000000-0000-4000-8000-000000000002', 'other.example', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
values ('de000000-0000-4000-8000-000000000011', 'd0000000-0000-4000-8000-000000000001', '02aabb000001', 'minimal',
    'minimal/one', true),
    ('de000000-0000-4000-8000-000000000012', 'd0000000-0000-4000-8000-000000000002', '02aabb000002', 'minimal',
    'minimal/one', true);
insert into v_extensions (extension_uuid, domain_uuid, extension, password, effective_caller_id_name,
    directory_first_name, directory_visible, enabled)
values ('e0000000-0000-4000-8000-000000000900', 'd0000000-0000-4000-8000-000000000002', '900', 'secret-900',
    'Confidential Nine', 'Confidential', true, true);
insert into v_contacts (contact_uuid, domain_uuid, contact_organization, contact_name_given, contact_name_family)
values ('c0000000-0000-4000-8000-000000000900', 'd0000000-0000-4000-8000-000000000002', 'Other', 'Confidential', 'C');
";

/// The server with the guest and the Yealink component.
pub(crate) fn start(folder: &Path, settings: &[(&str, &str)]) -> Server {
    let plugins = folder.join("plugins");
    std::fs::create_dir_all(&plugins).expect("a step of the test");
    std::fs::copy(guests::built("minimal"), plugins.join("minimal.wasm")).expect("a step of the test");
    std::fs::copy(root().join("target/plugins/yealink.wasm"), plugins.join("yealink.wasm"))
        .expect("a step of the test");
    let templates = folder.join("templates");
    std::fs::create_dir_all(templates.join("minimal/one")).expect("a step of the test");
    std::fs::write(templates.join("minimal/one/a.cfg"), "reads x").expect("a step of the test");
    let url = new_demo_url(folder);
    let templates = format!("{}:{}", templates.display(), root().join("templates").display());
    let plugins = plugins.display().to_string();
    let own = [
        ("DIALPLATE_DATABASE", url.as_str()),
        ("DIALPLATE_TEMPLATES", &templates),
        ("DIALPLATE_PLUGINS", &plugins),
        ("DIALPLATE_CLOCK", CLOCK),
    ];
    let server = Server::start(&[&own, settings].concat());
    database::run_blocking(&url, SECOND_DOMAIN);
    server
}

/// The answer to the guest's device for an action.
pub(crate) fn get(server: &Server, device: &str, action: &str) -> dialplate_tests::client::Answer {
    let action: String = action.bytes().map(|byte| format!("%{byte:02x}")).collect();
    server.get("localhost", &format!("/app/provision/?mac={device}&file=a.cfg&do={action}"))
}

/// The answer to a request, and the lines that the server logged for it.
fn logged<T>(server: &Server, request: impl FnOnce() -> T) -> (T, String) {
    let before = server.log().len();
    let answer = request();
    (answer, server.log().split_off(before))
}

/// Resident memory of a process, in KB.
fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a step of the test");
    let line = status.lines().find(|line| line.starts_with("VmRSS")).expect("a step of the test");
    line.split_whitespace().nth(1).expect("a step of the test").parse().expect("a step of the test")
}

/// An action, the status of its answer, and a part of its line in the log.
pub const ACTIONS: [(&str, u16, &str); 22] = [
    ("loop", 500, "did not finish within 4000 ms (render_timeout_ms)"),
    ("recurse", 500, "crashed"),
    ("nest", 500, "exceeded stack_bytes_max"),
    ("eat-memory", 500, "(render_memory_bytes_max)"),
    ("write 1073741824", 500, "(render_memory_bytes_max)"),
    ("write 2097152", 500, "exceeded output_bytes_max"),
    ("claim 1073741824", 500, "crashed"),
    ("panic", 500, "crashed"),
    ("trap", 500, "crashed"),
    ("invalid-text", 500, "crashed"),
    ("invalid-log", 500, "crashed"),
    ("invalid-question", 500, "crashed"),
    ("header", 500, "not a valid header value"),
    ("elsewhere", 500, "not a file name"),
    ("contacts 1000000", 500, "exceeded questions_max"),
    ("limit", 500, "limit reached: nesting"),
    ("fault", 500, "minimal/one:3:7: asked to"),
    ("other", 500, "asked to"),
    ("log 10000", 200, "provisioned"),
    ("log-long 1000000", 200, "provisioned"),
    ("log-flood 1000000", 500, "(render_timeout_ms)"),
    ("answer-for 001565000046", 200, "provisioned"),
];

#[test]
fn hostile_render_costs_one_answer_and_one_log_line() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("DIALPLATE_RENDER_TIMEOUT_MS", "4000"),
        ("DIALPLATE_RENDER_MEMORY_BYTES_MAX", "16777216"),
        ("DIALPLATE_OUTPUT_BYTES_MAX", "1048576"),
        ("DIALPLATE_QUESTIONS_MAX", "20"),
    ];
    let server = start(folder.path(), &settings);
    let phone = || logged(&server, || server.get("localhost", YEALINK)).0;
    let next = || logged(&server, || get(&server, GUEST, "count")).0.text();
    let yealink = phone();
    assert_eq!((yealink.status, next()), (200, "0".to_owned()));
    // Touches all memory that a slot keeps for the next request.
    logged(&server, || get(&server, GUEST, "eat-memory"));
    let before = resident(server.id());
    for (action, status, said) in ACTIONS {
        let began = Instant::now();
        let (answer, log) = logged(&server, || get(&server, GUEST, action));
        assert_eq!(answer.status, status, "{action}: {}", server.log());
        assert!(began.elapsed() < Duration::from_secs(20), "{action} took {:?}", began.elapsed());
        let lines: Vec<_> = log.lines().filter(|line| line.contains(ACCESS)).collect();
        let [line] = lines[..] else { panic!("{action}: {log}") };
        for part in [said, "plugin.name=\"minimal\"", "template=\"minimal/one\"", GUEST] {
            assert!(line.contains(part), "{action}: {part} is not in {line}");
        }
        let told: Vec<_> = log.lines().filter(|line| !line.contains(ACCESS)).collect();
        assert!(told.len() <= 33 && log.len() < 64_000, "{action}: {} lines, {} bytes of log", told.len(), log.len());
        assert_eq!(phone().body, yealink.body, "after {action}");
        assert_eq!(next(), "0", "after {action}");
    }
    let after = resident(server.id());
    assert!(after < before + 32 * 1_024, "{before} KB before, {after} KB after");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn render_limits_are_logged_and_counted_per_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("DIALPLATE_RENDER_TIMEOUT_MS", "2000"),
        ("DIALPLATE_RENDER_MEMORY_BYTES_MAX", "4194304"),
        ("DIALPLATE_OUTPUT_BYTES_MAX", "1048576"),
        ("DIALPLATE_QUESTIONS_MAX", "2"),
        ("DIALPLATE_CONTACTS_ROWS_MAX", "1"),
        ("DIALPLATE_LOG_LINES_MAX", "3"),
        ("DIALPLATE_FAILURES_MAX", "100"),
    ];
    let server = start(folder.path(), &settings);
    for (action, key) in [
        ("loop", "render_timeout_ms"),
        ("eat-memory", "render_memory_bytes_max"),
        ("write 1500000", "output_bytes_max"),
        ("nest", "stack_bytes_max"),
        ("questions 3", "questions_max"),
        ("contacts", "contacts_rows_max"),
        ("log 4", "log_lines_max"),
    ] {
        let (_, log) = logged(&server, || get(&server, GUEST, action));
        let (name, limit) = ("plugin.name=\"minimal\"", format!("limit=\"{key}\""));
        assert!(log.lines().any(|line| line.contains(name) && line.contains(&limit)), "{action}: {log}");
        let metrics = dialplate_tests::client::get(server.admin(), "localhost", "/metrics").text();
        let counter = format!("dialplate_plugin_limits_total{{plugin=\"minimal\",limit=\"{key}\"}} 1");
        assert!(metrics.lines().any(|line| line == counter), "{counter} is not in {metrics}");
    }
}

#[test]
fn secrets_of_a_request_are_gone_for_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[("DIALPLATE_INSTANCES_MAX", "1")]);
    for (device, secret) in [(GUEST, "first"), ("02aabb000002", "second"), (GUEST, "third")] {
        let answer = get(&server, device, &format!("remember {secret}"));
        assert_eq!((answer.status, answer.text()), (200, String::new()), "{secret}");
    }
}

#[test]
fn vendors_are_served_while_loops_fill_their_instances() {
    let folder = tempfile::tempdir().unwrap();
    let settings =
        [("DIALPLATE_RENDER_TIMEOUT_MS", "4000"), ("DIALPLATE_INSTANCES_MAX", "8"), ("DIALPLATE_FAILURES_MAX", "1000")];
    let server = start(folder.path(), &settings);
    let expected = server.get("localhost", YEALINK).body;
    let began = Instant::now();
    std::thread::scope(|scope| {
        let loops: Vec<_> = (0..8).map(|_| scope.spawn(|| get(&server, GUEST, "loop").status)).collect();
        let metrics = || dialplate_tests::client::get(server.admin(), "localhost", "/metrics").text();
        wait::until(|| metrics().contains("dialplate_requests_in_flight 8\n"), metrics);
        // All have arrived; after a second, as many as possible have an instance.
        while began.elapsed() < Duration::from_secs(1) {
            assert_eq!(server.get("localhost", YEALINK).body, expected);
        }
        assert!(began.elapsed() < Duration::from_secs(4), "the phone waited for the loops: {:?}", began.elapsed());
        assert!(loops.into_iter().all(|looping| looping.join().unwrap() >= 500));
    });
}

#[test]
fn plugin_reads_only_the_domain_of_its_device() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[]);
    let own = get(&server, "02aabb000002", "ask 900").text();
    assert!(own.contains("Confidential Nine") && !own.contains("secret-900"), "{own}");
    for number in [
        "900",
        "900' or '1'='1",
        "' or domain_uuid = 'd0000000-0000-4000-8000-000000000002' --",
        "900@other.example",
        "d0000000-0000-4000-8000-000000000002",
        "%",
        "90_",
        "",
        "900\u{0}",
    ] {
        let answer = get(&server, GUEST, &format!("ask {number}"));
        let text = answer.text();
        assert!(!text.contains("Confidential"), "{number:?}: {text}");
        assert!(answer.status == 200 && text.contains("rows: []"), "{number:?}: {} {text}", answer.status);
    }
    let contacts = get(&server, GUEST, "cells").text();
    assert!(contacts.contains("Lovelace") && !contacts.contains("Confidential"), "{contacts}");
    let contacts = get(&server, "02aabb000002", "cells").text();
    assert!(contacts.contains("Confidential") && !contacts.contains("Lovelace"), "{contacts}");
}

#[test]
fn failing_plugin_is_refused_quickly_until_it_recovers() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), &[("DIALPLATE_FAILURES_MAX", "3")]);
    for _ in 0..3 {
        assert_eq!(logged(&server, || get(&server, GUEST, "panic")).0.status, 500);
    }
    let (refused, log) = logged(&server, || get(&server, GUEST, "count"));
    assert_eq!((refused.status, refused.header("retry-after")), (503, "2"), "{log}");
    let log = server.log();
    assert!(log.contains("plugin fails too often in a row") && log.contains("error.kind=\"failing\""), "{log}");
    assert_eq!(server.get("localhost", YEALINK).status, 200, "another vendor's");
    assert_eq!(get(&server, "02aabb000002", "count").status, 200, "another domain's");
    let end = Instant::now() + Duration::from_secs(10);
    while logged(&server, || get(&server, GUEST, "count")).0.status != 200 {
        assert!(Instant::now() < end, "it is never retried");
        std::thread::sleep(Duration::from_millis(100));
    }
    server.until_logged(&["plugin serves again"]);
    assert_eq!(get(&server, GUEST, "count").status, 200);
}

#[test]
fn render_of_a_lost_connection_counts_as_failure() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("DIALPLATE_RENDER_TIMEOUT_MS", "3000"), ("DIALPLATE_FAILURES_MAX", "3")];
    let server = start(folder.path(), &settings);
    let phones = [(); 3].map(|()| {
        let mut phone = std::net::TcpStream::connect(server.address).unwrap();
        let target = format!("/app/provision/?mac={GUEST}&file=a.cfg&do=loop");
        write!(phone, "GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        phone
    });
    let metrics = || dialplate_tests::client::get(server.admin(), "localhost", "/metrics").text();
    wait::until(|| metrics().contains("dialplate_requests_in_flight 3\n"), metrics);
    drop(phones);
    server.until_logged(&["plugin fails too often in a row"]);
    wait::until(|| server.log().matches("did not finish within 3000 ms").count() == 3, || server.log());
    let counted = "dialplate_plugin_failures_total{plugin=\"minimal\",kind=\"timeout\"} 3\n";
    assert!(metrics().contains(counted), "{}", metrics());
}
