//! The functions that the host offers during a render, as a trait so that tests can replace the host.

use crate::types::{Instant, Table};

/// The imports of a plugin during a render. The tables are those of the domain of the job's device only.
pub trait Host {
    /// The time of the job and the domain's time zone. The server keeps no document that was rendered with it.
    fn now(&self) -> Instant;
    /// The phone book: the tables `groups`, `users` and `extensions`, each present only when FusionPBX's settings select
    /// it.
    fn contacts(&self) -> Vec<Table>;
    /// The extension with this number, as a table of at most one row.
    fn extension(&self, number: &str) -> Table;
    /// The request as entries of PHP's `$_SERVER`.
    fn server_variables(&self) -> Vec<(String, String)>;
}
