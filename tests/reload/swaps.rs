//! A thousand changes under load.

use super::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// Changes that go live, not counting preparations in the background. DIALPLATE_TEST_CHANGES sets another number.
const CHANGES: u32 = 1_000;
const CONNECTIONS: usize = 8;
/// Between two requests of one connection, for a steady load that leaves time to the server.
const PAUSE: Duration = Duration::from_millis(10);
/// The slope of the line of best fit from the first quarter to the end. Measured on a busy machine, it is -1 to 4 without
/// a leak, and 12 if each swap leaks 10 KB.
const GROWTH_KB_PER_CHANGE_MAX: f64 = 6.0;
/// How often memory is measured.
const SAMPLES: u32 = 100;
/// Builds run at a low priority.
const RELOAD_PATIENCE: Duration = Duration::from_secs(300);
const FILES: [&str; 3] = ["a.cfg", "b.cfg", "c.cfg"];

/// A persistent connection.
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

    /// Reloads; returns the number of swaps and of complaints.
    fn reload(&mut self) -> (u64, usize) {
        let (status, body) = self.send("POST", "/reload");
        let answer: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(status, 200);
        (answer["swaps"].as_u64().unwrap(), answer["wrong"].as_array().unwrap().len())
    }
}

/// A template text with a checksum, so that a partial or mixed text is detected.
fn edition(number: u64) -> String {
    format!("edition {number} {} {}", "x".repeat(500), number.wrapping_mul(7_919))
}

/// The edition in an answer, after a check that the text is complete.
fn edition_of(answer: &str) -> u64 {
    let first = answer.lines().next().unwrap_or_default();
    let number = first.split(' ').nth(1).and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(first, edition(number));
    let second = answer.lines().nth(1).unwrap_or_default().to_ascii_lowercase();
    assert_eq!(second, format!("address {DEVICE}"));
    number
}

/// Sends requests until `stop` is set. No answer may fail, come from a broken text, or be older than the last one.
fn ask_on(server: SocketAddr, which: usize, stop: &AtomicBool, asked: &AtomicU64) {
    let mut connection = Connection::open(server, wait::PATIENCE);
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

/// Makes one change after another.
struct Changes<'a> {
    site: &'a Site,
    components: [Vec<u8>; 2],
    current: usize,
    number: u64,
}

impl Changes<'_> {
    /// Makes the next change; returns how many files are broken afterwards.
    fn next(&mut self) -> usize {
        self.number += 1;
        let name = format!("templates/yealink/t46u/{}", FILES[self.number as usize % FILES.len()]);
        let component = "plugins/minimal.wasm";
        match self.number % 10 {
            // Broken, and repaired by the next change.
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

/// Ends the load, also if the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The resources of a process after a number of changes.
#[derive(Debug)]
struct Held {
    changes: u32,
    anonymous_kb: u64,
    mapped_kb: u64,
    files: usize,
}

impl Held {
    /// Measured while no build runs, because a compiler's memory is not a leak.
    fn by(process: u32, changes: u32) -> Self {
        until("no build", || !builds(process));
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let number = |name: &str| -> u64 {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap()
        };
        let files = fs::read_dir(format!("/proc/{process}/fd")).unwrap().count();
        Self { changes, anonymous_kb: number("RssAnon"), mapped_kb: number("RssFile") + number("RssShmem"), files }
    }

    fn kb(&self) -> f64 {
        (self.anonymous_kb + self.mapped_kb) as f64
    }
}

/// Whether a thread of this process builds plugins.
fn builds(process: u32) -> bool {
    let threads = fs::read_dir(format!("/proc/{process}/task")).unwrap().flatten();
    let mut names = threads.filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok());
    names.any(|name| name.trim() == "plugin-build")
}

/// The slope of the line of best fit, in KB per change.
fn growth_kb_per_change(held: &[Held]) -> f64 {
    let mean = |of: &dyn Fn(&Held) -> f64| held.iter().map(of).sum::<f64>() / held.len() as f64;
    let (changes, kb) = (mean(&|held| f64::from(held.changes)), mean(&Held::kb));
    let (mut together, mut alone) = (0.0, 0.0);
    for held in held {
        let from_mean = f64::from(held.changes) - changes;
        together += from_mean * (held.kb() - kb);
        alone += from_mean * from_mean;
    }
    together / alone
}

#[test]
fn thousand_changes_under_load_fail_no_request_leak_nothing() {
    let site = Site::minimal();
    FILES.iter().for_each(|file| site.write(&format!("templates/yealink/t46u/{file}"), edition(0)));
    let first = fs::read(site.path("plugins/minimal.wasm")).unwrap();
    let components = [another_version(&first), first];
    // A cache with room for a few of the hundreds of components.
    let cache = site.path("cache").display().to_string();
    // A small pool, so that all instances are used soon: each keeps some memory for the next request.
    let settings =
        [("DIALPLATE_CACHE", &*cache), ("DIALPLATE_CACHE_BYTES_MAX", "8388608"), ("DIALPLATE_INSTANCES_MAX", "8")];
    let server = site.start_with(&site.path("templates"), &settings);
    let changes_max = std::env::var("DIALPLATE_TEST_CHANGES").map_or(CHANGES, |number| number.parse().unwrap());
    let (stop, asked) = (AtomicBool::new(false), AtomicU64::new(0));
    let (mut held, started, mut slowest) = (Vec::new(), Instant::now(), Duration::ZERO);
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
        while taken < changes_max && phones.iter().all(|phone| !phone.is_finished()) {
            let wrong = changes.next();
            let asked = Instant::now();
            let (now, complaints) = admin.reload();
            slowest = slowest.max(asked.elapsed());
            assert_eq!(complaints, wrong, "after change {}:\n{}", changes.number, server.log());
            taken += u32::from(now > swaps);
            swaps = now;
            if held.len() < (taken * SAMPLES / changes_max) as usize {
                held.push(Held::by(server.id(), taken));
            }
        }
        if phones.iter().any(thread::ScopedJoinHandle::is_finished) {
            server.log().lines().filter(|line| line.contains("failed")).for_each(|line| println!("{line}"));
        }
        swaps
    });
    let cached: u64 = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    let (warm, end) = (&held[held.len() / 4], &held[held.len() - 1]);
    let growth = growth_kb_per_change(&held[held.len() / 4..]);
    println!(
        "{changes_max} changes taken, {swaps} swaps in {:?}, {} requests; slowest reload {slowest:?}; cache {cached} bytes; \
        growth {growth:.2} KB a change; held by tenths:",
        started.elapsed(),
        asked.load(Ordering::Relaxed)
    );
    held.iter().step_by(SAMPLES as usize / 10).chain([end]).for_each(|held| println!("  {held:?}"));
    assert!(growth < GROWTH_KB_PER_CHANGE_MAX, "memory grows by {growth:.2} KB with each change: {held:?}");
    assert!(end.files < warm.files + 8, "open files grow");
    assert!(cached < 9 << 20, "the cache holds {cached} bytes");
}
