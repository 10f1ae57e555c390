//! A proxy program that a test puts in front of the server.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A running proxy. Dropping it stops the process.
pub struct Proxy {
    child: Child,
    pub address: SocketAddr,
}

impl Proxy {
    /// Starts the program and waits until it listens on `port` of 127.0.0.1. Its output goes to `log`. If the program is
    /// not installed, reports a skipped test and returns `None`.
    pub fn start(command: &mut Command, port: u16, log: &Path) -> Option<Self> {
        let program = Path::new(command.get_program()).to_owned();
        if !program.is_file() {
            crate::skip(&format!("{} is not installed", program.display()));
            return None;
        }
        let file = || std::fs::File::options().create(true).append(true).open(log).expect("a log");
        let child = command.stdin(Stdio::null()).stdout(file()).stderr(file()).spawn().expect("it starts");
        let mut proxy = Self { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
        let end = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(proxy.address).is_err() {
            let exited = proxy.child.try_wait().expect("its state");
            let output = || std::fs::read_to_string(log).unwrap_or_default();
            assert!(exited.is_none() && Instant::now() < end, "{} does not listen:\n{}", program.display(), output());
            thread::sleep(Duration::from_millis(20));
        }
        Some(proxy)
    }

    /// Asks the program to end, and waits until it has.
    pub fn terminate(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
