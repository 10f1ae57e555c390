//! What the tests share: the server under test, a client, databases, and the recordings.

#![allow(clippy::print_stdout, reason = "figures of a test that is read for them")]

pub mod client;
pub mod corpus;
pub mod echo;
pub mod guests;
pub mod heavy;
pub mod load;
pub mod nginx;
pub mod postgres;
pub mod proxy;
pub mod recorded;
pub mod server;
pub mod setting;
pub mod site;
pub mod wait;

use std::io::Write;

/// Says why a test, or a part of it, is not run. Right to stderr: the harness swallows what a passing test prints.
pub fn skip(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
