//! What the tests share: the server under test, a client, databases, and the recordings.

#![allow(clippy::print_stdout, reason = "a skipped test says so")]

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
