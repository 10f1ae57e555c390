//! Bursts of refused requests do not tell devices apart. The requests of a burst wait for each other, so small
//! differences add up to more than the interval at which the server sends refusals.

use super::statistic::{Random, share_of_longer};
use dialplate_tests::database;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{Server, root};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Instant;
use tokio::runtime::Runtime;

/// Requests that are sent at once.
const BURST: usize = 40;
/// Bursts of each kind in a round. Of two equal kinds, one then takes longer in 0.5 of the pairs, with a standard
/// deviation of 0.05.
const BURSTS: usize = 60;
/// A round finds a difference if the share is this far from 0.5: three standard deviations.
const BOUND: f64 = 0.15;
/// A busy machine may disturb one kind more than another in one round, but not in the same direction in all.
const ROUNDS: u64 = 3;

const HOST: &str = "alpha.example.net";

/// The beginnings of addresses: another domain's devices, those of the requested domain, its disabled ones, and unknown
/// ones.
const FOREIGN: &str = "805ec0a";
const OWN: &str = "805ec0b";
const DISABLED: &str = "805ec0c";
const UNKNOWN: &str = "805ec0d";

/// Three domains, whose settings demand credentials. One has so many settings that to read them would take longer than
/// everything else, and one is the strictest, which judges unknown devices. The devices have no template, so the domain lends them one.
fn rows(is_filtered: bool) -> String {
    let mut script = std::fs::read_to_string(root().join("host/src/directory/embedded/schema.sql")).unwrap();
    let mut insert = |table: &str, columns: &str, rows: Vec<String>| {
        script += &format!("insert into {table} ({columns}) values {};\n", rows.join(", "));
    };
    let uuid = |kind: u8, number: usize| format!("'5d{kind:06x}-0000-4000-8000-{number:012x}'");
    let domains = [(1, HOST), (2, "burst.example.net"), (3, "strict.example.net")];
    let domain = |(number, name): (usize, &str)| format!("({}, '{name}', true)", uuid(0, number));
    insert("v_domains", "domain_uuid, domain_name, domain_enabled", domains.map(domain).into());
    let names = |prefix: &str| {
        let name = |part| format!("{prefix}_setting_{part}");
        let parts = ["uuid", "category", "subcategory", "name", "value", "enabled"];
        parts.map(name).join(", ")
    };
    let default = |(number, (name, value)): (usize, (&str, bool))| {
        format!("({}, 'provision', '{name}', 'boolean', '{value}', true)", uuid(1, number))
    };
    let defaults = [("enabled", true), ("http_domain_filter", is_filtered)];
    insert("v_default_settings", &names("default"), defaults.into_iter().enumerate().map(default).collect());
    let mut settings = Vec::new();
    let mut set = |domain: usize, name: &str, kind: &str, value: &str| {
        let number = settings.len();
        settings.push(format!(
            "({}, 'provision', '{name}', '{kind}', '{value}', true, {})",
            uuid(2, number),
            uuid(0, domain)
        ));
    };
    for domain in [1, 2, 3] {
        set(domain, "http_auth_username", "text", "phone");
        set(domain, "http_auth_password", "array", "secret1");
        set(domain, "http_auth_type", "text", "basic");
    }
    set(3, "http_auth_enabled", "boolean", "true");
    (0..280).for_each(|number| set(2, &format!("burst_{number}"), "text", &"x".repeat(100)));
    insert("v_domain_settings", &(names("domain") + ", domain_uuid"), settings);
    let mut devices = Vec::new();
    for (kind, domain) in [(FOREIGN, 2), (OWN, 1), (DISABLED, 1)] {
        for number in 0..BURST {
            let (uuid, domain) = (uuid(3, devices.len()), uuid(0, domain));
            devices.push(format!("({uuid}, {domain}, '{kind}{number:05}', 'yealink', '', {})", kind != DISABLED));
        }
    }
    let columns = "device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled";
    insert("v_devices", columns, devices);
    script
}

