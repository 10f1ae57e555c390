//! The time of a refusal does not disclose whether the device exists. Uses `../shared/corpus`.

mod statistic;

use dialplate_tests::recorded::Recorded;
use statistic::{Difference, ROUNDS, Random, can_be_told_apart};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Instant;

/// Addresses of each kind.
const ADDRESSES: usize = 2_000;
/// Enough to finish in time, and few enough to leave the server a processor.
const CLIENTS: usize = 4;

const HOST: &str = "alpha.example.net";

/// Two thousand devices with even numbers, and a domain that demands digest credentials.
const DEVICES: &str = "
    insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
        select gen_random_uuid(), domain_uuid, '0015659' || lpad(to_hex(2 * number), 5, '0'), 'yealink', 'yealink/t46u', true
        from v_domains, generate_series(0, 1999) number where domain_name = 'alpha.example.net';
    insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
            domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
        select gen_random_uuid(), domain_uuid, 'provision', name, kind, value, true from v_domains,
            (values ('http_auth_username', 'text', 'phone'), ('http_auth_password', 'array', 'secret1'),
                ('http_auth_enabled', 'boolean', 'true'), ('http_auth_type', 'text', 'digest')) setting(name, kind, value)
        where domain_name = 'alpha.example.net';
    analyze;
";

/// A connection for many requests.
struct Connection(TcpStream);

impl Connection {
    fn new(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// The time of one answer in microseconds. Every answer is a 401.
    fn request(&mut self, address: usize) -> f64 {
        let request = format!("GET /app/provision/?mac=0015659{address:05x} HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        let started = Instant::now();
        self.0.write_all(request.as_bytes()).unwrap();
        let mut answer = [0; 4096];
        let mut length = 0;
        while !answer[..length].ends_with(b"Authorization Required") {
            let read = self.0.read(&mut answer[length..]).unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&answer[..length]));
            length += read;
        }
        let took = started.elapsed().as_secs_f64() * 1e6;
        assert!(answer.starts_with(b"HTTP/1.1 401 "));
        took
    }
}

/// Requests every address once: pairs of the time for a known address and for its unknown neighbour, in random order.
fn measure(server: SocketAddr, seed: u64) -> Vec<(f64, f64)> {
    let client = |client: usize| {
        let (mut connection, mut random) = (Connection::new(server), Random::new(seed + client as u64));
        for _ in 0..50 {
            connection.request(1);
        }
        let mut pair = |number: usize| {
            let known = (random.next() % 2 == 0).then(|| connection.request(2 * number));
            let unknown = connection.request(2 * number + 1);
            (known.unwrap_or_else(|| connection.request(2 * number)), unknown)
        };
        (client..ADDRESSES).step_by(CLIENTS).map(&mut pair).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(move || client(number))).collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    })
}

/// Requests that are sent at once, and how often.
const BURST: usize = 40;
const BURSTS: usize = 60;

/// Settings of the other domain: reading them would take far longer than finding a device.
const OTHER_DOMAIN: &str = "
    insert into v_domains (domain_uuid, domain_name, domain_enabled)
        values ('5d000000-0000-4000-8000-000000000002', 'burst.example.net', true);
    insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
            domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
        select gen_random_uuid(), '5d000000-0000-4000-8000-000000000002', 'provision', 'burst_' || number, 'text',
            repeat('x', 100), true from generate_series(1, 280) number;
    insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
        select gen_random_uuid(), '5d000000-0000-4000-8000-000000000002', '805ec0a' || lpad(number::text, 5, '0'),
            'yealink', '', true from generate_series(0, 39) number;
    insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
        select gen_random_uuid(), domain_uuid, kind || lpad(number::text, 5, '0'), 'yealink', '', kind = '805ec0b'
        from v_domains, generate_series(0, 39) number, (values ('805ec0b'), ('805ec0c')) as of(kind)
        where domain_name = 'alpha.example.net';
    analyze;
";

