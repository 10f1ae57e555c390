//! The directory on real databases: a SQLite file, and a PostgreSQL that the tests start.

mod bench;
mod both;
mod embedded;
mod faults;
mod outage;
pub mod servers;
