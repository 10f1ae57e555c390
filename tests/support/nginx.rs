//! An nginx of the test's own, in a folder that goes away with it.

use crate::proxy::Proxy;
use std::net::SocketAddr;
use std::process::Command;

/// A running nginx, stopped by its process id and removed at the end.
pub struct Nginx {
    pub address: SocketAddr,
    _process: Proxy,
    folder: tempfile::TempDir,
}

impl Nginx {
    /// Starts one with this as its `http` block, of which a server listens on `port` of 127.0.0.1. `None`, with a
    /// visible line, where nginx is not installed.
    pub fn start(port: u16, http: &str) -> Option<Self> {
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
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-c").arg(folder.path().join("nginx.conf")).arg("-p").arg(folder.path());
        let process = Proxy::start(&mut command, port, &folder.path().join("error.log"))?;
        Some(Self { address: process.address, _process: process, folder })
    }

    /// What it has complained of so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}
