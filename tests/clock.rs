//! A server whose system clock is set back and forward while it runs.

use crate::gate::sign;
use crate::guessing::{ask, set};
use crate::proxied::execute;
use dialplate_tests::client::{self, Answer};
use dialplate_tests::server::Server;
use dialplate_tests::{setting, skip};
use std::path::{Path, PathBuf};

const TARGET: &str = "/app/provision/?mac=001565000046";
const LOGIN: [&str; 2] = ["phone", "secret1"];

/// Debian's library that changes a process's clock.
fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1")).find(|library| library.is_file())
}

/// Sets the clock to this much from the real time.
pub fn set_clock(file: &Path, offset: &str) {
    let beside = file.with_extension("new");
    std::fs::write(&beside, offset).unwrap();
    std::fs::rename(beside, file).unwrap();
}

/// The environment of a server whose clock is in the file `clock` of a folder; `None` without the library.
pub fn with_clock(folder: &Path) -> Option<[(&'static str, String); 4]> {
    let Some(library) = faketime() else {
        skip("libfaketime is not installed");
        return None;
    };
    let clock = folder.join("clock");
    set_clock(&clock, "+0");
    Some([
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ])
}

/// A demonstration that demands digest credentials, with a clock in the file `clock`.
fn start(folder: &Path, settings: &[(&str, &str)]) -> Option<Server> {
    let fake = with_clock(folder)?;
    let fake: Vec<_> = fake.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let server = Server::demo(folder, &[&fake, settings].concat());
    execute(folder, &setting::digest());
    Some(server)
}

fn get(server: &Server, authorization: &str) -> Answer {
    let headers = [("Host", "localhost"), ("Authorization", authorization)];
    client::send(server.address, "GET", TARGET, &headers[..if authorization.is_empty() { 1 } else { 2 }], b"")
}

fn answered(server: &Server, challenge: &Answer) -> Answer {
    get(server, &sign(challenge.header("www-authenticate"), "GET", TARGET, LOGIN))
}

#[test]
fn clock_set_back_or_forward_leaves_digest_logins_valid() {
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = start(folder.path(), &[]) else { return };
    let clock = folder.path().join("clock");
    assert_eq!(answered(&server, &get(&server, "")).status, 200);
    for offset in ["-2h", "+30d", "-10y", "+0"] {
        let before = get(&server, "");
        set_clock(&clock, offset);
        assert_eq!(answered(&server, &before).status, 200, "{offset}: a challenge from before");
        assert_eq!(answered(&server, &get(&server, "")).status, 200, "{offset}: a challenge from after");
    }
}

#[test]
fn clock_set_back_does_not_lengthen_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let limits = [
        ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1"),
        ("DIALPLATE_GUESSES_PER_NETWORK_MAX", "1"),
        ("DIALPLATE_GUESS_WINDOW_S", "600"),
    ];
    let Some(server) = start(folder.path(), &limits) else { return };
    set(folder.path(), "http_auth_enabled", "boolean", "false");
    let ask = |number: usize| ask(&server, "203.0.113.7", &format!("00156500010{number}"));
    assert_eq!([ask(0).status, ask(1).status], [403, 429]);
    set_clock(&folder.path().join("clock"), "-10y");
    let seconds: u32 = ask(2).header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");
}
