//! Rate limits for requests that name no known device, and what their answers reveal.

use crate::proxied::execute;
use dialplate_tests::app::TestApp;
use dialplate_tests::client::{self, Answer, exchange};
use dialplate_tests::database;
use dialplate_tests::server::{self, Server, demo_url};
use dialplate_tests::setting::{self, digest};
use std::path::Path;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Phones come through a proxy on this machine.
const PROXY: (&str, &str) = ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1");
/// Devices of the demonstration.
const KNOWN: &str = "001565000046";
const OTHER: &str = "0004f2000450";
/// Another domain with a device.
const OTHER_DOMAIN: &str = "insert into v_domains (domain_uuid, domain_name, domain_enabled)
        values ('b', 'b.example', true);
    insert into v_devices (device_uuid, domain_uuid, device_address, device_template, device_enabled)
        values ('bd', 'b', '805ec00000ff', 'yealink/t46u', true);";

/// Gives the demonstration in a folder a default setting.
pub fn set(folder: &Path, name: &str, kind: &str, value: &str) {
    execute(folder, &setting::set(name, kind, value));
}

/// Counts devices of the demonstration in a folder.
pub fn count(folder: &Path, condition: &str) -> i64 {
    let query = format!("select count(*) from v_devices where {condition}");
    database::value_blocking(&demo_url(folder), &query).parse().unwrap()
}

pub fn ask(server: &Server, client: &str, mac: &str) -> Answer {
    let headers = [("Host", "localhost"), ("X-Forwarded-For", client)];
    client::send(server.address, "GET", &format!("/app/provision/?mac={mac}"), &headers, b"")
}

#[test]
fn sweep_gets_429_and_known_phones_still_get_files() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[PROXY, ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "5")]);
    assert_eq!(ask(&server, "203.0.113.7", KNOWN).status, 200);
    let sweep: Vec<_> = (0..8).map(|n| ask(&server, "203.0.113.7", &format!("00156500010{n}")).status).collect();
    assert_eq!(sweep, [403, 403, 403, 403, 403, 429, 429, 429]);
    assert_eq!(ask(&server, "203.0.113.7", KNOWN).status, 200, "its phone is known");
    assert_eq!(ask(&server, "198.51.100.7", "001565000109").status, 403, "another network");
    let (unknown, known) = (ask(&server, "203.0.113.7", "001565000109"), ask(&server, "203.0.113.7", OTHER));
    assert_eq!((known.status, &known.body), (429, &unknown.body), "known and unknown devices get equal answers");
    assert!((1..=600).contains(&known.header("retry-after").parse::<u32>().unwrap()));
    assert!(known.text().contains("429 Too Many Requests"), "{}", known.text());
    assert_eq!(server.log().matches("only known phones and valid credentials are admitted").count(), 1);
    assert!(!server.log().contains("trusted_proxies"));
}

