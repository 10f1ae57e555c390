//! Keys of the files that phones send back.

use super::key::{ConfigKey, fixed, number};
use crate::uploads::Config;

pub fn uploads() -> Vec<ConfigKey> {
    vec![
        fixed(
            "uploads",
            "folder",
            Config::FOLDER,
            "Folder for the files that phones send back where FusionPBX's setting `polycom_uploads` is on",
        ),
        number("upload_bytes_max", "bytes", Config::BYTES_MAX, 1..=64 << 20, "Size limit of a file that a phone sends"),
        number(
            "upload_files_max",
            "files",
            Config::FILES_MAX,
            1..=1_000_000,
            "Limit on the files that the phones of one domain have sent; at the limit, they can only replace files",
        ),
    ]
}
