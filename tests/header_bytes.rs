//! Header lines that phones send and parsers refuse: control bytes in values, and lines that are not headers.

use dialplate_tests::client::{self, exchange, parse};
use dialplate_tests::nginx::Nginx;
use dialplate_tests::server::{Server, free_port};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

const PAGE: &str = "/app/provision/?mac=001565000046";
const AGENT: &str = "User-Agent: AVAYA/SIP12x0\u{17}/04.00";

/// The statuses of the answers to bytes on one connection.
fn statuses(server: SocketAddr, bytes: &str) -> Vec<u16> {
    // Each char is one byte.
    let bytes: Vec<u8> = bytes.chars().map(|letter| u8::try_from(letter).unwrap()).collect();
    let answers = String::from_utf8_lossy(&exchange(server, &bytes)).into_owned();
    answers.split("HTTP/1.1 ").skip(1).map(|answer| answer[..3].parse().unwrap()).collect()
}

fn get(lines: &str) -> String {
    format!("GET {PAGE} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n\r\n")
}

fn last(lines: &str) -> String {
    get(&format!("{lines}\r\nConnection: close"))
}

#[test]
fn control_byte_in_header_value_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let plain = parse(&exchange(server.address, last("User-Agent: x").as_bytes())).body;
    for line in [AGENT, "X-Model: a\u{1}\u{1f}\u{7f}\u{b}b", "Cookie:\u{8}", "Accept: \u{ff}\u{17}"] {
        assert_eq!(statuses(server.address, &last(line)), [200], "{line:?}");
        assert!(exchange(server.address, last(line).as_bytes()).ends_with(&plain), "{line:?}");
    }
    let folded = "X: y\r\n folded: z";
    for line in
        ["X: a\0b", "X\u{17}: y", "X : y", ": y", folded, "Content-Length: 0\u{1}", "Transfer-Encoding: \u{1}chunked"]
    {
        assert_eq!(statuses(server.address, &last(line)), [400], "{line:?}");
    }
    assert_eq!(statuses(server.address, &last(AGENT).replace("localhost", "local\u{17}host")), [400]);
    assert_eq!(statuses(server.address, &last(AGENT).replace("mac=", "mac=\u{17}")), [400]);
    let log = server.log();
    assert!(!log.contains('\u{17}') && log.matches("status=400").count() >= 7, "{log}");
}

#[test]
fn line_that_is_not_a_header_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    for line in ["garbage", "X(y): z", "\u{e9}t\u{e9}: x", "\"quoted\": x", "Content-Length(: 5"] {
        assert_eq!(statuses(server.address, &[last(line), get("")].concat()), [200], "{line:?}");
    }
}

#[test]
fn pipelined_requests_and_bodies_keep_their_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let post =
        "POST /app/provision/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    // The address counts although its value has a control byte: form bodies are not filtered, addresses are.
    let form = "mac=001565\u{1}000046&x=\r\n\r\nX: \u{2}";
    let sized = format!("{post}{AGENT}\r\nContent-Length: {}\r\n\r\n{form}", form.len());
    let chunked = format!(
        "{post}{AGENT}\r\nTransfer-Encoding: chunked\r\n\r\n{:x};e=\"1\"\r\n{form}\r\n0\r\nT: a\r\n\r\n",
        form.len()
    );
    let all = [get(AGENT), sized, get(AGENT), chunked, get(AGENT), last(AGENT)].concat();
    assert_eq!(statuses(server.address, &all), [200; 6]);
    let smuggled = format!("{post}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd{}", last(AGENT));
    assert_eq!(statuses(server.address, &smuggled), [400]);
}

#[test]
fn control_byte_passes_through_nginx() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let port = free_port();
    let block = format!(
        "server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://{}; proxy_set_header Host $host; }} }}",
        server.address
    );
    let Some(nginx) = Nginx::start(port, &block) else { return };
    for line in [AGENT, "X-Model: a\u{16}b", "garbage: \u{1}\r\ngarbage"] {
        assert_eq!(statuses(nginx.address, &last(line)), [200], "{line:?}");
    }
}

#[test]
fn long_body_of_unsupported_method_keeps_the_connection() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    for length in [10, 65_537, 900_000] {
        let head = format!("PUT {PAGE} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&vec![b'x'; length]).unwrap();
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"</html>\r\n") {
            assert_eq!(stream.read(&mut byte).unwrap(), 1, "{length} bytes: {}", String::from_utf8_lossy(&answer));
            answer.push(byte[0]);
        }
        assert_eq!((parse(&answer).status, parse(&answer).header("connection")), (405, ""), "{length} bytes");
    }
    stream.write_all(last("").as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(parse(&answer).status, 200);
    let announced = [("Host", "localhost"), ("Content-Length", "99999999999"), ("Expect", "100-continue")];
    assert_eq!(client::send(server.address, "PUT", PAGE, &announced, b"").status, 405);
}
