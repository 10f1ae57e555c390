//! Keys of the API and of the web console.

use super::key::{ConfigKey, absent, fixed};
use crate::operator::Config;

pub fn operator() -> Vec<ConfigKey> {
    vec![
        fixed(
            "access_file",
            "file",
            Config::ACCESS_FILE,
            "SQLite file of the server's own with the tokens of the API, of which it has hashes alone",
        ),
        fixed(
            "console_edit",
            "flag",
            "false",
            "Whether operators may edit a database of FusionPBX's through the API and the web console; the embedded database they always may",
        ),
        absent(
            "fusionpbx_url",
            "URL",
            "none",
            "https://fusionpbx.example.net",
            "FusionPBX's own web server, with whose answers operators compare files; not an address that passes provisioning on to Dialplate",
        ),
        absent(
            "fusionpbx_ca",
            "file",
            "the system's certificate authorities",
            "/etc/dialplate/fusionpbx.pem",
            "Certificate authorities (PEM) for the server of `fusionpbx_url`",
        ),
    ]
}
