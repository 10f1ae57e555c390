//! A server that keeps the requests it receives, for tests of the proxies in front of the real server.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(20);

/// A server on a free port that answers `echo` to every request.
pub struct Echo {
    pub address: SocketAddr,
    heads: Receiver<Vec<u8>>,
}

impl Echo {
    /// Starts the server. It runs until the test ends.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let (send, heads) = channel();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = Vec::new();
                let mut byte = [0];
                // The PROXY protocol's signature begins like the end of a head.
                let ended = |head: &[u8]| head.len() > 4 && head.ends_with(b"\r\n\r\n");
                while !ended(&head) && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                    head.push(byte[0]);
                }
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\necho");
                if ended(&head) && send.send(head).is_err() {
                    return;
                }
            }
        });
        Self { address, heads }
    }

    /// The head of the next request, with everything that came before it on the connection.
    pub fn head(&self) -> Vec<u8> {
        self.heads.recv_timeout(TIMEOUT).expect("a request")
    }
}
