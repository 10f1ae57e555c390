//! Who asks too much, and what anyone learns from asking.

use crate::proxied::execute;
use dialplate_tests::client::{self, Answer, exchange};
use dialplate_tests::server::{Server, demo_file};
use dialplate_tests::setting;
use sqlx::{Connection, SqliteConnection};
use std::path::Path;
use std::thread;

/// Phones come through a proxy on this machine.
const PROXY: (&str, &str) = ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1");
/// Devices of the demonstration.
const KNOWN: &str = "001565000046";
const OTHER: &str = "0004f2000450";

fn ask(server: &Server, client: &str, mac: &str) -> Answer {
    let headers = [("Host", "localhost"), ("X-Forwarded-For", client)];
    client::send(server.address, "GET", &format!("/app/provision/?mac={mac}"), &headers, b"")
}

/// Gives the demonstration a default setting.
pub fn set(folder: &Path, name: &str, kind: &str, value: &str) {
    execute(folder, &setting::set(name, kind, value));
}

/// Counts devices of the demonstration.
pub fn count(folder: &Path, condition: &str) -> i64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}", demo_file(folder).display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let sql = format!("select count(*) from v_devices where {condition}");
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        count
    })
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
    assert_eq!((known.status, &known.body), (429, &unknown.body), "who is limited learns nothing");
    assert!((1..=600).contains(&known.header("retry-after").parse::<u32>().unwrap()));
    assert!(known.text().contains("429 Too Many Requests"), "{}", known.text());
    execute(folder.path(), "alter table v_devices rename to gone");
    assert_eq!(ask(&server, "198.51.100.7", "001565000109").status, 500);
    assert_eq!(ask(&server, "203.0.113.7", "001565000109").status, 429, "the database was not asked");
    assert_eq!(server.log().matches("only known phones are admitted").count(), 1);
    assert!(!server.log().contains("trusted_proxies"));
}

#[test]
fn unconfigured_proxy_is_not_limited_and_logged_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_GUESSES_PER_NETWORK_MAX", "2")]);
    assert!((0..6).all(|n| ask(&server, "203.0.113.7", &format!("00156500010{n}")).status == 403));
    assert_eq!(server.log().matches("name it in trusted_proxies").count(), 1, "{}", server.log());
}

#[test]
fn new_devices_are_limited_and_only_valid_ones_inserted() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[PROXY, ("DIALPLATE_AUTO_INSERTS_PER_MINUTE_MAX", "3")]);
    set(folder.path(), "auto_insert_enabled", "boolean", "true");
    set(folder.path(), "http_domain_filter", "boolean", "true");
    execute(
        folder.path(),
        "insert into v_domains (domain_uuid, domain_name, domain_enabled) values ('b', 'b.example', true);
         insert into v_devices (device_uuid, domain_uuid, device_address, device_enabled)
            values ('bd', 'b', '805ec00000ff', true)",
    );
    let before = count(folder.path(), "true");
    for mac in ["805ec00000f", "805ec00000fff", "..%2F..%2F00", "000000000000", "zz5ec0000001", "", "805ec00000ff"] {
        assert!(matches!(ask(&server, "203.0.113.7", mac).status, 403 | 404), "{mac}");
    }
    let nowhere = [("Host", "nowhere.example"), ("X-Forwarded-For", "203.0.113.7")];
    let target = "/app/provision/?mac=805ec0000001";
    assert_eq!(client::send(server.address, "GET", target, &nowhere, b"").status, 403);
    assert_eq!(count(folder.path(), "true"), before);
    let sweep: Vec<_> = (1..7).map(|n| ask(&server, "203.0.113.7", &format!("805ec000000{n}"))).collect();
    let limited: Vec<_> = sweep.iter().map(|answer| answer.status == 429).collect();
    assert_eq!(limited, [false, false, false, true, true, true]);
    assert!((1..=60).contains(&sweep[5].header("retry-after").parse::<u32>().unwrap()));
    assert_eq!(count(folder.path(), "true"), before + 3);
    assert_eq!(count(folder.path(), "device_address = '805ec0000001' and device_enabled"), 1);
}

#[test]
fn ten_concurrent_auto_inserts_create_one_device() {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("templates");
    std::fs::create_dir_all(templates.join("yealink/t46s")).unwrap();
    std::fs::write(templates.join("yealink/t46s/{$mac}.cfg"), "{$mac} of {$domain_name}").unwrap();
    let server = Server::demo(folder.path(), &[PROXY, ("DIALPLATE_TEMPLATES", templates.to_str().unwrap())]);
    set(folder.path(), "auto_insert_enabled", "boolean", "true");
    let headers = [
        ("Host", "localhost"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("User-Agent", "Yealink SIP-T46S 66.86.0.15 00:15:65:00:00:99"),
    ];
    let ask = || client::send(server.address, "GET", "/provision/001565000099.cfg", &headers, b"");
    let answers: Vec<Answer> = thread::scope(|scope| {
        let asking: Vec<_> = (0..10).map(|_| scope.spawn(ask)).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(count(folder.path(), "device_address = '001565000099'"), 1);
    for answer in &answers {
        assert_eq!((answer.status, answer.text().as_str()), (200, "001565000099 of localhost"));
    }
}

/// A whole answer but for what is new in every one: the nonce, and the time.
fn bare(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let without = |line: &str| match line.split_once("nonce=\"") {
        Some((before, rest)) => format!("{before}nonce{}", rest.split_once('"').map_or("", |(_, after)| after)),
        None if line.to_ascii_lowercase().starts_with("date:") => String::new(),
        None => line.to_owned(),
    };
    text.split("\r\n").map(without).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_stranger_gets_the_same_answer_whatever_device_he_names() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    set(folder.path(), "http_domain_filter", "boolean", "true");
    execute(folder.path(), &setting::digest());
    execute(
        folder.path(),
        "insert into v_domains (domain_uuid, domain_name, domain_enabled) values ('b', 'b.example', true);
         insert into v_devices (device_uuid, domain_uuid, device_address, device_template, device_enabled)
            values ('bd', 'b', '805ec00000ff', 'yealink/t46u', true);
         update v_devices set device_enabled = false where device_address = '0004f2000450'",
    );
    let ask = |query: &str, authorization: &str| {
        let request = format!(
            "GET /app/provision/?{query} HTTP/1.1\r\nHost: localhost\r\n{authorization}Connection: close\r\n\r\n"
        );
        bare(&exchange(server.address, request.as_bytes()))
    };
    let wrong = "Authorization: Digest username=\"phone\", realm=\"localhost\", nonce=\"x\", uri=\"/\", qop=auth, \
                 nc=00000001, cnonce=\"c\", response=\"0\"\r\n";
    for (authorization, kind) in [("", "digest"), (wrong, "digest"), ("Authorization: Basic cDp4\r\n", "basic")] {
        set(folder.path(), "http_auth_type", "text", kind);
        let known = ask("mac=001565000046", authorization);
        assert!(known.starts_with("HTTP/1.1 401 "), "{known}");
        assert_eq!(known.matches("nonce").count(), if kind == "digest" { 2 } else { 0 }, "{known}");
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
