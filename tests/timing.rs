//! The time of a refusal does not disclose whether the device exists. This file uses `../shared/corpus`.

mod bursts;
mod statistic;

use dialplate_tests::recorded::Recorded;
use statistic::{Difference, Random, can_be_told_apart};
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
