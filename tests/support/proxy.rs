//! A program that a test puts in front of the server: started on a free port, stopped by its process id.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const START_TIMEOUT: Duration = Duration::from_secs(20);

pub struct Proxy {
    child: Child,
    pub address: SocketAddr,
}

impl Proxy {
    /// Starts it and waits until it listens on `port` of 127.0.0.1. What it says goes to `log`. `None`, with a visible
    /// line, where it is not installed.
    pub fn start(command: &mut Command, port: u16, log: &Path) -> Option<Self> {
        let program = Path::new(command.get_program()).to_owned();
        if !program.is_file() {
            crate::skip(&format!("there is no {}", program.display()));
            return None;
        }
        let file = || std::fs::File::options().create(true).append(true).open(log).expect("a log");
        let child = command.stdin(Stdio::null()).stdout(file()).stderr(file()).spawn().expect("it starts");
        let mut proxy = Self { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
        let end = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(proxy.address).is_err() {
            let gone = proxy.child.try_wait().expect("its state");
            let said = || std::fs::read_to_string(log).unwrap_or_default();
            assert!(gone.is_none() && Instant::now() < end, "{} does not listen:\n{}", program.display(), said());
            thread::sleep(Duration::from_millis(20));
        }
        Some(proxy)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
