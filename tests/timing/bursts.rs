//! Bursts of refused requests do not tell devices apart. The requests of a burst wait for each other, so small
//! differences add up to more than the interval at which the server sends refusals.

use super::statistic::{Random, share_of_longer};
use dialplate::password::NewPassword;
use dialplate::request::Secret;
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
/// Bursts of each kind in a round.
const BURSTS: usize = 60;
/// Logins that are sent at once, and their bursts: each takes the time of a bcrypt hash, and one runs at a time.
const LOGIN_BURST: usize = 6;
const LOGIN_BURSTS: usize = 16;
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

/// What bursts are compared.
struct Plan<'a> {
    /// What the requests of one burst have in common.
    kinds: &'a [&'a str],
    /// The request of a kind with this number in its burst.
    request: fn(&str, usize) -> String,
    /// What every answer contains.
    answer: String,
    size: usize,
    bursts: usize,
}

impl<'a> Plan<'a> {
    /// Requests of devices with a wrong password, which get this status.
    fn of_devices(kinds: &'a [&'a str], status: u16) -> Self {
        let request = |kind: &str, number: usize| {
            format!(
                "GET /app/provision/?mac={kind}{number:05} HTTP/1.1\r\nHost: {HOST}\r\n\
                 Authorization: Basic cGhvbmU6d3Jvbmc=\r\n\r\n"
            )
        };
        Self { kinds, request, answer: format!("HTTP/1.1 {status} "), size: BURST, bursts: BURSTS }
    }

    /// Logins of users with a wrong password.
    fn of_logins(kinds: &'a [&'a str]) -> Self {
        let request =
            |user: &str, _| format!("GET /provision/?username={user}&password=wrong HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        let answer = "Wrong user name or password.".to_owned();
        Self { kinds, request, answer, size: LOGIN_BURST, bursts: LOGIN_BURSTS }
    }

    /// A round finds a difference if the share of longer bursts is this far from 0.5: three standard deviations of the
    /// share for two equal kinds.
    fn bound(&self) -> f64 {
        let bursts = self.bursts as f64;
        3.0 * ((2.0 * bursts + 1.0) / (12.0 * bursts * bursts)).sqrt()
    }
}

/// Sends a burst of requests, and returns the mean time of an answer in microseconds.
fn burst(connections: &mut [TcpStream], kind: &str, plan: &Plan<'_>) -> f64 {
    let started = Instant::now();
    for (number, connection) in connections.iter_mut().enumerate() {
        connection.write_all((plan.request)(kind, number).as_bytes()).unwrap();
    }
    let read = |connection: &mut TcpStream| {
        let mut answer = [0; 4096];
        let length = connection.read(&mut answer).unwrap();
        let text = String::from_utf8_lossy(&answer[..length]);
        assert!(text.contains(&plan.answer), "{kind}: {text}");
        started.elapsed().as_secs_f64() * 1e6
    };
    let times = thread::scope(|scope| {
        let readers: Vec<_> = connections.iter_mut().map(|connection| scope.spawn(|| read(connection))).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).sum::<f64>()
    });
    times / plan.size as f64
}

/// Asserts that no two kinds differ in every round, in the same direction.
fn assert_alike(server: SocketAddr, plan: &Plan<'_>) {
    let (kinds, answer) = (plan.kinds, plan.answer.trim());
    let connect = |_| TcpStream::connect(server).unwrap();
    let mut connections: Vec<_> = (0..plan.size).map(connect).collect();
    let pairs: Vec<_> = (0..kinds.len()).flat_map(|one| (0..one).map(move |other| (one, other))).collect();
    let mut suspected: Vec<(usize, usize, f64)> = pairs.into_iter().map(|(one, other)| (one, other, 0.0)).collect();
    for round in 0..ROUNDS {
        let mut random = Random::new(round);
        let mut times = vec![Vec::new(); kinds.len()];
        for _ in 0..plan.bursts {
            // All kinds one after the other, from a random one on, so that a slow moment meets all of them.
            let first = random.next() as usize;
            for kind in (0..kinds.len()).map(|number| (first + number) % kinds.len()) {
                times[kind].push(burst(&mut connections, kinds[kind], plan));
            }
        }
        suspected.retain_mut(|(one, other, before)| {
            let difference = share_of_longer(&times[*one], &times[*other]) - 0.5;
            println!("{answer}, round {round}: {} and {} differ by {difference:.2}", kinds[*one], kinds[*other]);
            let is_found = difference.abs() > plan.bound() && difference * *before >= 0.0;
            *before = difference;
            is_found
        });
        if suspected.is_empty() {
            return;
        }
    }
    panic!("bursts of {answer} tell kinds apart: {suspected:?} of {kinds:?}");
}

