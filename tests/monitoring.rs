//! Readiness, metrics, the dashboard and the alert rules.

use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{Server, root};
use dialplate_tests::{client, skip};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

const SCHEMA: &str = include_str!("../host/src/directory/embedded/schema.sql");

/// The endings that a histogram's samples have.
const SAMPLES: [&str; 3] = ["_bucket", "_sum", "_count"];

/// The names of metrics in a text.
fn names(text: &str) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let starts = text.match_indices("dialplate_").map(|(at, _)| &text[at..]);
    starts.map(|rest| rest.chars().take_while(|c| is_name(*c)).collect()).collect()
}

fn file(name: &str) -> String {
    fs::read_to_string(root().join("monitoring").join(name)).unwrap()
}

/// Every expression of the dashboard, with values for Grafana's variables.
fn expressions() -> Vec<String> {
    let dashboard: Json = serde_json::from_str(&file("grafana.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let expression = |target: &Json| target["expr"].as_str().unwrap().to_owned();
    targets.map(|target| expression(target).replace("$__rate_interval", "5m").replace("$instance", ".*")).collect()
}

fn metrics(server: &Server) -> String {
    client::get(server.admin(), "localhost", "/metrics").text()
}

#[test]
fn every_metric_of_dashboard_and_alerts_exists() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    assert_eq!(server.get("127.0.0.1", "/provision/001565000046.cfg").status, 200);
    assert_ne!(server.get("127.0.0.1", "/provision/001565999999.cfg").status, 200);
    let said = metrics(&server);
    let served = said.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next());
    // A metric with labels has no line before its first event, so the registry counts too.
    let source = fs::read_to_string(root().join("host/src/metrics.rs")).unwrap();
    let registered =
        source.split("register(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    let registered: BTreeSet<_> = registered.map(|name| format!("dialplate_{name}")).collect();
    assert!(served.clone().count() > 10 && served.clone().all(|name| registered.contains(name)), "{registered:?}");
    let known = registered;
    let is_known = |name: &str| {
        let base = SAMPLES.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
        known.contains(base.strip_suffix("_total").unwrap_or(base))
    };
    let shown = names(&expressions().join("\n"));
    for name in names(&file("alerts.yml")).iter().chain(&shown) {
        assert!(is_known(name), "{name} is not in\n{said}");
    }
    // And the other way round: nothing that the server counts is forgotten.
    for name in &known {
        assert!(shown.iter().any(|shown| shown.starts_with(name)), "the dashboard does not show {name}");
    }
}

/// Lets promtool check a file; `None` if it is not installed.
fn promtool(arguments: &[&str], text: &str) -> Option<(bool, String)> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.yml");
    fs::copy(root().join("monitoring/alerts.yml"), folder.path().join("alerts.yml")).unwrap();
    fs::write(&path, text).unwrap();
    let Ok(output) = Command::new("promtool").args(arguments).arg(&path).output() else {
        skip("promtool is not installed");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Some((output.status.success(), said))
}

#[test]
fn promtool_accepts_alerts_and_dashboard() {
    let Some((is_ok, said)) = promtool(&["check", "rules"], &file("alerts.yml")) else { return };
    assert!(is_ok, "{said}");
    let rules: Vec<_> = expressions()
        .into_iter()
        .enumerate()
        .map(|(number, expr)| json!({ "record": format!("panel:{number}"), "expr": expr }))
        .collect();
    // JSON is YAML.
    let text = json!({ "groups": [{ "name": "dashboard", "rules": rules }] }).to_string();
    let Some((is_ok, said)) = promtool(&["check", "rules"], &text) else { return };
    assert!(is_ok, "{said}");
}

/// A server that answers a tenth of its requests with 503, whose plugin fails, and whose phones cannot be notified or do not
/// fetch, and one that is down.
const ALERT_CASES: &str = r#"
rule_files: [alerts.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'up{job="dialplate",instance="a"}', values: '1x15' }
      - { series: 'up{job="dialplate",instance="b"}', values: '0x15' }
      - { series: 'dialplate_requests_total{instance="a",status="200"}', values: '0+540x15' }
      - { series: 'dialplate_requests_total{instance="a",status="503"}', values: '0+60x15' }
      - { series: 'dialplate_plugin_failing{instance="a",plugin="yealink"}', values: '1x15' }
      - { series: 'dialplate_plugin_failing{instance="a",plugin="polycom"}', values: '0x15' }
      - { series: 'dialplate_resyncs_total{instance="a",outcome="failed"}', values: '0 0 2x15' }
      - { series: 'dialplate_resyncs_total{instance="a",outcome="not_registered"}', values: '0 0 3x15' }
      - { series: 'dialplate_resync_fetches_total{instance="a",outcome="not_fetched"}', values: '0 6x15' }
      - { series: 'dialplate_resync_fetches_total{instance="a",outcome="fetched"}', values: '0 4x15' }
      - { series: 'dialplate_resync_fetches_total{instance="c",outcome="not_fetched"}', values: '0 4x15' }
      - { series: 'dialplate_resync_fetches_total{instance="c",outcome="fetched"}', values: '0 6x15' }
    alert_rule_test:
      - eval_time: 12m
        alertname: DialplateDown
        exp_alerts: [{ exp_labels: { severity: critical, job: dialplate, instance: b }, exp_annotations: { summary: "Dialplate on b does not answer", description: "Phones get no configuration. Run `systemctl status dialplate` and `dialplate doctor`." } }]
      - eval_time: 12m
        alertname: DialplateServerErrors
        exp_alerts: [{ exp_labels: { severity: critical, instance: a }, exp_annotations: { summary: "More than 5 % of the answers of a are server errors", description: "The label outcome of dialplate_requests_total names the cause, the log each request." } }]
      - eval_time: 12m
        alertname: DialplatePluginFailing
        exp_alerts: [{ exp_labels: { severity: critical, instance: a, plugin: yealink }, exp_annotations: { summary: "The plugin yealink on a fails", description: "Phones of its vendors get 503. Run `dialplate plugin list`." } }]
      - eval_time: 12m
        alertname: DialplatePhonesNotNotified
        exp_alerts: [{ exp_labels: { severity: warning, instance: a, outcome: failed }, exp_annotations: { summary: "a could not notify phones of an edit (failed)", description: "The log names the phones and the reason. Then run `dialplate resync --outdated`." } }]
      - eval_time: 13m
        alertname: DialplatePhonesNotFetching
        exp_alerts: [{ exp_labels: { severity: warning, instance: a }, exp_annotations: { summary: "More than half of the phones that a notified have not fetched", description: "They ignore the NOTIFY, or cannot reach the server. `dialplate journal --follow` shows who fetches; docs/resync.md names what phones need." } }]
      - { eval_time: 12m, alertname: DialplateManyRefusals, exp_alerts: [] }
      - { eval_time: 12m, alertname: DialplateLimitReached, exp_alerts: [] }
"#;

#[test]
fn alerts_fire_for_broken_servers_alone() {
    let Some((is_ok, said)) = promtool(&["test", "rules"], ALERT_CASES) else { return };
    assert!(is_ok, "{said}");
}

#[test]
fn failed_requests_are_counted_by_network() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [("DIALPLATE_GUESSES_PER_NETWORK_MAX", "2"), ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1")];
    let server = Server::demo(folder.path(), &limits);
    for digits in 0..4 {
        let headers = [("Host", "127.0.0.1"), ("X-Forwarded-For", "198.51.100.7")];
        client::send(server.address, "GET", &format!("/provision/00156500aa0{digits}.cfg"), &headers, b"");
    }
    let said = metrics(&server);
    assert!(said.contains("dialplate_network_failures{network=\"198.51.100.0/24\"} 2"), "{said}");
    assert!(said.contains("dialplate_limits_reached{kind=\"failures_of_network\"} 1"), "{said}");
}

#[test]
fn kept_facts_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    for _ in 0..5 {
        assert_eq!(server.get("127.0.0.1", "/provision/001565000046.cfg").status, 200);
    }
    let said = metrics(&server);
    let value = |name: &str| -> u64 {
        let line = said.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} in {said}")).trim().parse().unwrap()
    };
    assert!(value("dialplate_facts_hits_total ") >= 4 && value("dialplate_facts_bytes ") > 0, "{said}");
    assert!(value("dialplate_facts_misses_total ") >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_needs_the_database_and_health_does_not() {
    let Some(mut postgres) = Postgres::start().await else { return };
    let folder = tempfile::tempdir().unwrap();
    let url = postgres.database("fusionpbx", &[SCHEMA]).await;
    let templates = root().join("templates").display().to_string();
    let server = Server::start(&[
        ("DIALPLATE_DATABASE", &url),
        ("DIALPLATE_TEMPLATES", &templates),
        ("DIALPLATE_DATA", folder.path().to_str().unwrap()),
    ]);
    let ask = |path: &str| client::get(server.admin(), "localhost", path);
    assert_eq!((ask("/ready").status, ask("/ready").text().as_str()), (200, "ready\n"));
    postgres.stop();
    let answer = ask("/ready");
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("database"), "{}", answer.text());
    assert_eq!(ask("/health").status, 200);
}
