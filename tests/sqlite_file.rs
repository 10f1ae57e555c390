//! A SQLite file that is replaced, locked, or cannot be written while the server runs.

use crate::reload::trees::start_unprivileged;
use crate::reload::{Site, text, until};
use dialplate_tests::server::{self, Server, demo_file, demo_url};
use dialplate_tests::{client, database};
use sqlx::{Connection, SqliteConnection};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;
use tokio::runtime::Runtime;

const NOTED: &str =
    "select count(*) from v_devices where device_address = '001565000046' and device_provisioned_date is not null";

/// A connection of another program.
struct Other {
    runtime: Runtime,
    connection: SqliteConnection,
}

impl Other {
    fn open(file: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let connection = runtime.block_on(SqliteConnection::connect(&format!("sqlite://{}", file.display()))).unwrap();
        Self { runtime, connection }
    }

    fn run(&mut self, sql: &'static str) {
        self.runtime.block_on(sqlx::raw_sql(sql).execute(&mut self.connection)).unwrap();
    }
}

fn config(server: &Server) -> client::Answer {
    server.get("localhost", "/provision/001565000046.cfg")
}

#[test]
fn renamed_over_sqlite_file_is_served_from_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let present = demo_file(folder.path());
    let url = demo_url(folder.path());
    let noted = || database::value_blocking(&url, NOTED);
    for label in ["Reception", "Workshop"] {
        assert_eq!(config(&server).status, 200);
        // The server's journal of changes lies beside the file now.
        until("the first provisioning", || noted() == "1");
        let next = folder.path().join("next.db");
        let made = server::command("db", &[]).args(["init", next.to_str().unwrap()]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let renaming = format!("update v_device_lines set display_name = '{label}', label = '{label}'");
        database::run_blocking(&format!("sqlite://{}", next.display()), &renaming);
        fs::rename(&next, &present).unwrap();
        let answer = config(&server);
        assert!(answer.text().contains(label), "{}", answer.text());
        server.until_logged(&["the database file was replaced"]);
        until("the stamp in the new file", || noted() == "1");
        let integrity = "select group_concat(integrity_check) from pragma_integrity_check";
        assert_eq!(database::value_blocking(&url, integrity), "ok");
    }
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn locked_sqlite_file_gets_503_and_stamps_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let mut other = Other::open(&demo_file(folder.path()));
    other.run("begin immediate");
    assert_eq!(config(&server).status, 200, "a writer does not block readers");
    server.until_logged(&["WARN", "cannot record provisioned devices", "locked"]);
    other.run("commit");
    until("the stamp", || database::value_blocking(&demo_url(folder.path()), NOTED) == "1");
    server.until_logged(&["provisioned devices are recorded again"]);
    assert_eq!(server.stop(), Some(0));

    // Without a write-ahead log, a writer blocks readers too.
    other.run("pragma journal_mode = delete; update v_devices set device_provisioned_date = null");
    let server = Server::demo(folder.path(), &[]);
    other.run("begin exclusive");
    let answer = config(&server);
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{}", server.log());
    other.run("commit");
    assert_eq!(config(&server).status, 200);
    until("the stamp", || database::value_blocking(&demo_url(folder.path()), NOTED) == "1");
}

#[test]
fn start_waits_for_a_locked_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(Server::demo(folder.path(), &[]).stop(), Some(0));
    let mut other = Other::open(&demo_file(folder.path()));
    other.run("pragma journal_mode = delete");
    other.run("begin exclusive");
    let place = folder.path().to_owned();
    let starting = std::thread::spawn(move || Server::demo(&place, &[]));
    std::thread::sleep(std::time::Duration::from_secs(5));
    other.run("commit");
    let server = starting.join().unwrap();
    assert_eq!(config(&server).status, 200);
    server.until_logged(&["waiting for the database"]);
}

#[test]
fn database_in_read_only_folder_is_served_and_warned_of_once() {
    let site = Site::minimal();
    assert_eq!(site.start().stop(), Some(0));
    fs::create_dir(site.path("cache")).unwrap();
    fs::set_permissions(site.path("cache"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(site.path("demo.db"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(site.path(""), fs::Permissions::from_mode(0o555)).unwrap();
    let server = start_unprivileged(&site);
    for _ in 0..3 {
        assert!(text(&server).starts_with("edition 1"), "{}", server.log());
    }
    server.until_logged(&["WARN", "the database is read-only"]);
    server.until_logged(&["WARN", "cannot record provisioned devices", "read-only"]);
    thread::sleep(Duration::from_secs(2));
    assert!(text(&server).starts_with("edition 1"));
    let warnings = server.log().lines().filter(|line| line.contains("cannot record provisioned")).count();
    assert_eq!(warnings, 1);
    assert_eq!(server.stop(), Some(0));
    fs::set_permissions(site.path(""), fs::Permissions::from_mode(0o755)).unwrap();
}