/// A server without limits on a new database with this URL.
async fn serve(url: &str, rows: &str) -> Server {
    database::run(url, rows).await;
    let templates = root().join("templates").display().to_string();
    Server::start(&[
        ("DIALPLATE_DATABASE", url),
        ("DIALPLATE_TEMPLATES", &templates),
        ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "0"),
        ("DIALPLATE_GUESSES_PER_OUI_MAX", "0"),
    ])
}

/// A user with accounts, a disabled user, and one with a hash of FusionPBX's releases before bcrypt, both without accounts.
fn users() -> String {
    let hash = NewPassword::of(&Secret::new("s3cret")).unwrap().hash;
    let row = |(number, name, hash, salt, is_enabled): (usize, &str, &str, &str, bool)| {
        let uuid = format!("5d{:06x}-0000-4000-8000-{number:012x}", 4);
        format!(
            "insert into v_users (user_uuid, domain_uuid, username, password, salt, user_enabled) values \
             ('{uuid}', '5d000000-0000-4000-8000-000000000001', '{name}', '{hash}', '{salt}', '{is_enabled}');"
        )
    };
    let account = |number: usize| {
        format!(
            "insert into v_extensions (extension_uuid, domain_uuid, extension, password, enabled) values \
             ('5d000005-0000-4000-8000-{number:012x}', '5d000000-0000-4000-8000-000000000001', '{number}', 'p', true); \
             insert into v_extension_users (extension_user_uuid, domain_uuid, extension_uuid, user_uuid) values \
             ('5d000006-0000-4000-8000-{number:012x}', '5d000000-0000-4000-8000-000000000001', \
             '5d000005-0000-4000-8000-{number:012x}', '5d000004-0000-4000-8000-000000000001');"
        )
    };
    let md5 = "d42a0f742ffc1be4e1cc0845c2429c97";
    let users = [(1, "ada", hash.as_str(), "", true), (2, "gone", &hash, "", false), (3, "old", md5, "salt", true)]
        .map(row)
        .concat();
    users + &(100..140).map(account).collect::<String>()
}

/// Measures logins with a wrong password.
async fn measure_logins(url: &str) {
    let server = serve(url, &(rows(true) + &users())).await;
    assert_alike(server.address, &Plan::of_logins(&["nobody", "ada", "gone", "old"]));
}

/// Measures on a new database with this URL, with the domain filter on or off.
async fn measure(url: &str, is_filtered: bool) {
    let server = serve(url, &rows(is_filtered)).await;
    assert_alike(server.address, &Plan::of_devices(&[FOREIGN, OWN, DISABLED, UNKNOWN], 401));
    if is_filtered {
        database::run(url, "delete from v_domain_settings where domain_setting_subcategory like 'http_auth%'").await;
        assert_alike(server.address, &Plan::of_devices(&[FOREIGN, UNKNOWN], 403));
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
fn bursts_of_logins_do_not_tell_users_apart() {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    runtime.block_on(async {
        measure_logins(&database::empty(folder.path()).await).await;
        let Some(postgres) = Postgres::start().await else { return };
        measure_logins(&postgres.database("logins", &[]).await).await;
    });
}

#[test]
fn bursts_do_not_tell_devices_apart_on_postgresql() {
    let runtime = Runtime::new().unwrap();
    let Some(postgres) = runtime.block_on(Postgres::start()) else { return };
    for (name, is_filtered) in [("filtered", true), ("unfiltered", false)] {
        runtime.block_on(async { measure(&postgres.database(name, &[]).await, is_filtered).await });
    }
}