/// Sends a burst of requests with a wrong password, and returns the mean time of an answer in microseconds.
fn burst(connections: &mut [TcpStream], kind: &str, status: u16) -> f64 {
    let started = Instant::now();
    for (number, connection) in connections.iter_mut().enumerate() {
        let request = format!(
            "GET /app/provision/?mac={kind}{number:05} HTTP/1.1\r\nHost: {HOST}\r\n\
             Authorization: Basic cGhvbmU6d3Jvbmc=\r\n\r\n"
        );
        connection.write_all(request.as_bytes()).unwrap();
    }
    let read = |connection: &mut TcpStream| {
        let mut answer = [0; 4096];
        let length = connection.read(&mut answer).unwrap();
        assert!(answer.starts_with(format!("HTTP/1.1 {status} ").as_bytes()), "{kind}: {length} bytes");
        started.elapsed().as_secs_f64() * 1e6
    };
    let times = thread::scope(|scope| {
        let readers: Vec<_> = connections.iter_mut().map(|connection| scope.spawn(|| read(connection))).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).sum::<f64>()
    });
    times / BURST as f64
}

/// Asserts that no two kinds differ in every round, in the same direction.
fn assert_alike(server: SocketAddr, kinds: &[&str], status: u16) {
    let connect = |_| TcpStream::connect(server).unwrap();
    let mut connections: Vec<_> = (0..BURST).map(connect).collect();
    let pairs: Vec<_> = (0..kinds.len()).flat_map(|one| (0..one).map(move |other| (one, other))).collect();
    let mut suspected: Vec<(usize, usize, f64)> = pairs.into_iter().map(|(one, other)| (one, other, 0.0)).collect();
    for round in 0..ROUNDS {
        let mut random = Random::new(round);
        let mut times = vec![Vec::new(); kinds.len()];
        for _ in 0..BURSTS {
            // All kinds one after the other, from a random one on, so that a slow moment meets all of them.
            let first = random.next() as usize;
            for kind in (0..kinds.len()).map(|number| (first + number) % kinds.len()) {
                times[kind].push(burst(&mut connections, kinds[kind], status));
            }
        }
        suspected.retain_mut(|(one, other, before)| {
            let difference = share_of_longer(&times[*one], &times[*other]) - 0.5;
            println!("{status}, round {round}: {} and {} differ by {difference:.2}", kinds[*one], kinds[*other]);
            let is_found = difference.abs() > BOUND && difference * *before >= 0.0;
            *before = difference;
            is_found
        });
        if suspected.is_empty() {
            return;
        }
    }
    panic!("bursts of {status} tell kinds of devices apart: {suspected:?} of {kinds:?}");
}

/// Measures on a new database with this URL, with the domain filter on or off.
async fn measure(url: &str, is_filtered: bool) {
    database::run(url, &rows(is_filtered)).await;
    let templates = root().join("templates").display().to_string();
    let server = Server::start(&[
        ("DIALPLATE_DATABASE", url),
        ("DIALPLATE_TEMPLATES", &templates),
        ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "0"),
        ("DIALPLATE_GUESSES_PER_OUI_MAX", "0"),
    ]);
    assert_alike(server.address, &[FOREIGN, OWN, DISABLED, UNKNOWN], 401);
    if is_filtered {
        database::run(url, "delete from v_domain_settings where domain_setting_subcategory like 'http_auth%'").await;
        assert_alike(server.address, &[FOREIGN, UNKNOWN], 403);
    }
}

#[test]
fn bursts_do_not_tell_devices_apart_on_sqlite() {
    let runtime = Runtime::new().unwrap();
    for is_filtered in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        runtime.block_on(async { measure(&database::empty(folder.path()).await, is_filtered).await });
    }
}

#[test]
fn bursts_do_not_tell_devices_apart_on_postgresql() {
    let runtime = Runtime::new().unwrap();
    let Some(postgres) = runtime.block_on(Postgres::start()) else { return };
    for (name, is_filtered) in [("filtered", true), ("unfiltered", false)] {
        runtime.block_on(async { measure(&postgres.database(name, &[]).await, is_filtered).await });
    }
}