/// The kinds of addresses: another domain's, the domain's own, its disabled ones, and unknown ones.
const KINDS: [&str; 4] = ["805ec0a", "805ec0b", "805ec0c", "805ec0d"];

/// Sends a burst, and returns the mean time of an answer in microseconds.
fn burst(connections: &mut [TcpStream], kind: &str, status: u16) -> f64 {
    let started = Instant::now();
    for (number, connection) in connections.iter_mut().enumerate() {
        let request = format!("GET /app/provision/?mac={kind}{number:05} HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        connection.write_all(request.as_bytes()).unwrap();
    }
    let reading = |connection: &mut TcpStream| {
        let mut answer = [0; 4096];
        let length = connection.read(&mut answer).unwrap();
        assert!(answer.starts_with(format!("HTTP/1.1 {status} ").as_bytes()), "{kind}: {length} bytes");
        started.elapsed().as_secs_f64() * 1e6
    };
    let times = thread::scope(|scope| {
        let readers: Vec<_> = connections.iter_mut().map(|connection| scope.spawn(|| reading(connection))).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).sum::<f64>()
    });
    times / BURST as f64
}

/// The probability that a burst of one kind takes longer than one of the other.
fn longer(one: &[f64], other: &[f64]) -> f64 {
    let wins: f64 = one.iter().map(|a| other.iter().filter(|b| a > b).count() as f64).sum();
    wins / (one.len() * other.len()) as f64
}

/// Whether two kinds can be told apart in each of some rounds, and in the same direction.
fn bursts_can_be_told_apart(server: SocketAddr, kinds: &[&str], status: u16) -> bool {
    let connect = |_| TcpStream::connect(server).unwrap();
    let mut connections: Vec<_> = (0..BURST).map(connect).collect();
    let mut round = |seed: u64| {
        let mut random = Random::new(seed);
        let mut times = vec![Vec::new(); kinds.len()];
        for number in 0..BURSTS * kinds.len() {
            // Each kind in turn, from a random one on, so that a slow moment meets all of them.
            let kind = (number + random.next() as usize) % kinds.len();
            times[kind].push(burst(&mut connections, kinds[kind], status));
        }
        let unknown = times.pop().unwrap();
        times.iter().map(|times| longer(times, &unknown) - 0.5).collect::<Vec<_>>()
    };
    let rounds: Vec<_> = (0..ROUNDS as u64).map(&mut round).collect();
    println!("{status}: by how much each kind takes longer than an unknown one: {rounds:.2?}");
    (0..kinds.len() - 1).any(|kind| {
        let of_kind = || rounds.iter().map(|round| round[kind]);
        of_kind().all(|difference| difference > 0.15) || of_kind().all(|difference| difference < -0.15)
    })
}

#[test]
fn bursts_of_refusals_do_not_tell_devices_apart() {
    let Some(database) = Recorded::start() else { return };
    database.run(DEVICES);
    database.run(OTHER_DOMAIN);
    let server = database.serve(&[("DIALPLATE_GUESSES_PER_NETWORK_MAX", "0"), ("DIALPLATE_GUESSES_PER_OUI_MAX", "0")]);
    assert!(!bursts_can_be_told_apart(server.address, &KINDS, 401), "where the domain demands credentials");
    database.run("delete from v_domain_settings where domain_setting_subcategory like 'http_auth%'");
    let kinds = [KINDS[0], KINDS[3]];
    assert!(!bursts_can_be_told_apart(server.address, &kinds, 403), "where it demands none");
}

#[test]
fn refusals_take_equally_long_for_known_and_unknown_devices() {
    let Some(database) = Recorded::start() else { return };
    database.run(DEVICES);
    let server = database.serve(&[]);
    let mut round = 0;
    let told_apart = can_be_told_apart(|| {
        round += 100;
        let pairs = measure(server.address, round);
        assert_eq!(pairs.len(), ADDRESSES);
        let difference = Difference::of(&pairs);
        println!("{difference}");
        difference
    });
    assert!(!told_apart, "a known device can be told from an unknown one");
}