#[test]
fn operator_lists_and_clears_limits() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[PROXY, ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "2")]);
    let admin = server.admin().to_string();
    let limits = |arguments: &[&str]| {
        let mut command = server::command("limits", &[]);
        let output = command.args(arguments).args(["--admin-listen", &admin]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(limits(&["list"]), "no limit is reached\n");
    for client in ["203.0.113.7", "2001:db8:1:2::7"] {
        assert_eq!([0, 1, 2].map(|n| ask(&server, client, &format!("00156500010{n}")).status), [403, 403, 429]);
    }
    let listed = limits(&["list"]);
    assert!(listed.contains("failed requests of network 203.0.113.0/24: 2 of 2, ends in "), "{listed}");
    assert!(listed.contains("failed requests of network 2001:db8:1:2::/64: 2 of 2, ends in "), "{listed}");
    assert!(limits(&["list", "--json"]).contains("\"failures_of_network\""));
    limits(&["clear", "2001:db8:1::/48"]);
    assert_eq!(ask(&server, "2001:db8:1:2::7", "001565000103").status, 403);
    assert_eq!(ask(&server, "203.0.113.7", "001565000103").status, 429);
    assert!(limits(&["clear"]).starts_with("cleared "));
    assert_eq!(ask(&server, "203.0.113.7", "001565000103").status, 403);
    assert!(server.log().contains("limits cleared by the operator"));
}

#[test]
fn unconfigured_proxy_is_not_limited_and_logged_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_GUESSES_PER_NETWORK_MAX", "2")]);
    assert!((0..6).all(|n| ask(&server, "203.0.113.7", &format!("00156500010{n}")).status == 403));
    assert_eq!(server.log().matches("name it in trusted_proxies").count(), 1, "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn new_devices_are_limited_and_only_valid_ones_inserted() {
    let app = TestApp::init()
        .with_config("trusted_proxies", "127.0.0.1")
        .with_config("auto_inserts_per_minute_max", "3")
        .with_sql(&setting::set("auto_insert_enabled", "boolean", "true"))
        .with_sql(&setting::set("http_domain_filter", "boolean", "true"))
        .with_sql(OTHER_DOMAIN);
    let app = app.build().await;
    let ask_at = async |host: &str, mac: &str| {
        let headers = [("Host", host), ("X-Forwarded-For", "203.0.113.7")];
        app.send("GET", &format!("/app/provision/?mac={mac}"), &headers, b"").await
    };
    let ask = async |mac: &str| ask_at("localhost", mac).await;
    let count = async |condition: &str| {
        let count = app.value(&format!("select count(*) from v_devices where {condition}")).await;
        count.parse::<u32>().unwrap()
    };
    let before = count("true").await;
    for mac in ["805ec00000f", "805ec00000fff", "..%2F..%2F00", "000000000000", "zz5ec0000001", "", "805ec00000ff"] {
        assert!(matches!(ask(mac).await.status, 403 | 404), "{mac}");
    }
    assert_eq!(ask_at("nowhere.example", "805ec0000001").await.status, 403);
    assert_eq!(count("true").await, before);
    let mut sweep = Vec::new();
    for n in 1..7 {
        sweep.push(ask(&format!("805ec000000{n}")).await);
    }
    let limited: Vec<_> = sweep.iter().map(|answer| answer.status == 429).collect();
    assert_eq!(limited, [false, false, false, true, true, true]);
    assert!((1..=60).contains(&sweep[5].header("retry-after").parse::<u32>().unwrap()));
    assert_eq!(count("true").await, before + 3);
    assert_eq!(count("device_address = '805ec0000001' and device_enabled").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_concurrent_auto_inserts_create_one_device() {
    let app = TestApp::init()
        .with_template("yealink/t46s/{$mac}.cfg", "{$mac} of {$domain_name}")
        .with_sql(&setting::set("auto_insert_enabled", "boolean", "true"));
    let app = Arc::new(app.build().await);
    let mut asking = JoinSet::new();
    for _ in 0..10 {
        let app = Arc::clone(&app);
        let agent = "Yealink SIP-T46S 66.86.0.15 00:15:65:00:00:99";
        asking.spawn(async move { app.get_as(agent, "/provision/001565000099.cfg").await.says() });
    }
    for says in asking.join_all().await {
        assert_eq!(says, "001565000099 of localhost");
    }
    assert_eq!(app.value("select count(*) from v_devices where device_address = '001565000099'").await, "1");
}

/// An answer without the parts that differ in every answer: nonces and the date.
fn bare(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let without = |line: &str| match line.split_once("nonce=\"") {
        Some((before, rest)) => format!("{before}nonce{}", rest.split_once('"').map_or("", |(_, after)| after)),
        None if line.to_ascii_lowercase().starts_with("date:") => String::new(),
        None => line.to_owned(),
    };
    text.split("\r\n").map(without).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn unauthenticated_answer_is_the_same_for_any_device() {
    let app = TestApp::init()
        .with_sql(&setting::set("http_domain_filter", "boolean", "true"))
        .with_sql(&digest())
        .with_sql(OTHER_DOMAIN)
        .with_sql("update v_devices set device_enabled = false where device_address = '0004f2000450'");
    let app = app.build().await;
    let server = app.listen().await;
    let ask = |query: &str, authorization: &str| {
        let request = format!(
            "GET /app/provision/?{query} HTTP/1.1\r\nHost: localhost\r\n{authorization}Connection: close\r\n\r\n"
        );
        bare(&exchange(server, request.as_bytes()))
    };
    let wrong = "Authorization: Digest username=\"phone\", realm=\"localhost\", nonce=\"x\", uri=\"/\", qop=auth, \
                 nc=00000001, cnonce=\"c\", response=\"0\"\r\n";
    for (authorization, kind) in [("", "digest"), (wrong, "digest"), ("Authorization: Basic cDp4\r\n", "basic")] {
        app.run_sql(&setting::set("http_auth_type", "text", kind)).await;
        let known = ask("mac=001565000046", authorization);
        assert!(known.starts_with("HTTP/1.1 401 "), "{known}");
        assert_eq!(known.matches("nonce").count(), usize::from(kind == "digest"), "{known}");
        for other in [
            "mac=001565000047",
            "mac=0004f2000450",
            "mac=805ec00000ff",
            "mac=001565",
            "mac=000000000000",
            "ext=101",
            "ext=999",
            "file=x",
            "mac=001565000046&file=nothing",
        ] {
            assert_eq!(ask(other, authorization), known, "{other}");
        }
    }
}
