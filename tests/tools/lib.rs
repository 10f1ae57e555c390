//! Servers, clients and programs that the tests of all crates share.

#![allow(clippy::print_stdout, reason = "tests print figures")]

pub mod author;
pub mod authority;
pub mod client;
pub mod echo;
pub mod event_socket;
pub mod guests;
pub mod hang;
pub mod heavy;
pub mod nginx;
pub mod page;
pub mod postgres;
pub mod proxy;
pub mod reader;
pub mod server;
pub mod setting;
pub mod sipp;
pub mod wait;

use std::fs::OpenOptions;
use std::io::Write;
use std::process::Command;

/// Reports that a test, or a part of it, is skipped because a program or a recording is absent.
///
/// # Panics
/// With `CI=true`: the machine that guards `main` must have all that `tests/setup.sh` installs, and `../shared`.
pub fn skip(why: &str) {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "{why}; CI must have it");
    unsupported(why);
}

/// The words that start a server in namespaces of its own, by `unshare` with these flags and after a command of the shell.
/// If this machine does not allow it, reports a skipped test and returns `None`.
pub fn unshared(flags: &str, command: &str) -> Option<Vec<String>> {
    let script = format!("{command} && exec \"$0\" \"$@\"");
    let words: Vec<_> = ["unshare", flags, "sh", "-c", &script].map(str::to_owned).into();
    let tried = Command::new(&words[0]).args(&words[1..]).arg("true").output();
    if tried.is_ok_and(|output| output.status.success()) {
        return Some(words);
    }
    unsupported(&format!("this machine does not allow `unshare {flags}`"));
    None
}

/// Reports that a test, or a part of it, is skipped because this kernel or user cannot do it, in CI too. The line goes
/// straight to stderr, which the test harness does not capture, and to the file that `DIALPLATE_SKIPPED_LOG` names,
/// from which `make test` counts.
pub fn unsupported(why: &str) {
    let line = format!("skipped: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(log) = std::env::var_os("DIALPLATE_SKIPPED_LOG") {
        let log = OpenOptions::new().create(true).append(true).open(log);
        log.and_then(|mut log| log.write_all(line.as_bytes())).expect("DIALPLATE_SKIPPED_LOG can be written");
    }
}
