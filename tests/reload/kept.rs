//! Documents that are rendered once, in a running server: each change gives the new answer at once.

use super::*;
use dialplate_tests::client;
use dialplate_tests::database;
use std::collections::BTreeSet;
use std::time::SystemTime;

/// Parts of the language that read the time, in a form that differs between two requests.
const TIMES: [&str; 13] = [
    "{microtime(true)}",
    "{microtime()}",
    "{gettimeofday(true)}",
    "{gettimeofday()|serialize}",
    "{uniqid()}",
    "{$microtime}",
    "{if true}{$microtime}{/if}",
    "{call_user_func('microtime', true)}",
    "{array_map('uniqid', ['a'])|implode}",
    "{function name=f}{uniqid()}{/function}{f}",
    "{assign var=t value=microtime(true)}{$t}",
    "{$smarty.now}{uniqid()}",
    "{math equation='x * 1000' x=microtime(true)}",
];

/// A server with the component of Yealink and these files for the demo Yealink.
fn server(site: &Site, files: &[(&str, &str)]) -> Server {
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    files.iter().for_each(|(name, text)| site.write(&format!("templates/yealink/t46u/{name}"), text));
    site.start()
}

fn with(server: &Server, name: &str, more: &str) -> String {
    server.get("localhost", &format!("/app/provision/?mac={DEVICE}&file={name}{more}")).text()
}

/// Asks twice, so that a kept document is asked for.
fn twice(server: &Server, name: &str, more: &str) -> String {
    let first = with(server, name, more);
    assert_eq!(with(server, name, more), first);
    first
}

#[test]
fn edited_template_gives_the_new_document() {
    let site = Site::new();
    let server = server(&site, &[("a.cfg", "one {include 'b.tpl'}"), ("b.tpl", "b1"), ("other.cfg", "other")]);
    for (name, text, expected) in [
        ("a.cfg", "two {include 'b.tpl'}", "two b1"),
        ("b.tpl", "b2", "two b2"),
        ("b.tpl", "b1", "two b1"),
        ("a.cfg", "one {include 'b.tpl'}", "one b1"),
    ] {
        twice(&server, "a.cfg", "");
        site.replace(&format!("templates/yealink/t46u/{name}"), text);
        until_served(&server, expected);
        assert_eq!(twice(&server, "a.cfg", ""), expected);
        assert_eq!(twice(&server, "other.cfg", ""), "other");
    }
}

#[test]
fn swapped_plugin_gives_the_new_document() {
    let site = Site::minimal();
    let server = site.start();
    assert!(twice(&server, "a.cfg", "").starts_with("edition 1\naddress "));
    let component = fs::read(guests::built("minimal")).unwrap();
    site.replace("plugins/minimal.wasm", another_version(&component));
    until_served(&server, "edition 1\nADDRESS ");
    assert!(twice(&server, "a.cfg", "").starts_with("edition 1\nADDRESS "));
}

#[test]
fn parameters_headers_and_rows_give_their_own_document() {
    let site = Site::new();
    let files = [("a.cfg", "{$device_label}/{$smarty.get.x}"), ("h.cfg", "{$smarty.server.HTTP_X_PHONE}")];
    let server = server(&site, &files);
    for (more, expected) in [("", "/"), ("&x=1", "/1"), ("&x=2", "/2"), ("&x[k]=2", "/Array"), ("&x=1", "/1")] {
        let text = twice(&server, "a.cfg", more);
        assert!(text.ends_with(expected), "{more}: {text}");
    }
    for phone in ["a", "b", "a"] {
        let target = format!("/app/provision/?mac={DEVICE}&file=h.cfg");
        let answer = client::send(server.address, "GET", &target, &[("Host", "localhost"), ("X-Phone", phone)], b"");
        assert_eq!(answer.text(), phone);
    }
    let rows = server::demo_url(&site.path(""));
    for label in ["Ada", "Grace"] {
        let sql = format!("update v_devices set device_label = '{label}' where device_address = '{DEVICE}'");
        database::run_blocking(&rows, &sql);
        assert_eq!(twice(&server, "a.cfg", "&x=1"), format!("{label}/1"));
    }
}

#[test]
fn printed_time_is_that_of_each_request() {
    let site = Site::new();
    let names: Vec<_> = (0..TIMES.len()).map(|number| format!("t{number}.cfg")).collect();
    let files: Vec<_> = names.iter().map(String::as_str).zip(TIMES).collect();
    let server = server(&site, &files);
    for (name, text) in files {
        let answers: BTreeSet<_> = (0..5).map(|_| with(&server, name, "")).collect();
        assert!(answers.len() > 1, "{text}: {answers:?}");
    }
}

/// A number of `/metrics`.
fn metric(server: &Server, name: &str) -> u64 {
    let text = client::get(server.admin(), "localhost", "/metrics").text();
    let number = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    number.unwrap_or_else(|| panic!("{name} is not in {text}")).parse().unwrap()
}

#[test]
fn unchanged_document_is_sent_without_a_render() {
    let site = Site::new();
    let server = server(&site, &[("a.cfg", "{$device_label}"), ("t.cfg", "{microtime(true)}")]);
    let hits = || metric(&server, "dialplate_document_hits_total");
    let renders = || metric(&server, "dialplate_render_seconds_count{plugin=\"yealink\"}");
    twice(&server, "a.cfg", "");
    let before = (hits(), renders());
    (0..10).for_each(|_| drop(with(&server, "a.cfg", "")));
    assert_eq!((hits(), renders()), (before.0 + 10, before.1));
    assert!(metric(&server, "dialplate_document_bytes") > 0);
    (0..10).for_each(|_| drop(with(&server, "t.cfg", "")));
    assert_eq!((hits(), renders()), (before.0 + 10, before.1 + 10));
}

#[test]
fn document_that_only_prints_the_time_is_kept() {
    let site = Site::new();
    let server = server(&site, &[("t.cfg", "#{$microtime}\nlabel = {$device_label}\n")]);
    let seconds = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    let renders = || metric(&server, "dialplate_render_seconds_count{plugin=\"yealink\"}");
    let label = with(&server, "t.cfg", "").split_once('\n').unwrap().1.to_owned();
    let before = renders();
    for _ in 0..10 {
        let earliest = seconds();
        let text = with(&server, "t.cfg", "");
        let (time, rest) = text.strip_prefix('#').unwrap().split_once('\n').unwrap();
        let time: f64 = time.parse().unwrap();
        // The text has four decimals.
        assert!((earliest - 1e-4..=seconds() + 1e-4).contains(&time), "{text}, asked at {earliest}");
        assert_eq!(rest, label);
    }
    assert_eq!(renders(), before);
}

#[test]
fn kept_document_answers_conditions_and_ranges() {
    let site = Site::new();
    let server = server(&site, &[("a.cfg", "0123456789")]);
    let target = format!("/app/provision/?mac={DEVICE}&file=a.cfg");
    let tag = server.get("localhost", &target).header("etag").to_owned();
    for _ in 0..3 {
        let send =
            |header: (&str, &str)| client::send(server.address, "GET", &target, &[("Host", "localhost"), header], b"");
        assert_eq!(send(("If-None-Match", &tag)).status, 304);
        let part = send(("Range", "bytes=2-4"));
        assert_eq!((part.status, part.text().as_str(), part.header("etag")), (206, "234", tag.as_str()));
    }
}
