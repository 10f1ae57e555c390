//! Client addresses behind proxies, and provisioning records that a stop must not lose.

use dialplate_tests::app::TestApp;
use dialplate_tests::client::{self, exchange, parse};
use dialplate_tests::database;
use dialplate_tests::nginx::Nginx;
use dialplate_tests::server::{self, Server, demo_url};
use dialplate_tests::setting::{digest, set};
use dialplate_tests::wait;
use std::path::Path;

const PAGE: &str = "/app/provision/?mac=001565000046";

/// The recorded method and address of the last provisioning of the demonstration's Yealink, empty if it has none.
const RECORD: &str = "select device_provisioned_method || ' ' || device_provisioned_ip from v_devices \
    where device_address = '001565000046' and device_provisioned_date is not null";

/// Runs SQL statements on the demonstration database in a folder.
pub fn execute(folder: &Path, sql: &str) {
    database::run_blocking(&demo_url(folder), sql);
}

const FORWARDED: [(&str, &str); 5] = [
    ("Host", "127.0.0.1"),
    ("X-Forwarded-For", "203.0.113.9, 198.51.100.7"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Real-IP", "203.0.113.9"),
    ("X-Forwarded-Proto", "https"),
];

#[tokio::test(flavor = "multi_thread")]
async fn forwarded_address_counts_only_from_trusted_proxy() {
    for (trusted, method, address) in
        [("10.0.0.0/8", "http", "127.0.0.1"), ("127.0.0.0/24, ::1", "https", "198.51.100.7")]
    {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path(), &[("DIALPLATE_TRUSTED_PROXIES", trusted)]);
        assert_eq!(client::send(server.address, "GET", PAGE, &FORWARDED, b"").status, 200);
        let (url, record) = (demo_url(folder.path()), format!("{method} {address}"));
        database::until_value(&url, RECORD, &record).await.unwrap();
        let log = server.log();
        assert!(log.contains(&format!("client.address={address}")), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_address_does_not_pass_cidr() {
    let app = TestApp::init().with_sql(&set("cidr", "array", "198.51.100.0/24")).build().await;
    let forged = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "Via"];
    for name in forged {
        let value = if name == "Forwarded" { "for=198.51.100.7" } else { "198.51.100.7" };
        let answer = app.send("GET", PAGE, &[("Host", "localhost"), (name, value)], b"").await;
        assert_eq!(answer.status, 404, "{name}");
    }
}

#[test]
fn unreadable_forwarded_address_is_in_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_TRUSTED_PROXIES", "127.0.0.0/24")]);
    let status = |headers: &[(&str, &str)]| {
        let headers = [&[("Host", "127.0.0.1")], headers].concat();
        client::send(server.address, "GET", PAGE, &headers, b"").status
    };
    assert_eq!(status(&[("X-Forwarded-For", "\u{ff}")]), 200);
    let database = demo_url(folder.path());
    wait::until(|| database::value_blocking(&database, RECORD) == "http unknown", || server.log());
    execute(folder.path(), &set("cidr", "array", "127.0.0.0/8"));
    assert_eq!(status(&[]), 200, "the proxy's own request");
    // The client sends each char as one byte. The proxy appends its peer's address.
    for list in ["\u{ff}", "\u{ff}, 127.0.0.1", "\u{ff}, 198.51.100.7", "unknown", "x, 127.0.0.1", ""] {
        assert_eq!(status(&[("X-Forwarded-For", list)]), 404, "{list:?}");
    }
    assert_eq!(status(&[("X-Forwarded-For", "\u{ff}"), ("X-Forwarded-For", "127.0.0.1")]), 404);
    assert_eq!(status(&[("X-Real-IP", "\u{ff}127.0.0.1")]), 404);
    assert_eq!(status(&[("X-Forwarded-For", "\u{ff}, 127.0.1.1")]), 200, "a client in the network");
    let log = server.log();
    assert!(log.contains("client.address=unknown") && log.contains("client.address=198.51.100.7"), "{log}");
}

#[test]
fn forged_bytes_before_nginx_do_not_escape_limits() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1"), ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "3")];
    let server = Server::demo(folder.path(), &limits);
    let port = server::free_port();
    let Some(nginx) = Nginx::start(
        port,
        &format!(
            "server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{}; proxy_set_header Host localhost; \
             proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }} }}",
            server.address
        ),
    ) else {
        return;
    };
    let guess = |number: usize| {
        let headers = [("Host", "localhost"), ("X-Forwarded-For", "203.0.113.9, \u{ff}\u{e9}")];
        client::send(nginx.address, "GET", &format!("/app/provision/?mac=00156500010{number}"), &headers, b"").status
    };
    assert_eq!((0..5).map(guess).collect::<Vec<_>>(), [403, 403, 403, 429, 429]);
    assert!(!server.log().contains("client.address=127.0.0.1"), "{}", server.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_protocol_from_trusted_proxy_names_the_client() {
    let app = TestApp::init().with_config("trusted_proxies", "127.0.0.1").with_config("proxy_protocol", "true");
    let app = app.build().await;
    let server = app.listen().await;
    let request =
        format!("GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Real-IP: 203.0.113.9\r\nConnection: close\r\n\r\n");
    let version_2 = |address: [u8; 4]| {
        let head = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c".to_vec();
        [head, address.to_vec(), vec![127, 0, 0, 1, 0x13, 0xc4, 0, 80]].concat()
    };
    for (header, address) in [
        (b"PROXY TCP4 198.51.100.7 127.0.0.1 5060 80\r\n".to_vec(), "198.51.100.7"),
        (b"PROXY TCP6 2001:db8::7 ::1 5060 80\r\n".to_vec(), "2001:db8::7"),
        (b"PROXY UNKNOWN\r\n".to_vec(), "203.0.113.9"),
        (version_2([198, 51, 100, 8]), "198.51.100.8"),
    ] {
        // A record is written only if it is newer, and the clock stands still.
        app.run_sql("update v_devices set device_provisioned_date = null").await;
        assert_eq!(parse(&exchange(server, &[&header, request.as_bytes()].concat())).status, 200);
        app.until_value(RECORD, &format!("http {address}")).await;
    }
    assert!(exchange(server, request.as_bytes()).is_empty(), "a connection without a PROXY header is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn proxy_protocol_from_other_peer_is_refused() {
    let app = TestApp::init().with_config("trusted_proxies", "192.0.2.1").with_config("proxy_protocol", "true");
    let app = app.build().await;
    let bytes = format!("PROXY TCP4 192.0.2.1 127.0.0.1 5060 80\r\nGET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    assert_eq!(parse(&exchange(app.listen().await, bytes.as_bytes())).status, 400);
    assert_eq!(app.get(PAGE).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn digest_uses_target_before_the_proxy_rewrite() {
    for (trusted, status) in [("127.0.0.1", 200), ("192.0.2.1", 401)] {
        let app = TestApp::init().with_config("trusted_proxies", trusted).with_sql(&digest()).build().await;
        let original = "/provision/001565000046.cfg";
        let ask = async |authorization: &str| {
            let headers = [("Host", "localhost"), ("X-Original-URI", original), ("Authorization", authorization)];
            app.send("GET", PAGE, &headers, b"").await
        };
        let challenge = ask("").await;
        assert_eq!(challenge.status, 401);
        let signed = super::gate::sign(challenge.header("www-authenticate"), "GET", original, ["phone", "secret1"]);
        assert_eq!(ask(&signed).await.status, status, "{trusted}");
    }
}

#[test]
fn device_is_recorded_without_file_but_not_at_unknown_url() {
    for (target, status, record) in [
        ("/provision/001565000046.cfg?file=nothing.cfg", 404, "http 127.0.0.1"),
        ("/provision/00-15-65-00-00-46.cfg", 200, "http 127.0.0.1"),
        ("/provision/SIP001565000046.cnf", 404, ""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path(), &[]);
        assert_eq!(server.get("127.0.0.1", target).status, status, "{target}");
        // A stop loses no record, so there is nothing to wait for.
        assert_eq!(server.stop(), Some(0));
        assert_eq!(database::value_blocking(&demo_url(folder.path()), RECORD), record, "{target}");
    }
}

#[test]
fn device_served_just_before_shutdown_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    assert_eq!(server.get("127.0.0.1", PAGE).status, 200);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(database::value_blocking(&demo_url(folder.path()), RECORD), "http 127.0.0.1");
}
