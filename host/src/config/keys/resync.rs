//! Keys of NOTIFYs that make phones fetch again.

use super::key::{ConfigKey, absent, fixed, number};
use super::secrecy;
use crate::resync::Config;

pub fn resync() -> Vec<ConfigKey> {
    vec![
        absent(
            "event_socket",
            "address",
            "that in FusionPBX's configuration or tables; without FusionPBX none",
            "127.0.0.1:8021",
            "Address and port of FreeSWITCH's event socket, through which phones are notified, or `off`",
        ),
        absent(
            "event_socket_password",
            "password",
            "that in FusionPBX's configuration or tables, else FreeSWITCH's own",
            "ClueCon",
            "Password of the event socket. Other users of this machine can read a flag; use the environment, or `event_socket_password_file`",
        )
        .kept_secret(secrecy::TEXT),
        absent(
            "event_socket_password_file",
            "file",
            "as for `event_socket_password`, which comes first",
            "/etc/dialplate/event-socket-password",
            "File whose first line is the password of the event socket",
        ),
        fixed(
            "resync_way",
            "way",
            "auto",
            "How phones are notified: through FreeSWITCH's `event-socket`, directly by `sip`, or `auto`: by SIP only if no event socket is known",
        ),
        absent(
            "resync_sip_user",
            "user",
            "none; a phone that asks for credentials is not notified",
            "101",
            "User name for phones that ask for credentials before they take a NOTIFY that is sent directly by SIP",
        ),
        absent(
            "resync_sip_password_file",
            "file",
            "none",
            "/etc/dialplate/sip-password",
            "File whose first line is the password for `resync_sip_user`",
        ),
        absent(
            "resync_sip_ca",
            "file",
            "any certificate of a phone is accepted",
            "/etc/dialplate/phone-authorities.pem",
            "Certificate authorities (PEM) that the certificates of phones must come from when they are notified by SIP over TLS",
        ),
        fixed(
            "resync_on_change",
            "flag",
            "false",
            "Whether the server notifies phones by itself after an edit of rows or templates that changes what they would get. It compares with the journal",
        ),
        number("resync_rate", "phones per second", Config::RATE, 1..=Config::RATE_MAX, "How many phones are notified per second"),
        number(
            "resync_spread_s",
            "s",
            0_u64,
            0..=Config::SPREAD_S_MAX,
            "Time over which the phones of one edit or command are spread, so that they do not all fetch at once",
        ),
    ]
}
