//! One keep-alive connection. It sends a prepared request and reads the answer into a buffer that it uses again, because
//! the client shares the machine with the server that it measures.

use super::answer::{self, BODY_BYTES_MAX, Framing, HEAD_BYTES_MAX, Head};
use super::error::Error;
use super::failures::Failure;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::ops::Range;
use std::time::Duration;

/// Most answers fit, so that one call reads them.
const BUFFER_BYTES: usize = 256 << 10;

/// Longer than Dialplate's and PHP's own limits for an answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The server to measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    pub url: String,
    pub address: SocketAddr,
}

impl Origin {
    /// Reads a URL without path, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// It is another URL, or its host has no address.
    pub fn parse(url: &str) -> Result<Self, Error> {
        let wrong = |reason| Error::Url { url: url.to_owned(), reason };
        if url.starts_with("https://") {
            return Err(wrong("only http is measured; name the server behind the TLS proxy"));
        }
        let rest = url.strip_prefix("http://").ok_or_else(|| wrong("it does not begin with http://"))?;
        let host = rest.strip_suffix('/').unwrap_or(rest);
        if host.is_empty() || host.contains(['/', '?', '#', '@']) {
            return Err(wrong("it is more than a host and a port; the list has the paths"));
        }
        let has_port = host.rsplit_once(':').is_some_and(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        let with_port = if has_port { host.to_owned() } else { format!("{host}:80") };
        let unresolved = |error| Error::Resolve { host: host.to_owned(), error };
        let address = with_port.to_socket_addrs().map_err(unresolved)?.next();
        let address = address.ok_or_else(|| wrong("its host has no address"))?;
        Ok(Self { url: format!("http://{host}"), address })
    }
}

/// A connection that is opened when it is needed.
pub struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    /// The part of the buffer that has been received.
    filled: usize,
    /// Where the last answer's body is.
    body: Range<usize>,
}

impl Connection {
    pub fn new(origin: &Origin) -> Self {
        Self { address: origin.address, stream: None, buffer: vec![0; BUFFER_BYTES], filled: 0, body: 0..0 }
    }

    /// Whether server and client are on one machine.
    pub fn is_local(&self) -> bool {
        let ends = self.stream.as_ref().and_then(|stream| Some((stream.local_addr().ok()?, stream.peer_addr().ok()?)));
        ends.is_some_and(|(own, peer)| own.ip() == peer.ip())
    }

    /// The body of the last answer.
    pub fn body(&self) -> &[u8] {
        &self.buffer[self.body.clone()]
    }

    /// Sends a request, and receives the answer. After a failure, the next request opens a new connection.
    pub fn exchange(&mut self, request: &[u8]) -> Result<Head, Failure> {
        let is_reused = self.stream.is_some();
        let mut outcome = self.attempt(request);
        // A server may end an idle connection at any time, so a phone asks again on a new one.
        if is_reused && self.filled == 0 && outcome == Err(Failure::Closed) {
            self.stream = None;
            outcome = self.attempt(request);
        }
        if outcome.as_ref().map_or(true, |head| head.closes) {
            self.stream = None;
        }
        outcome
    }

    fn attempt(&mut self, request: &[u8]) -> Result<Head, Failure> {
        self.filled = 0;
        self.stream()?.write_all(request).map_err(|error| Failure::of_io(&error))?;
        let head = loop {
            self.receive()?;
            if let Some(head) = answer::head(&self.buffer[..self.filled])? {
                break head;
            }
            if self.filled >= HEAD_BYTES_MAX {
                return Err(Failure::Malformed("its head is too long"));
            }
        };
        let end = match head.framing {
            Framing::Length(length) => head.bytes + length,
            Framing::Chunks => self.chunks(head.bytes)?,
            Framing::Close => self.rest()?,
        };
        self.need(end)?;
        if self.filled > end && head.framing != Framing::Chunks {
            return Err(Failure::Malformed("more bytes than its length says"));
        }
        self.body = head.bytes..end;
        Ok(head)
    }

    fn stream(&mut self) -> Result<&mut TcpStream, Failure> {
        match &mut self.stream {
            Some(stream) => Ok(stream),
            none => {
                let failed = |error: std::io::Error| Failure::Connect(error.kind().to_string());
                let stream = TcpStream::connect_timeout(&self.address, TIMEOUT).map_err(failed)?;
                stream.set_nodelay(true).and_then(|()| stream.set_read_timeout(Some(TIMEOUT))).map_err(failed)?;
                Ok(none.insert(stream))
            }
        }
    }

    /// Receives some bytes.
    fn receive(&mut self) -> Result<(), Failure> {
        if self.filled == self.buffer.len() {
            if self.filled >= HEAD_BYTES_MAX + BODY_BYTES_MAX {
                return Err(Failure::TooLarge(BODY_BYTES_MAX));
            }
            self.buffer.resize(2 * self.filled, 0);
        }
        let Some(stream) = &mut self.stream else { return Err(Failure::Closed) };
        let received = stream.read(&mut self.buffer[self.filled..]).map_err(|error| Failure::of_io(&error))?;
        self.filled += received;
        if received == 0 { Err(Failure::Closed) } else { Ok(()) }
    }

    /// Receives until so many bytes of the answer are there.
    fn need(&mut self, bytes: usize) -> Result<(), Failure> {
        if bytes > self.buffer.len() {
            self.buffer.resize(bytes, 0);
        }
        while self.filled < bytes {
            self.receive()?;
        }
        Ok(())
    }

    /// Receives a body in chunks, joins them in place, and returns where the body ends.
    fn chunks(&mut self, start: usize) -> Result<usize, Failure> {
        let (mut end, mut at) = (start, start);
        loop {
            let Some((line, size)) = answer::chunk(&self.buffer[at..self.filled])? else {
                self.receive()?;
                continue;
            };
            at += line;
            self.need(at + size + 2)?;
            if &self.buffer[at + size..at + size + 2] != b"\r\n" {
                return Err(Failure::Malformed("a chunk does not end, or trailers follow the chunks"));
            }
            if size == 0 {
                return Ok(end);
            }
            self.buffer.copy_within(at..at + size, end);
            (end, at) = (end + size, at + size + 2);
            if end - start > BODY_BYTES_MAX {
                return Err(Failure::TooLarge(BODY_BYTES_MAX));
            }
        }
    }

    /// Receives until the server ends the connection.
    fn rest(&mut self) -> Result<usize, Failure> {
        loop {
            match self.receive() {
                Ok(()) => {}
                Err(Failure::Closed) => return Ok(self.filled),
                Err(failure) => return Err(failure),
            }
        }
    }
}
