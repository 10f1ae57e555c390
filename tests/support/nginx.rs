//! An nginx for one test, in a temporary folder.

use crate::proxy::Proxy;
use std::net::SocketAddr;
use std::process::Command;

/// A running nginx. Dropping it stops the process and removes the folder.
pub struct Nginx {
    pub address: SocketAddr,
    _process: Proxy,
    folder: tempfile::TempDir,
}

impl Nginx {
    /// Starts nginx with this text as its `http` block, in which a server listens on `port` of 127.0.0.1. If nginx is not
    /// installed, reports a skipped test and returns `None`.
    pub fn start(port: u16, http: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let here = folder.path().display();
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let places: String = kinds.iter().map(|kind| format!("{kind}_temp_path {here}/{kind};\n")).collect();
        // Without a master process, nothing runs as another user, and only one process has to be stopped.
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

    /// The error log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}
