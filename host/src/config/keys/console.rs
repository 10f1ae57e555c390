//! Keys of the web console.

use super::key::{ConfigKey, absent};

pub fn console() -> Vec<ConfigKey> {
    vec![absent(
        "console_path",
        "path",
        "no console",
        "/console",
        "Path of the web console on the admin endpoint, such as `/console`; a proxy in front of it uses the same path",
    )]
}
