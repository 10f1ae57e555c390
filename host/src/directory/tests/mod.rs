//! The directory against real databases: a SQLite file, and a PostgreSQL that the tests start themselves.

mod bench;
mod both;
mod embedded;
mod faults;
mod outage;
pub mod servers;
