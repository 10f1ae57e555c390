//! A thousand changes while phones ask.

use super::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// Changes that were swapped in, the background's re-preparations not among them.
const CHANGES: u32 = 1_000;
const CONNECTIONS: usize = 8;
/// Between two requests of one connection: the load is steady, and the machine is not only the client's.
const PAUSE: Duration = Duration::from_millis(10);
/// What the allocator may keep more at the end than in the middle, half a thousand changes earlier: some fifty
/// components of the guest are as large as this.
const SLACK_KB: u64 = 16 << 10;
/// Builds give way to everything else that runs.
const RELOAD_PATIENCE: Duration = Duration::from_secs(300);
const FILES: [&str; 3] = ["a.cfg", "b.cfg", "c.cfg"];

/// A connection that is kept.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(server: SocketAddr, patience: Duration) -> Self {
        let stream = TcpStream::connect(server).unwrap();
        stream.set_read_timeout(Some(patience)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(BufReader::new(stream))
    }

    fn send(&mut self, method: &str, target: &str) -> (u16, String) {
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost\r\nX-Dialplate-Caller: test\r\nContent-Length: 0\r\n\r\n"
        );
        self.0.get_mut().write_all(request.as_bytes()).unwrap();
        let (mut status, mut length) = (0, 0);
        for line in self.0.by_ref().lines() {
            let line = line.unwrap().to_ascii_lowercase();
            match line.split_once([' ', ':']) {
                None => break,
                Some(("http/1.1", rest)) => status = rest[..3].parse().unwrap(),
                Some(("content-length", rest)) => length = rest.trim().parse().unwrap(),
                Some(_) => {}
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (status, String::from_utf8(body).unwrap())
    }

    /// Swaps so far, and what is wrong.
    fn reload(&mut self) -> (u64, usize) {
        let (status, body) = self.send("POST", "/reload");
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, 200);
        (answer["swaps"].as_u64().unwrap(), answer["wrong"].as_array().unwrap().len())
    }
}

/// A template's text: half of it, or two mixed, would not fit its own sum.
fn edition(number: u64) -> String {
    format!("edition {number} {} {}", "x".repeat(500), number.wrapping_mul(7_919))
}

/// The edition that an answer is, whole.
fn edition_of(answer: &str) -> u64 {
    let first = answer.lines().next().unwrap_or_default();
    let number = first.split(' ').nth(1).and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(first, edition(number));
    let second = answer.lines().nth(1).unwrap_or_default().to_ascii_lowercase();
    assert_eq!(second, format!("address {DEVICE}"));
    number
}

/// Asks until it is told to stop. No answer may fail, be of a broken text, or be older than the one before.
fn ask_on(server: SocketAddr, which: usize, stop: &AtomicBool, asked: &AtomicU64) {
    let mut connection = Connection::open(server, PATIENCE);
    let mut last = [0; FILES.len()];
    while !stop.load(Ordering::Relaxed) {
        for (at, file) in FILES.iter().enumerate().cycle().skip(which).take(FILES.len()) {
            let (status, body) = connection.send("GET", &format!("/app/provision/?mac={DEVICE}&file={file}"));
            assert_eq!(status, 200, "{body}");
            let number = edition_of(&body);
            assert!(number >= last[at], "{file} went back from {} to {number}", last[at]);
            last[at] = number;
            asked.fetch_add(1, Ordering::Relaxed);
            thread::sleep(PAUSE);
        }
    }
}

/// The disk as it changes.
struct Changes<'a> {
    site: &'a Site,
    components: [Vec<u8>; 2],
    current: usize,
    number: u64,
}

impl Changes<'_> {
    /// One change; how many things on disk are wrong then.
    fn next(&mut self) -> usize {
        self.number += 1;
        let name = format!("templates/yealink/t46u/{}", FILES[self.number as usize % FILES.len()]);
        let component = "plugins/minimal.wasm";
        match self.number % 10 {
            // Repaired by the next change.
            3 => self.site.write("templates/yealink/t46u/a.cfg", format!("fault {}", self.number)),
            6 => self.site.write(component, &self.components[0][..self.number as usize % 1_000 + 8]),
            4 => self.site.replace("templates/yealink/t46u/a.cfg", edition(self.number)),
            7 | 9 => {
                self.current ^= 1;
                self.site.replace(component, &self.components[self.current]);
            }
            5 => self.site.write(&name, edition(self.number)),
            _ => self.site.replace(&name, edition(self.number)),
        }
        usize::from(matches!(self.number % 10, 3 | 6))
    }
}

/// Ends the load, also when a test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What a process holds.
#[derive(Debug)]
struct Held {
    anonymous_kb: u64,
    mapped_kb: u64,
    files: usize,
}

impl Held {
    fn by(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let number = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap()
        };
        let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
        Self { anonymous_kb: number("RssAnon"), mapped_kb: number("RssFile") + number("RssShmem"), files }
    }
}

#[test]
fn a_thousand_changes_under_load_fail_no_request_and_leak_nothing() {
    let Some(site) = Site::minimal() else { return };
    FILES.iter().for_each(|file| site.write(&format!("templates/yealink/t46u/{file}"), edition(0)));
    let first = fs::read(site.path("plugins/minimal.wasm")).unwrap();
    let components = [another_version(&first), first];
    // A cache that holds a few of the some hundred components that are made.
    let cache = site.path("cache").display().to_string();
    let server = site
        .start_with(&site.path("templates"), &[("DIALPLATE_CACHE", &cache), ("DIALPLATE_CACHE_BYTES_MAX", "8388608")]);
    let (stop, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    let (mut held, started) = (Vec::new(), Instant::now());
    let swaps = thread::scope(|scope| {
        let _stop = Stop(&stop);
        let phones: Vec<_> = (0..CONNECTIONS)
            .map(|which| {
                let (address, stop, asked) = (server.address, &stop, &asked);
                scope.spawn(move || ask_on(address, which, stop, asked))
            })
            .collect();
        let mut changes = Changes { site: &site, components, current: 1, number: 0 };
        let (mut admin, mut taken, mut swaps) = (Connection::open(server.admin(), RELOAD_PATIENCE), 0, 0);
        while taken < CHANGES && phones.iter().all(|phone| !phone.is_finished()) {
            let wrong = changes.next();
            let (now, complaints) = admin.reload();
            assert_eq!(complaints, wrong, "after change {}:\n{}", changes.number, server.log());
            taken += u32::from(now > swaps);
            swaps = now;
            if held.len() < (taken * 10 / CHANGES) as usize {
                held.push(Held::by(server.id()));
            }
        }
        swaps
    });
    let cached: u64 = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    println!(
        "{CHANGES} changes taken, {swaps} swaps in {:?}, {} requests; cache {cached} bytes; held by tenths:",
        started.elapsed(),
        asked.load(Ordering::Relaxed)
    );
    held.iter().for_each(|held| println!("  {held:?}"));
    assert_eq!(held.len(), 10);
    let (middle, end) = (&held[4], &held[9]);
    assert!(end.anonymous_kb + end.mapped_kb < middle.anonymous_kb + middle.mapped_kb + SLACK_KB, "memory grows");
    assert!(end.files < middle.files + 8, "open files grow");
    assert!(cached < 9 << 20, "the cache holds {cached} bytes");
}
