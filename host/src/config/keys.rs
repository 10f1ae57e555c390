//! The registry of configuration keys. Flags, environment variables, the file, `--help`, `dialplate config` and the
//! table in `docs/administration.md` are made from it. A default that a room's `Config` has is taken from there.

mod access;
mod console;
mod firmware;
mod journal;
mod key;
mod limits;
mod operator;
mod plugin_section;
mod redirect;
mod resync;
mod secrecy;
mod server;
mod tls;
mod uploads;

pub use key::{ConfigKey, DefaultValue};
pub use plugin_section::{LIMITS, PERMISSIONS, PLUGINS, find_in_section};

use std::sync::LazyLock;

/// The key of this name.
pub fn find(name: &str) -> Option<&'static ConfigKey> {
    KEYS.iter().find(|key| key.name == name)
}

pub static KEYS: LazyLock<Vec<ConfigKey>> = LazyLock::new(|| {
    let groups = [
        server::addresses(),
        console::console(),
        tls::tls(),
        tls::client_certificates(),
        server::database(),
        server::templates_and_plugins(),
        uploads::uploads(),
        journal::journal(),
        operator::operator(),
        firmware::firmware(),
        access::auth_server(),
        access::credentials(),
        access::rate_limits(),
        resync::resync(),
        redirect::redirect(),
        limits::render_limits(),
        limits::kept(),
        limits::build_limits(),
    ];
    groups.into_iter().flatten().collect()
});
