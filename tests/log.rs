//! A log that cannot be written: the server answers, reloads and records as if it could.

use crate::guessing::count;
use crate::proxied::execute;
use dialplate_tests::client;
use dialplate_tests::server::{self, Server};
use dialplate_tests::wait;
use std::fs::{OpenOptions, write};
use std::io::{Read, pipe};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::thread;

const PAGE: &str = "/app/provision/?mac=001565000046";
/// With all events logged, their lines fill a pipe and the queue in front of it.
const REQUESTS: usize = 400;

/// A server with a log that the test cannot read, so its ports are chosen here.
struct Unlogged {
    server: Server,
    admin: SocketAddr,
}

impl Unlogged {
    fn start(folder: &Path, filter: &str, log: impl Into<Stdio>) -> Self {
        let templates = folder.join("templates");
        std::fs::create_dir_all(templates.join("yealink/t46u")).unwrap();
        write(templates.join("yealink/t46u/{$mac}.cfg"), "edition 1").unwrap();
        let listen = || SocketAddr::from(([127, 0, 0, 1], server::free_port()));
        let (address, admin) = (listen(), listen());
        let command = server::command(
            "serve",
            &[
                ("DIALPLATE_DATABASE", &server::new_demo_url(folder)),
                ("DIALPLATE_TEMPLATES", templates.to_str().unwrap()),
                ("DIALPLATE_LISTEN", &address.to_string()),
                ("DIALPLATE_ADMIN_LISTEN", &admin.to_string()),
                ("RUST_LOG", filter),
            ],
        );
        let unlogged = Self { server: Server::launch_logging(command, address, log), admin };
        let answers = || client::try_send(address, "GET", PAGE, &[("Host", "localhost")], b"").is_ok();
        wait::until(answers, || "the server does not answer".to_owned());
        unlogged
    }

    fn text(&self) -> String {
        self.server.get("localhost", PAGE).text()
    }

    /// The number of lost lines, by the server's metric.
    fn lost(&self) -> usize {
        let metrics = client::get(self.admin, "localhost", "/metrics").text();
        let count = metrics.lines().find_map(|line| line.strip_prefix("dialplate_log_lines_lost_total ")?.parse().ok());
        count.unwrap_or_else(|| panic!("{metrics}"))
    }

    /// Answers, reloads and records.
    fn works(&self, folder: &Path) {
        execute(folder, "update v_devices set device_provisioned_date = null");
        for _ in 0..REQUESTS {
            assert_eq!(self.text(), "edition 1");
        }
        write(folder.join("templates/yealink/t46u/{$mac}.cfg"), "edition 2").unwrap();
        wait::until(|| self.text() == "edition 2", || "the edit is not live".to_owned());
        let noted = || count(folder, "device_provisioned_date is not null") == 1;
        wait::until(noted, || "the device was not recorded".to_owned());
    }
}

#[test]
fn full_disk_of_log_stops_nothing_and_lines_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let server = Unlogged::start(folder.path(), "info", full());
    server.works(folder.path());
    assert!(server.lost() >= REQUESTS, "{}", server.lost());
    assert_eq!(server.server.stop(), Some(0));
    let failed = server::command("serve", &[("DIALPLATE_LISTEN", "nonsense")]).stderr(full()).status().unwrap();
    assert_eq!(failed.code(), Some(1), "an error that cannot be written is an exit status");
}

#[test]
fn log_without_reader_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    let server = Unlogged::start(folder.path(), "info", writer);
    server.works(folder.path());
    assert!(server.lost() >= REQUESTS, "{}", server.lost());
    assert_eq!(server.server.stop(), Some(0));
}

#[test]
fn stopped_log_reader_delays_nothing_and_reads_the_loss() {
    let folder = tempfile::tempdir().unwrap();
    let (mut reader, writer) = pipe().unwrap();
    let server = Unlogged::start(folder.path(), "trace", writer);
    server.works(folder.path());
    assert!(server.lost() > 0, "the queue was not full");
    let log = Arc::new(Mutex::new(String::new()));
    let reading = {
        let log = Arc::clone(&log);
        thread::spawn(move || {
            let mut bytes = vec![0; 1 << 16];
            while let Ok(length @ 1..) = reader.read(&mut bytes) {
                log.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..length]));
            }
        })
    };
    wait::until(|| log.lock().unwrap().contains("log lines were lost"), || "the loss is not in the log".to_owned());
    assert_eq!(server.server.stop(), Some(0));
    reading.join().unwrap();
    assert!(log.lock().unwrap().contains("stopped"), "the last line is written before the end");
}

#[test]
fn blocked_log_does_not_keep_server_from_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let (_reader, writer) = pipe().unwrap();
    let server = Unlogged::start(folder.path(), "trace", writer);
    server.works(folder.path());
    assert_eq!(server.server.stop(), Some(0));
}
