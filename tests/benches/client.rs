//! Clients that send the next request on the same connection as soon as they have an answer.

use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// A URL under load.
pub struct Target {
    pub name: &'static str,
    pub path: &'static str,
}

/// The results of a load.
pub struct Figures {
    name: &'static str,
    status: u16,
    bytes: usize,
    per_second: f64,
    /// The server's processor time per request.
    processor: Duration,
    /// Sorted.
    latencies: Vec<Duration>,
}

impl Figures {
    /// The latency that so many percent of the answers had at most.
    pub fn at(&self, percent: usize) -> Duration {
        self.latencies[(self.latencies.len() - 1) * percent / 100]
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |percent| self.at(percent).as_micros();
        write!(
            f,
            "{:<24} {} {:>6} B {:>6.0}/s, processor {:>5} us, latency p10 {:>5} median {:>5} p99 {:>6} us",
            self.name,
            self.status,
            self.bytes,
            self.per_second,
            self.processor.as_micros(),
            at(10),
            at(50),
            at(99)
        )
    }
}

/// Requests one file repeatedly. The first answers are not measured, because they fill caches.
pub fn load(server: SocketAddr, pid: u32, host: &str, target: &Target, connections: usize, time: Duration) -> Figures {
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: Yealink SIP-T46U 66.86.0.15 00:15:65:2a:c3:8a\r\n\r\n",
        target.path
    );
    let mut first = Client::new(server);
    let (status, bytes) = (0..20).map(|_| first.get(request.as_bytes())).last().expect("an answer");
    let (used, begin) = (processor_time(pid), Instant::now());
    let mut latencies: Vec<_> = thread::scope(|scope| {
        let clients: Vec<_> = (0..connections)
            .map(|_| {
                scope.spawn(|| {
                    let (mut client, mut latencies) = (Client::new(server), Vec::new());
                    while begin.elapsed() < time {
                        let sent = Instant::now();
                        assert_eq!(client.get(request.as_bytes()), (status, bytes), "answers differ");
                        latencies.push(sent.elapsed());
                    }
                    latencies
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().expect("no client panics")).collect()
    });
    let (used, took) = (processor_time(pid).saturating_sub(used), begin.elapsed());
    latencies.sort_unstable();
    let count = latencies.len();
    Figures {
        name: target.name,
        status,
        bytes,
        per_second: count as f64 / took.as_secs_f64(),
        processor: used / u32::try_from(count).expect("fewer requests than that"),
        latencies,
    }
}

/// The processor time of a process, in steps of 10 ms; zero without `/proc`.
fn processor_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // After the program's name, which may contain spaces, utime and stime are the 12th and 13th fields.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

/// One keep-alive connection.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    fn new(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).expect("the server listens");
        stream.set_nodelay(true).expect("a socket option");
        Self { stream, buffer: vec![0; 1 << 18] }
    }

    /// Sends a request, and returns the answer's status and the length of its body.
    fn get(&mut self, request: &[u8]) -> (u16, usize) {
        self.stream.write_all(request).expect("the request is taken");
        let mut have = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[have..]).expect("an answer");
            assert!(read > 0, "the connection was closed");
            have += read;
            let Some(end) = self.buffer[..have].windows(4).position(|part| part == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
            let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
            let length = length.expect("a length");
            while have < end + 4 + length {
                // Only the length is needed, so later parts may overwrite earlier ones.
                let read = self.stream.read(&mut self.buffer[end + 4..]).expect("the rest");
                assert!(read > 0, "the connection was closed");
                have += read;
            }
            return (status, length);
        }
    }
}
