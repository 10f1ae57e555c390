//! What the tests share: the server under test, a client, databases, and the recordings.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

pub mod client;
pub mod corpus;
pub mod guests;
pub mod postgres;
pub mod server;
