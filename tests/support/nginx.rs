//! An nginx of the test's own, in a folder that goes away with it.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const PROGRAM: &str = "/usr/sbin/nginx";
const START_TIMEOUT: Duration = Duration::from_secs(20);

/// A running nginx, stopped by its process id and removed at the end.
pub struct Nginx {
    child: Child,
    folder: tempfile::TempDir,
    pub address: SocketAddr,
}

impl Nginx {
    /// Starts one with this as its `http` block, of which a server listens on `port` of 127.0.0.1. `None`, with a
    /// visible line, where nginx is not installed.
    pub fn start(port: u16, http: &str) -> Option<Self> {
        if !Path::new(PROGRAM).is_file() {
            println!("skipped: no nginx is installed");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder for the test");
        let here = folder.path().display();
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let places: String = kinds.iter().map(|kind| format!("{kind}_temp_path {here}/{kind};\n")).collect();
        // One process: nothing runs as another user, and there is one to stop.
        let text = format!(
            "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log {here}/error.log;\n\
             events {{}}\nhttp {{\naccess_log off;\n{places}{http}\n}}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), text).expect("a configuration");
        let mut command = Command::new(PROGRAM);
        command.arg("-c").arg(folder.path().join("nginx.conf")).arg("-p").arg(folder.path());
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("nginx starts");
        let mut nginx = Self { child, folder, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) };
        nginx.wait();
        Some(nginx)
    }

    fn wait(&mut self) {
        let end = Instant::now() + START_TIMEOUT;
        while TcpStream::connect(self.address).is_err() {
            let gone = self.child.try_wait().expect("its state");
            assert!(gone.is_none() && Instant::now() < end, "nginx does not listen:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it has complained of so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
