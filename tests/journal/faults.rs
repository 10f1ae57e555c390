//! Files that cannot be written: phones get their answers all the same.

use super::{PHONE, Stage, file, journal, until_lines};
use dialplate_tests::server::Server;
use dialplate_tests::{client, unsupported, wait};
use std::path::Path;
use std::process::Command;

/// The log line that says that the journal cannot be written.
const FAILING: &str = "the journal cannot be written";
const AGAIN: &str = "the journal is written again";

fn count(server: &Server, words: &str) -> usize {
    server.log().matches(words).count()
}

/// Asks until the log says this.
fn ask_until(server: &Server, words: &str) {
    let said = || {
        assert_eq!(client::get(server.address, "localhost", PHONE).status, 200);
        count(server, words) > 0
    };
    wait::until(said, || format!("{words} in\n{}", server.log()));
}

#[test]
fn absent_folder_costs_lines_and_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    // A file in the place of the folder, which even root cannot write into.
    let blocked = folder.path().join("blocked");
    std::fs::write(&blocked, "").unwrap();
    let path = blocked.join("journal.db").display().to_string();
    let server = Server::demo(folder.path(), &[("DIALPLATE_JOURNAL", &path)]);
    ask_until(&server, FAILING);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(client::get(server.address, "localhost", PHONE).status, 200);
    assert_eq!((count(&server, FAILING), count(&server, AGAIN)), (1, 0));
    let metrics = client::get(server.admin(), "localhost", "/metrics").text();
    assert!(metrics.contains("dialplate_journal_failing 1\n"), "{metrics}");
    std::fs::remove_file(&blocked).unwrap();
    ask_until(&server, AGAIN);
    assert_eq!((count(&server, FAILING), count(&server, AGAIN)), (1, 1));
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn locked_file_costs_no_line_once_it_is_free() {
    let stage = Stage::new(&[]);
    stage.get(PHONE);
    let folder = stage.folder.path();
    until_lines(folder, 1);
    let lock = "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None); \
        c.execute('begin immediate'); print('locked', flush=True); time.sleep(6)";
    let mut locking = Command::new("python3");
    let Ok(mut locking) = locking.args(["-c", lock]).arg(file(folder)).spawn() else {
        return dialplate_tests::skip("python3 is not installed");
    };
    ask_until(&stage.server, FAILING);
    locking.wait().unwrap();
    ask_until(&stage.server, AGAIN);
    assert_eq!((count(&stage.server, FAILING), count(&stage.server, AGAIN)), (1, 1));
    let sent = count(&stage.server, "provisioned");
    assert_eq!(stage.stopped().len(), sent, "each answer has a line");
}

#[test]
fn full_disk_costs_lines_and_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let mount = |words: &[&str]| Command::new("mount").args(words).arg(&disk).output();
    if !mount(&["-t", "tmpfs", "-o", "size=256k", "tmpfs"]).is_ok_and(|output| output.status.success()) {
        return unsupported("no file system can be mounted for a full disk");
    }
    let path = disk.join("journal.db").display().to_string();
    let server = Server::demo(folder.path(), &[("DIALPLATE_JOURNAL", &path)]);
    ask_until(&server, FAILING);
    for _ in 0..20 {
        assert_eq!(client::get(server.address, "localhost", PHONE).status, 200);
    }
    assert_eq!(count(&server, FAILING), 1);
    assert!(mount(&["-o", "remount,size=64m"]).unwrap().status.success());
    ask_until(&server, AGAIN);
    assert_eq!(server.stop(), Some(0));
    assert!(count_lines(&disk) > 0);
    assert!(Command::new("umount").arg(&disk).status().unwrap().success());
}

/// As on a full disk, but for machines that mount nothing: the process may write no longer files.
#[test]
fn limited_file_costs_lines_and_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(folder.path()).display().to_string();
    let (database, templates) = demonstration(folder.path());
    // The limit's signal would end the process.
    let words = ["bash", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""].map(str::to_owned);
    let settings = [
        ("DIALPLATE_JOURNAL", path.as_str()),
        ("DIALPLATE_DATABASE", database.as_str()),
        ("DIALPLATE_TEMPLATES", templates.as_str()),
    ];
    let server = Server::start_within(&words, &settings);
    let limit = |size: &str| {
        let mut command = Command::new("prlimit");
        command.args(["--pid", &server.id().to_string(), &format!("--fsize={size}")]).status()
    };
    if !limit("100000:").is_ok_and(|status| status.success()) {
        return unsupported("prlimit is not installed, or not permitted");
    }
    ask_until(&server, FAILING);
    assert_eq!(count(&server, FAILING), 1);
    assert!(limit("unlimited:").unwrap().success());
    ask_until(&server, AGAIN);
    assert_eq!(server.stop(), Some(0));
    assert!(count_lines(folder.path()) > 0);
}

/// Creates the demonstration's database, and names it and the templates.
fn demonstration(folder: &Path) -> (String, String) {
    drop(Server::demo(folder, &[]));
    let templates = dialplate_tests::server::root().join("templates").display().to_string();
    (dialplate_tests::server::demo_url(folder), templates)
}

fn count_lines(folder: &Path) -> usize {
    let output = journal(folder, &["--json"]);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).lines().count()
}

#[test]
fn removed_file_is_created_anew() {
    let stage = Stage::new(&[]);
    let folder = stage.folder.path();
    stage.get(PHONE);
    until_lines(folder, 1);
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(folder.join(format!("journal.db{ending}")));
    }
    stage.get("/nothing");
    until_lines(folder, 1);
    assert_eq!(stage.stopped()[0]["reason"], "no_rule");
}
