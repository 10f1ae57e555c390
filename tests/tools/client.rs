//! An HTTP client that sends targets and headers unchanged. Phones put braces into targets and foreign names into
//! `Host`, which a client library would refuse.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Far longer than any answer takes.
const TIMEOUT: Duration = Duration::from_secs(40);

/// The length of nginx's own page for status 404.
const NGINX_404_BYTES: usize = 153;

/// One HTTP answer.
pub struct Answer {
    pub status: u16,
    /// By lower-case name. Of several headers with one name, the last.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value, empty if the header is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body, with bytes that are not UTF-8 replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of a 200, `nginx 404` for nginx's own page, else the status.
    pub fn says(&self) -> String {
        let text = self.text();
        match self.status {
            404 if text.contains("nginx/1.22.1") && text.len() == NGINX_404_BYTES => "nginx 404".to_owned(),
            200 => text,
            status => status.to_string(),
        }
    }
}

/// Sends a GET request.
pub fn get(server: SocketAddr, host: &str, target: &str) -> Answer {
    send(server, "GET", target, &[("Host", host)], b"")
}

/// Sends one request on its own connection.
pub fn send(server: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    try_send(server, method, target, headers, body).expect("an answer")
}

/// Like [`send`], for a server that may have stopped.
pub fn try_send(
    server: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(&request(method, target, headers, body))?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    if !bytes.windows(4).any(|part| part == b"\r\n\r\n") {
        return Err(io::Error::other("the connection ended before an answer"));
    }
    Ok(parse(&bytes))
}

/// The bytes of a request, with `Connection: close`. Header values are sent as Latin-1 if possible, else as UTF-8.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, encode(value))).collect();
    request_with(method, target, &headers, body)
}

/// A header value as Latin-1 if possible, else as UTF-8.
pub fn encode(value: &str) -> Vec<u8> {
    let latin: Result<_, _> = value.chars().map(u8::try_from).collect();
    latin.unwrap_or_else(|_| value.as_bytes().to_vec())
}

/// Like [`request`], with header values as bytes.
pub fn request_with(method: &str, target: &str, headers: &[(&str, Vec<u8>)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
    for (name, value) in headers {
        request.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    if !body.is_empty() {
        request.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
    }
    request.extend(b"Connection: close\r\n\r\n");
    request.extend(body);
    request
}

/// Sends bytes on their own connection, and returns all bytes that come back.
pub fn exchange(server: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server).expect("the server listens");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a timeout");
    // The server may refuse the request and close before everything is sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    answer
}

/// Parses one complete answer.
pub fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(':'));
    Answer {
        status: status.expect("a status"),
        headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect(),
        body: bytes[end + 4..].to_vec(),
    }
}
