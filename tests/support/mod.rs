//! What the tests share: the server under test, a client, and the recordings.

pub mod client;
pub mod corpus;
pub mod server;
