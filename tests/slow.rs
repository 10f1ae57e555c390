//! Slow clients: the server disconnects each at its limit, and none of them delays a phone.

use dialplate_tests::client;
use dialplate_tests::server::{Server, new_demo_url, root};
use dialplate_tests::wait;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::RangeInclusive;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const PAGE: &str = "/app/provision/?mac=001565000046";
/// Longer than any limit in these tests.
const TIMEOUT: Duration = Duration::from_secs(60);

fn connect(server: &Server, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Sends one more byte of `rest` every half second until the server closes the connection. Returns the answer and the
/// time that passed.
fn drip(mut stream: TcpStream, rest: &'static [u8]) -> (String, Duration) {
    let started = Instant::now();
    let mut writer = stream.try_clone().unwrap();
    thread::spawn(move || {
        for byte in rest.iter().cycle() {
            thread::sleep(Duration::from_millis(500));
            if writer.write_all(&[*byte]).is_err() {
                return;
            }
        }
    });
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    (String::from_utf8_lossy(&answer).into_owned(), started.elapsed())
}

fn check(what: &str, (answer, took): (String, Duration), begins: &str, seconds: RangeInclusive<u64>) {
    assert!(answer.starts_with(begins) && (!begins.is_empty() || answer.is_empty()), "{what}: {answer}");
    assert!(seconds.contains(&took.as_secs()), "{what} took {took:?}");
}

/// The upper bounds are generous, because a busy machine may be late.
#[test]
fn slow_client_is_disconnected_at_each_limit() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let post = format!("POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n");
    let get = format!("GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    let dripping: [(_, &str, &[u8], _, _); 5] = [
        ("a head", "GET /app", b"a", "HTTP/1.1 408 ", 9..=18),
        ("headers", "GET / HTTP/1.1\r\nX: a", b"a", "HTTP/1.1 408 ", 9..=18),
        ("a body", &post, b"a", "HTTP/1.1 408 ", 19..=28),
        ("a connection without a request", "", b"", "", 14..=25),
        ("the next request", &get, b"", "HTTP/1.1 200 ", 14..=25),
    ];
    thread::scope(|scope| {
        for (what, sent, rest, begins, seconds) in dripping {
            let server = &server;
            scope.spawn(move || check(what, drip(connect(server, sent.as_bytes()), rest), begins, seconds));
        }
        scope.spawn(|| check("the answers", unread(&server, &get), "HTTP/1.1 200 ", 9..=40));
    });
    assert_eq!(server.get("127.0.0.1", PAGE).status, 200);
    assert_eq!(server.stop(), Some(0));
}

/// Requests far more than the network buffers hold and reads nothing, until the server accepts no more requests.
fn unread(server: &Server, request: &str) -> (String, Duration) {
    let mut stream = connect(server, b"");
    stream.set_write_timeout(Some(TIMEOUT)).unwrap();
    let (started, many) = (Instant::now(), request.repeat(1_000));
    while stream.write_all(many.as_bytes()).is_ok() {
        assert!(started.elapsed() < TIMEOUT, "the server keeps serving a client that reads nothing");
    }
    let took = started.elapsed();
    let mut some = vec![0; 100];
    let read = stream.read(&mut some).unwrap_or_default();
    let some = String::from_utf8_lossy(&some[..read]).into_owned();
    // Answers that had arrived may be lost with the connection.
    (if some.is_empty() { "HTTP/1.1 200 lost".to_owned() } else { some }, took)
}

#[test]
fn two_hundred_slow_connections_delay_no_phone() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let started = Instant::now();
    assert_eq!(server.get("127.0.0.1", PAGE).status, 200);
    let alone = started.elapsed();
    let mut slow: Vec<_> = (0..200).map(|_| connect(&server, b"GET / HTTP/1.1\r\nX: ")).collect();
    for _ in 0..5 {
        for stream in &mut slow {
            stream.write_all(b"a").unwrap();
        }
        let started = Instant::now();
        assert_eq!(server.get("127.0.0.1", PAGE).status, 200);
        assert!(started.elapsed() < alone * 20 + Duration::from_secs(1), "{:?}, alone {alone:?}", started.elapsed());
    }
}

/// Starts a server through a shell with this limit of open files: soft and hard limit, or with `-S` only the soft one.
pub fn with_descriptors(folder: &std::path::Path, limit: &str, settings: &[(&str, &str)]) -> Server {
    let script = format!("ulimit {limit} && exec \"$0\" \"$@\"");
    let words = ["sh", "-c", &script].map(str::to_owned);
    let (database, templates) = (new_demo_url(folder), root().join("templates").display().to_string());
    let own = [("DIALPLATE_DATABASE", database.as_str()), ("DIALPLATE_TEMPLATES", templates.as_str())];
    Server::start_within(&words, &[&own, settings].concat())
}

fn idle(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| TcpStream::connect(address).unwrap()).collect()
}

#[test]
fn idle_connections_leave_descriptors_for_phones() {
    for (limit, admins, phones) in [("-S -n 256", 300, 300), ("-n 256", 300, 80)] {
        let folder = tempfile::tempdir().unwrap();
        let server = with_descriptors(folder.path(), limit, &[]);
        let _idle = (idle(server.admin(), admins), idle(server.address, phones));
        let started = Instant::now();
        assert_eq!(server.get("127.0.0.1", PAGE).status, 200);
        // When the first idle connections time out, a waiting phone is served.
        assert!(started.elapsed() < Duration::from_secs(10), "{limit}: {:?}", started.elapsed());
        let log = server.log();
        let bounded = log.contains("allows 256 open files, which is enough for 128 connections and not for 4096");
        assert_eq!(bounded, !limit.contains("-S"), "{limit}: {log}");
        assert!(!log.contains("cannot accept"), "{limit}: {log}");
    }
}

#[test]
fn repeated_accept_failure_is_logged_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = with_descriptors(folder.path(), "-n 512", &[]);
    let allow = |descriptors: usize| {
        let (process, soft) = (server.id().to_string(), format!("--nofile={descriptors}:"));
        assert!(Command::new("prlimit").args(["--pid", &process, &soft]).status().unwrap().success());
    };
    let get = format!("GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    let mut kept = connect(&server, get.as_bytes());
    assert_eq!(kept.read(&mut [0]).unwrap(), 1, "the connection is accepted");
    allow(1);
    let phone = thread::spawn({
        let address = server.address;
        move || client::get(address, "127.0.0.1", PAGE).status
    });
    server.until_logged(&["cannot accept a connection", "os error 24"]);
    // The server retries many times before the idle timeout.
    kept.read_to_end(&mut Vec::new()).unwrap();
    assert_eq!(server.log().matches("cannot accept").count(), 1, "{}", server.log());
    allow(512);
    wait::until(|| phone.is_finished(), || "the phone's file".to_owned());
    assert_eq!(phone.join().unwrap(), 200);
}
