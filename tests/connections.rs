//! Idle connections do not keep phones out, and a stopping server answers every request that has arrived.

use crate::slow::with_descriptors;
use dialplate_tests::client::{self, Answer, parse};
use dialplate_tests::server::Server;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const GET: &[u8] = b"GET /app/provision/?mac=001565000046 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
const LAST: &[u8] = b"GET /app/provision/?mac=001565000046 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
/// Half of this many open files are for phones, and a quarter of these for one client network.
const DESCRIPTORS: usize = 256;
const CONNECTIONS: usize = DESCRIPTORS / 2;
/// An undelayed answer arrives much earlier, and the first idle connection times out much later.
const AT_ONCE: Duration = Duration::from_secs(5);
const TIMEOUT: Duration = Duration::from_secs(30);

/// A server that accepts few connections.
fn small(folder: &Path, settings: &[(&str, &str)]) -> Server {
    with_descriptors(folder, &format!("-n {DESCRIPTORS}"), settings)
}

fn connect(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Connections that have sent these bytes, which are no complete request.
fn waiting(address: SocketAddr, count: usize, bytes: &[u8]) -> Vec<TcpStream> {
    (0..count).map(|_| connect(address, bytes)).collect()
}

fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    stream.peek(&mut [0]).is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

/// The answer on a connection that the server closes after it.
fn read(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    assert!(!bytes.is_empty(), "the connection was closed without an answer");
    parse(&bytes)
}

#[test]
fn waiting_connections_of_one_client_keep_no_phone_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = small(folder.path(), &[]);
    for sent in [&b""[..], b"GET / HTTP/1.1\r\nX: "] {
        let held = waiting(server.address, 3 * CONNECTIONS, sent);
        let started = Instant::now();
        assert_eq!(server.get("127.0.0.1", "/app/provision/?mac=001565000046").status, 200);
        assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
        let open = held.iter().filter(|stream| is_open(stream)).count();
        assert!((1..=CONNECTIONS / 4).contains(&open), "{open} connections of one network are open");
    }
}

#[test]
fn trusted_proxy_may_hold_all_connections() {
    let folder = tempfile::tempdir().unwrap();
    let server = small(folder.path(), &[("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1")]);
    let held = waiting(server.address, CONNECTIONS - 1, b"");
    assert_eq!(server.get("127.0.0.1", "/app/provision/?mac=001565000046").status, 200);
    assert!(held.iter().all(is_open));
    let more = waiting(server.address, CONNECTIONS, b"");
    let started = Instant::now();
    assert_eq!(server.get("127.0.0.1", "/app/provision/?mac=001565000046").status, 200);
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
    assert!(more.iter().filter(|stream| is_open(stream)).count() >= CONNECTIONS - 2);
}

#[test]
fn idle_local_connections_do_not_close_the_admin_endpoint() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let _held = waiting(server.admin(), 200, b"");
    let started = Instant::now();
    assert_eq!(client::get(server.admin(), "127.0.0.1", "/health").status, 200);
    assert!(started.elapsed() < AT_ONCE, "{:?}", started.elapsed());
}

#[test]
fn stop_answers_requests_in_the_accept_queue() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let (mut kept, fresh) = (connect(server.address, GET), connect(server.address, b""));
    thread::sleep(Duration::from_millis(500));
    assert!(kept.read(&mut [0; 100_000]).unwrap() > 1_000, "a whole answer");
    server.signal("STOP");
    let queued: Vec<_> = (0..100).map(|_| connect(server.address, LAST)).collect();
    kept.write_all(GET).unwrap();
    server.signal("TERM");
    server.signal("CONT");
    let late = thread::spawn(move || {
        let mut fresh = fresh;
        thread::sleep(Duration::from_millis(700));
        fresh.write_all(GET).unwrap();
        read(fresh)
    });
    for answer in queued.into_iter().map(read) {
        assert_eq!(answer.status, 200);
    }
    let (kept, late) = (read(kept), late.join().unwrap());
    // The server may have read this request before it learns of the stop, and then not say that it closes the connection.
    assert_eq!(kept.status, 200, "it had been sent before the stop");
    assert_eq!((late.status, late.header("connection")), (200, "close"), "the first request of a connection");
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn stop_under_load_answers_every_request_that_arrived() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let (address, is_stopping) = (server.address, AtomicBool::new(false));
    // A request that is sent when the stop is under way may find the port closed.
    let client = || {
        let mut answered = 0;
        while !is_stopping.load(Ordering::SeqCst) {
            let Ok(mut stream) = TcpStream::connect(address) else { return answered };
            stream.set_read_timeout(Some(TIMEOUT)).unwrap();
            if stream.write_all(LAST).is_err() || is_stopping.load(Ordering::SeqCst) {
                return answered;
            }
            assert_eq!(read(stream).status, 200);
            answered += 1;
        }
        answered
    };
    let answered: usize = thread::scope(|scope| {
        let clients: Vec<_> = (0..16).map(|_| scope.spawn(client)).collect();
        thread::sleep(Duration::from_secs(2));
        is_stopping.store(true, Ordering::SeqCst);
        server.signal("TERM");
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert!(answered > 50, "only {answered} requests");
    assert_eq!(server.stop(), Some(0));
}
