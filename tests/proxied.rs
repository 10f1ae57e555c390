//! Whose request it is, and what is written down of it: addresses behind proxies, and rows that a stop must not lose.

use dialplate_tests::client::{self, exchange, parse};
use dialplate_tests::server::{Server, demo_file};
use dialplate_tests::{setting, wait};
use sqlx::{Connection, Row, SqliteConnection};
use std::path::Path;

const PAGE: &str = "/app/provision/?mac=001565000046";

fn connect<T>(folder: &Path, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", demo_file(folder).display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let done = work(&mut connection).await;
        connection.close().await.unwrap();
        done
    })
}

/// Runs a statement on the demonstration database.
pub fn execute(folder: &Path, sql: &str) {
    connect(folder, async |connection| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
    });
}

/// Method and address that the demonstration's Yealink was provisioned with.
fn noted(folder: &Path) -> Option<(String, String)> {
    let sql = "select device_provisioned_method, device_provisioned_ip from v_devices \
               where device_address = '001565000046' and device_provisioned_date is not null";
    connect(folder, async |connection| {
        let row = sqlx::query(sql).fetch_optional(connection).await.unwrap()?;
        Some((row.get(0), row.get(1)))
    })
}

/// Forgets the note, has `ask` ask, and waits for the new one.
fn noted_after(folder: &Path, ask: impl FnOnce()) -> (String, String) {
    execute(folder, "update v_devices set device_provisioned_date = null");
    ask();
    wait::until(|| noted(folder).is_some(), || "the device was not noted".to_owned());
    noted(folder).unwrap()
}

const FORWARDED: [(&str, &str); 5] = [
    ("Host", "127.0.0.1"),
    ("X-Forwarded-For", "203.0.113.9, 198.51.100.7"),
    ("X-Forwarded-For", "127.0.0.1"),
    ("X-Real-IP", "203.0.113.9"),
    ("X-Forwarded-Proto", "https"),
];

fn row(method: &str, address: &str) -> (String, String) {
    (method.to_owned(), address.to_owned())
}

#[test]
fn forwarded_addresses_count_from_a_configured_proxy_and_from_nobody_else() {
    for (trusted, expected) in
        [("10.0.0.0/8", row("http", "127.0.0.1")), ("127.0.0.0/24, ::1", row("https", "198.51.100.7"))]
    {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path(), &[("DIALPLATE_TRUSTED_PROXIES", trusted)]);
        let ask = || assert_eq!(client::send(server.address, "GET", PAGE, &FORWARDED, b"").status, 200);
        assert_eq!(noted_after(folder.path(), ask), expected, "{trusted}");
        let log = server.log();
        assert!(log.contains(&format!("client.address={}", expected.1)), "{log}");
    }
}

#[test]
fn a_forged_address_opens_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    execute(folder.path(), &setting::set("cidr", "array", "198.51.100.0/24"));
    let forged = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "Via"];
    for name in forged {
        let value = if name == "Forwarded" { "for=198.51.100.7" } else { "198.51.100.7" };
        let answer = client::send(server.address, "GET", PAGE, &[("Host", "127.0.0.1"), (name, value)], b"");
        assert_eq!(answer.status, 404, "{name}");
    }
}

#[test]
fn a_trusted_proxy_names_its_clients_by_the_proxy_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1"), ("DIALPLATE_PROXY_PROTOCOL", "true")];
    let server = Server::demo(folder.path(), &settings);
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
        let ask = || assert_eq!(parse(&exchange(server.address, &[&header, request.as_bytes()].concat())).status, 200);
        assert_eq!(noted_after(folder.path(), ask), row("http", address));
    }
    assert!(exchange(server.address, request.as_bytes()).is_empty(), "whose connection it is cannot be known");
}

#[test]
fn a_proxy_header_from_anyone_else_is_no_request() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("DIALPLATE_TRUSTED_PROXIES", "192.0.2.1"), ("DIALPLATE_PROXY_PROTOCOL", "true")];
    let server = Server::demo(folder.path(), &settings);
    let bytes = format!("PROXY TCP4 192.0.2.1 127.0.0.1 5060 80\r\nGET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    assert_eq!(parse(&exchange(server.address, bytes.as_bytes())).status, 400);
    assert_eq!(server.get("127.0.0.1", PAGE).status, 200);
}

#[test]
fn digest_is_made_for_the_target_that_the_phone_asked_its_proxy_for() {
    for (trusted, status) in [("127.0.0.1", 200), ("192.0.2.1", 401)] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path(), &[("DIALPLATE_TRUSTED_PROXIES", trusted)]);
        execute(folder.path(), &setting::digest());
        let original = "/provision/001565000046.cfg";
        let ask = |authorization: &str| {
            let headers = [("Host", "127.0.0.1"), ("X-Original-URI", original), ("Authorization", authorization)];
            client::send(server.address, "GET", PAGE, &headers, b"")
        };
        let challenge = ask("");
        assert_eq!(challenge.status, 401);
        let signed = super::gate::sign(challenge.header("www-authenticate"), "GET", original, ["phone", "secret1"]);
        assert_eq!(ask(&signed).status, status, "{trusted}");
    }
}

#[test]
fn a_device_is_noted_without_a_file_but_not_at_a_url_that_fusionpbx_would_not_see() {
    for (target, status, is_noted) in [
        ("/provision/001565000046.cfg?file=nothing.cfg", 404, true),
        ("/provision/00-15-65-00-00-46.cfg", 200, true),
        ("/provision/SIP001565000046.cnf", 404, false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path(), &[]);
        assert_eq!(server.get("127.0.0.1", target).status, status, "{target}");
        // A stop loses no note.
        assert_eq!(server.stop(), Some(0));
        assert_eq!(noted(folder.path()).is_some(), is_noted, "{target}");
    }
}

#[test]
fn a_device_that_was_served_just_before_the_stop_is_noted() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    assert_eq!(noted(folder.path()), None);
    assert_eq!(server.get("127.0.0.1", PAGE).status, 200);
    assert_eq!(server.stop(), Some(0));
    assert_eq!(noted(folder.path()), Some(row("http", "127.0.0.1")));
}
