//! Where uploaded files are stored, and how much of them.

use std::path::PathBuf;

#[derive(Clone)]
pub struct Config {
    pub folder: PathBuf,
    /// Of one file.
    pub bytes_max: usize,
    /// In the folder of one domain.
    pub files_max: usize,
}

impl Config {
    /// nginx's own limit for a body. The log of a Polycom has at most 180 KiB, on a VVX 512 KiB.
    pub const BYTES_MAX: usize = 1 << 20;
    /// Six files each of a thousand phones. With the limit of one file, a domain takes at most 6 GiB of the disk.
    pub const FILES_MAX: usize = 6_000;
    pub const FOLDER: &str = "data/uploads";
}
