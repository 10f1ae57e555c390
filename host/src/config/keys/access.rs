//! Keys that decide which requests are answered.

use super::key::{ConfigKey, absent, fixed, number};
use super::secrecy;
use crate::{auth_server, sentry};

pub fn auth_server() -> Vec<ConfigKey> {
    vec![
        absent(
            "auth_server",
            "URL",
            "none",
            "https://auth.example.net/check.php",
            "Server that is asked about each request, like FusionPBX's `auth_server`: POST with mac and secret; the answer `false` refuses",
        )
        .kept_secret(secrecy::URL),
        number(
            "auth_server_timeout_ms",
            "ms",
            auth_server::Config::TIMEOUT_MS,
            100..=20_000,
            "How long the server waits for the auth server; after that it answers 503",
        ),
        absent(
            "auth_server_ca",
            "file",
            "the system's certificate authorities",
            "/etc/dialplate/authorities.pem",
            "Certificate authorities (PEM) for the auth server's certificate",
        ),
    ]
}

pub fn credentials() -> Vec<ConfigKey> {
    vec![
        fixed(
            "syslog",
            "socket",
            "off",
            "Where refusals are logged for fail2ban: `on` for `/dev/log`, the path of another syslog socket, or `off`",
        ),
        fixed(
            "digest_algorithms",
            "algorithms",
            "MD5",
            "Digest algorithms that a challenge offers, in this order: `MD5` or `MD5,SHA-256`. Every phone can do MD5, and some old ones read only one offer",
        ),
        absent(
            "basic_auth_vendors",
            "vendors",
            "none",
            "snom,panasonic",
            "Vendors, separated by commas, whose phones cannot do digest. Over https they may use Basic where a domain requires digest",
        ),
        absent(
            "unknown_first_networks",
            "networks",
            "none",
            "192.0.2.10",
            "Networks, separated by commas, that get 403 for an unknown device before any other check, as from FusionPBX. For routers that ask the next server only after 403 or 404",
        ),
        number(
            "first_contact_minutes",
            "minutes",
            0_u64,
            0..=10_080,
            "How long a device that was added, enabled or reset gets its files without credentials. Later they are demanded; without `http_auth_username` or `password` in its domain, it is refused. `0`: FusionPBX's settings decide alone",
        ),
        absent(
            "pin_secret_file",
            "file",
            "none; no phone is bound by PIN",
            "/etc/dialplate/pin-secret",
            "File whose first line is the secret, 16 characters or more, that a dial plan sends when a user enters a PIN",
        ),
        absent(
            "nonce_key",
            "key",
            "random at each start",
            "/etc/dialplate/nonce.key",
            "Key that signs digest nonces, shared by servers behind one address: 64 or more hexadecimal digits, or a file that holds them",
        )
        .kept_secret(secrecy::KEY_OR_FILE),
    ]
}

pub fn rate_limits() -> Vec<ConfigKey> {
    let limits = sentry::Config::default();
    vec![
        number(
            "guesses_per_network_max",
            "requests",
            limits.per_network_max,
            0..=1_000_000,
            "Limit on failed requests of one network (IPv4 /24, IPv6 /64; a quarter more for a /56, half as many more for a /48) within the window; further requests get 429. 0 is no limit",
        ),
        number(
            "guesses_per_oui_max",
            "requests",
            limits.per_oui_max,
            0..=1_000_000,
            "Limit on failed requests for devices of one manufacturer (OUI) within the window; further requests get 429. 0 is no limit",
        ),
        number("guess_window_s", "s", limits.window_s, 1..=86_400, "How long a failed request counts"),
        number(
            "auto_inserts_per_minute_max",
            "devices",
            limits.inserts_per_minute_max,
            0..=1_000_000,
            "Limit on devices that auto insert creates for one network per minute; per day, twenty times as many. 0 is no limit",
        ),
        number(
            "domain_auto_inserts_per_minute_max",
            "devices",
            limits.domain_inserts_per_minute_max,
            0..=1_000_000,
            "Limit on devices that auto insert creates in one domain per minute; per day, twenty times as many. 0 is no limit",
        ),
    ]
}
