//! Keys of firmware and TFTP.

use super::key::{ConfigKey, absent};

pub fn firmware() -> Vec<ConfigKey> {
    vec![
        absent(
            "firmware",
            "folder",
            "none; no firmware is served",
            "/srv/firmware",
            "Folder of firmware files, served below `/provision/firmware/` and by the names for which their makers' phones ask",
        ),
        absent(
            "firmware_url",
            "URL",
            "none; templates get no such variable",
            "http://pbx.example.net/provision/firmware",
            "URL of the firmware folder, without a final slash, which templates read as `{$firmware_url}`",
        ),
        absent(
            "tftp_listen",
            "address",
            "none; TFTP is off",
            "0.0.0.0:69",
            "Address and port of a TFTP server, read only, for the same names as over HTTP. Needs `tftp_networks`",
        ),
        absent(
            "tftp_networks",
            "networks",
            "none",
            "192.0.2.0/24",
            "Networks, separated by commas, whose TFTP requests are answered; TFTP has no passwords, and addresses can be forged",
        ),
    ]
}
