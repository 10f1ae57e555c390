//! The directory against real databases: a SQLite file, and a PostgreSQL that the tests start themselves.

mod both;
mod bench;
mod servers;
