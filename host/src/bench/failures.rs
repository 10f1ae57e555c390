//! What goes wrong with a request during a measurement, counted by kind.

use std::collections::BTreeMap;
use std::io;

/// One request without its expected answer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Failure {
    #[error("no connection ({0})")]
    Connect(String),
    #[error("the connection ended before the answer did")]
    Closed,
    #[error("no complete answer in time")]
    TimedOut,
    #[error("the connection failed ({0})")]
    Connection(String),
    #[error("the answer is no HTTP that this client reads: {0}")]
    Malformed(&'static str),
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
    #[error("status {found}, expected {expected}")]
    Status { found: u16, expected: u16 },
    #[error("the body differs from the first answer")]
    Body,
    #[error("the body differs from that of the other server")]
    Difference,
    #[error("the server demands no digest with qop=auth, so the account cannot be used")]
    Challenge,
}

impl Failure {
    pub fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Self::TimedOut,
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Connection(error.to_string()),
        }
    }

    /// Whether the connection is to be given up.
    pub fn is_of_connection(&self) -> bool {
        !matches!(self, Self::Status { .. } | Self::Body | Self::Difference | Self::Challenge)
    }
}

/// The failures of a measurement: how many of each kind, and the request of the first.
#[derive(Clone, Default)]
pub struct Failures(BTreeMap<String, (u64, String)>);

impl Failures {
    pub fn add(&mut self, failure: &Failure, request: &str) {
        let (count, _) = self.0.entry(failure.to_string()).or_insert_with(|| (0, request.to_owned()));
        *count += 1;
    }

    pub fn append(&mut self, other: Self) {
        for (kind, (count, request)) in other.0 {
            self.0.entry(kind).or_insert((0, request)).0 += count;
        }
    }

    pub fn count(&self) -> u64 {
        self.0.values().map(|(count, _)| count).sum()
    }

    /// The kinds with their numbers and the first request of each.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, u64, &str)> {
        self.0.iter().map(|(kind, (count, request))| (kind.as_str(), *count, request.as_str()))
    }
}
