//! Keys of the makers' redirection services.

use super::key::{ConfigKey, absent};

pub fn redirect() -> Vec<ConfigKey> {
    vec![absent(
        "redirect_url",
        "URL",
        "a device has no URL at a redirection service, unless a list gives one",
        "https://{domain}/app/provision/",
        "URL of the provisioning folder that phones get from their makers' redirection services; `{domain}` stands for the device's domain. What a maker's phones need behind it is appended",
    )]
}
