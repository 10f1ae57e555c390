//! Keys of the makers' redirection services.

use super::key::{ConfigKey, absent, number};
use crate::redirect::CallPace;

pub fn redirect() -> Vec<ConfigKey> {
    vec![
        absent(
            "redirect_url",
            "URL",
            "a device has no URL at a redirection service, unless a list gives one",
            "https://{domain}/app/provision/",
            "URL of the provisioning folder that phones get from their makers' redirection services; `{domain}` stands for the device's domain. What a maker's phones need behind it is appended",
        ),
        absent(
            "redirect_accounts",
            "file",
            "the environment alone has accounts",
            "/etc/dialplate/redirect-accounts.toml",
            "File with the accounts at redirection services: for each service a section such as `[snom]` with `user` and `secret`, and where needed `url` and `server`. `DIALPLATE_REDIRECT_SNOM_SECRET` and the like come first. No flag has a secret",
        ),
        number(
            "redirect_rate",
            "calls per second",
            CallPace::RATE,
            1..=u64::from(CallPace::RATE_MAX),
            "How many calls a redirection service gets per second at most",
        ),
    ]
}
