//! What phones notice of browsers that poll the console: `cargo bench --workspace --bench console [-- SECONDS]`. The same server
//! answers phones by turns without browsers and while they refresh the overview; the ratio of the slowest hundredth follows.

#![allow(clippy::print_stdout, reason = "a command-line program")]

mod client;

use client::{Figures, Target};
use dialplate_tests::client::{exchange, parse, request};
use dialplate_tests::server::{Server, command, demo_url};
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Turns with and without browsers, each.
const ROUNDS: usize = 8;
/// The length of a turn, unless the command line has another.
const SECONDS: u64 = 2;
/// Fewer than the processors have to do, so that waiting times are not those of a full queue.
const PHONES: usize = 2;
/// Open overviews. Each asks once a second, five times as often as the console's script.
const BROWSERS: usize = 5;
const PAUSE: Duration = Duration::from_secs(1);
const PASSWORD: &str = "s3cret";
const PHONE: Target = Target { name: "without", path: "/provision/001565000046.cfg" };
const POLLED: Target = Target { name: "while polled", ..PHONE };

fn main() {
    let seconds = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(SECONDS);
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal.db").display().to_string();
    let server =
        Server::demo(folder.path(), &[("DIALPLATE_CONSOLE_PATH", "/console"), ("DIALPLATE_JOURNAL", &journal)]);
    add_user(folder.path());
    let cookie = log_in(server.admin());
    let turn =
        |target| client::load(server.address, server.id(), "localhost", target, PHONES, Duration::from_secs(seconds));
    let (mut without, mut polled) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(turn(&PHONE));
        polled.push(while_polled(server.admin(), &cookie, || turn(&POLLED)));
    }
    for figures in without.iter().chain(&polled) {
        println!("{figures}");
    }
    for percent in [50, 99] {
        let (before, after) = (median(&without, percent), median(&polled, percent));
        let ratio = after.as_secs_f64() / before.as_secs_f64();
        println!(
            "p{percent}: {} us without browsers, {} us while polled, ratio {ratio:.3}",
            before.as_micros(),
            after.as_micros()
        );
    }
}

/// The median of all turns.
fn median(turns: &[Figures], percent: usize) -> Duration {
    let mut times: Vec<_> = turns.iter().map(|figures| figures.at(percent)).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// Measures while browsers refresh the overview.
fn while_polled(admin: SocketAddr, cookie: &str, measure: impl FnOnce() -> Figures) -> Figures {
    let (stop, polls) = (AtomicBool::new(false), AtomicUsize::new(0));
    let figures = thread::scope(|scope| {
        for _ in 0..BROWSERS {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let headers = [("Host", "localhost"), ("Cookie", cookie), ("X-Dialplate-Refresh", "1")];
                    let answer = parse(&exchange(admin, &request("GET", "/console/", &headers, b"")));
                    assert_eq!(answer.status, 200, "the overview");
                    polls.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(PAUSE);
                }
            });
        }
        let figures = measure();
        stop.store(true, Ordering::Relaxed);
        figures
    });
    assert!(polls.into_inner() >= BROWSERS, "each browser has polled");
    figures
}

fn add_user(folder: &Path) {
    let mut command = command("user", &[("DIALPLATE_DATABASE", &demo_url(folder))]);
    command.args(["add", "ada", "--role", "admin", "--password-stdin"]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut process = command.spawn().expect("the program runs");
    process.stdin.take().expect("a pipe").write_all(PASSWORD.as_bytes()).expect("written");
    assert!(process.wait().expect("an end").success(), "a user");
}

/// The cookies of a session.
fn log_in(admin: SocketAddr) -> String {
    let page = exchange(admin, &request("GET", "/console/login", &[("Host", "localhost")], b""));
    let (door, text) = (cookies(&page), parse(&page).text());
    let token =
        text.split_once("name=\"token\" value=\"").and_then(|(_, rest)| rest.split_once('"')).expect("a token").0;
    let form = format!("token={token}&user=ada&password={PASSWORD}");
    let kind = "application/x-www-form-urlencoded";
    let headers = [("Host", "localhost"), ("Cookie", &*door), ("Content-Type", kind)];
    cookies(&exchange(admin, &request("POST", "/console/login", &headers, form.as_bytes())))
}

/// The cookies that an answer sets.
fn cookies(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer).into_owned();
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let set = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    set.filter_map(|(_, value)| value.split(';').next().map(str::to_owned)).collect::<Vec<_>>().join("; ")
}
