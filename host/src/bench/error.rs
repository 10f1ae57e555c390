//! Errors that prevent a measurement. What goes wrong during one is counted instead (`failures.rs`).

use super::failures::Failure;
use crate::directory;
use std::io;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{url:?} is no server to measure: {reason}; write for instance http://127.0.0.1:8080")]
    Url { url: String, reason: &'static str },

    #[error("cannot resolve {host}: {error}; check the name, or write an address")]
    Resolve { host: String, error: io::Error },

    #[error("{url} cannot be reached: {failure}; start the server, or name another")]
    Unreachable { url: String, failure: Failure },

    #[error("line {line}: {reason}; `dialplate bench requests` prints a valid list")]
    Line { line: usize, reason: String },

    #[error("the list has no request; `dialplate bench requests` makes one from the database")]
    EmptyList,

    #[error("the list has more than {0} requests; split it")]
    LongList(usize),

    #[error("no request of the list got its answer; the first failure: {0}")]
    NothingToMeasure(String),

    #[error("the account is no `user:password`; write both with a colon between them")]
    Account,

    #[error("cannot start {connections} connections: {error}; choose fewer with --connections")]
    Threads { connections: usize, error: io::Error },

    #[error("the system returned no random numbers: {0}")]
    Random(#[from] getrandom::Error),

    #[error(transparent)]
    Directory(#[from] directory::Error),

    #[error("the database has no enabled device{0}; add one, or name another database with --database")]
    NoDevice(String),
}
