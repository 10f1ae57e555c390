//! The directory on real databases: a SQLite file, and a PostgreSQL that the tests start.

mod both;
mod embedded;
mod faults;
mod freshness;
mod outage;
mod servers;
mod triggers;
