//! What to measure, and how long.

use super::account::Account;
use super::connection::Origin;
use super::list::Request;

/// Each connection has a thread and a buffer of some hundred KiB.
pub const CONNECTIONS_MAX: usize = 1_024;

/// An hour for each round: a longer one says no more.
pub const SECONDS_MAX: u64 = 3_600;

/// More rounds say no more.
pub const ROUNDS_MAX: usize = 100;

/// Gets a line for a terminal, several times a second.
pub type Progress<'a> = &'a dyn Fn(&str);

/// A measurement. It may hold a password, so there is no `Debug`.
pub struct Plan {
    pub requests: Vec<Request>,
    pub base: Origin,
    /// The server to compare with.
    pub against: Option<Origin>,
    pub connections: usize,
    /// The length of a round.
    pub seconds: u64,
    /// The rounds of each server, which take turns.
    pub rounds: usize,
    pub account: Option<Account>,
}

impl Plan {
    /// The servers in the order of their turns.
    pub fn servers(&self) -> impl Iterator<Item = &Origin> {
        std::iter::once(&self.base).chain(&self.against)
    }
}
