//! Where the journal is, and how much of it is kept.

use std::path::PathBuf;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `None` if there is no journal.
    pub file: Option<PathBuf>,
    /// Bytes of the file, with what SQLite keeps beside it.
    pub bytes_max: u64,
    pub days_max: u64,
    /// Whether each new version of a device's document is stored.
    pub documents: bool,
}

impl Config {
    pub const FILE: &str = "data/journal.db";
    /// A year of 300 phones that fetch ten files each day.
    pub const BYTES_MAX: u64 = 256 << 20;
    /// SQLite's journal beside the file may take half of it.
    pub const BYTES_LEAST: u64 = 16 << 20;
    pub const DAYS_MAX: u64 = 90;

    pub const OFF: Self = Self { file: None, bytes_max: Self::BYTES_MAX, days_max: Self::DAYS_MAX, documents: false };
}
