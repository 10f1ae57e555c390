//! An nginx for one test, in a temporary folder.

use crate::proxy::Proxy;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

/// A running nginx. Dropping it stops the process and removes the folder.
pub struct Nginx {
    pub address: SocketAddr,
    process: Proxy,
    /// Whether a master process has to stop its workers.
    has_workers: bool,
    folder: tempfile::TempDir,
}

impl Nginx {
    /// Starts nginx with this text as its `http` block, in which a server listens on `port` of 127.0.0.1. If nginx is not
    /// installed, reports a skipped test and returns `None`.
    pub fn start(port: u16, http: &str) -> Option<Self> {
        // Without a master process, nothing runs as another user, and only one process has to be stopped.
        Self::start_as("master_process off;", port, http)
    }

    /// The same with so many worker processes, for measurements.
    pub fn start_with_workers(port: u16, workers: usize, http: &str) -> Option<Self> {
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        // The workers read files of the test's folder.
        let user = if is_root { "user root;" } else { "" };
        let mut nginx = Self::start_as(&format!("worker_processes {workers}; {user}"), port, http)?;
        nginx.has_workers = true;
        Some(nginx)
    }

    fn start_as(processes: &str, port: u16, http: &str) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let here = folder.path().display();
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let places: String = kinds.iter().map(|kind| format!("{kind}_temp_path {here}/{kind};\n")).collect();
        let text = format!(
            "daemon off;\n{processes}\npid {here}/pid;\nerror_log {here}/error.log;\n\
             events {{}}\nhttp {{\naccess_log off;\n{places}{http}\n}}\n"
        );
        std::fs::write(folder.path().join("nginx.conf"), text).expect("a configuration");
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-c").arg(folder.path().join("nginx.conf")).arg("-p").arg(folder.path());
        let process = Proxy::start(&mut command, port, &folder.path().join("error.log"))?;
        Some(Self { address: process.address, process, has_workers: false, folder })
    }

    /// The error log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        if self.has_workers {
            self.process.terminate();
        }
    }
}
