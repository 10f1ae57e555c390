//! The settings that the server and its templates read, with what each means: the list below, and the tables of the pages in
//! `docs/` and of `templates/README.md`, which tests compare with the templates.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A setting that has a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSetting {
    pub category: &'static str,
    pub name: String,
    pub meaning: String,
}

/// Pages with tables whose columns are `setting` and `meaning`.
const PAGES: [&str; 3] = [
    include_str!("../../../docs/two-phase.md"),
    include_str!("../../../docs/encryption.md"),
    include_str!("../../../templates/README.md"),
];

/// What the server itself reads, and what templates of several makers share.
const OWN: [(&str, &str, &str); 37] = [
    ("domain", "cidr", "Networks whose clients are answered, for requests to the domain; a list"),
    ("domain", "language", "The language of texts, such as en-us"),
    ("domain", "time_zone", "The time zone of the phones, such as Europe/Paris"),
    ("provision", "admin_name", "The phones' administrator"),
    ("provision", "admin_password", "The password of the phones' administrator"),
    ("provision", "auto_insert_enabled", "Whether an unknown phone becomes a device"),
    ("provision", "cidr", "Networks whose phones are answered; a list"),
    ("provision", "contact_extensions", "Whether phone books list the extensions"),
    ("provision", "contact_groups", "Whether phone books list the contacts of the user's groups"),
    ("provision", "contact_users", "Whether phone books list the contacts of the user"),
    ("provision", "daylight_savings_auto", "Whether daylight saving is computed from the time zone"),
    ("provision", "enabled", "Whether phones are answered at all"),
    ("provision", "firmware_url", "Where phones fetch firmware"),
    ("provision", "http_auth_enabled", "Whether phones are asked for user name and password"),
    ("provision", "http_auth_disable", "The opposite of http_auth_enabled, in older releases"),
    ("provision", "http_auth_password", "The passwords that phones may send; a list"),
    ("provision", "http_auth_type", "How phones send the password: digest or basic"),
    ("provision", "http_auth_username", "The user name that phones send"),
    ("provision", "http_domain_filter", "Whether the host that a phone asks for must be its device's domain"),
    ("provision", "line_display_name", "The name that others see of new lines, composed of the extension's values"),
    ("provision", "line_label", "The label of new lines, composed of the extension's values"),
    ("provision", "line_register_expires", "Seconds between registrations, for new lines"),
    ("provision", "line_sip_port", "The registrar's port, for new lines"),
    ("provision", "line_sip_transport", "The transport of new lines: tcp, udp or tls"),
    ("provision", "ntp_server_primary", "Where phones get the time"),
    ("provision", "ntp_server_secondary", "Where phones get the time if the first server does not answer"),
    ("provision", "outbound_proxy_primary", "The outbound proxy of new lines"),
    ("provision", "outbound_proxy_secondary", "The second outbound proxy of new lines"),
    ("provision", "password", "A password that a request has to contain, in place of HTTP authentication"),
    ("provision", "server_address_primary", "The first registrar of a pair, for new lines"),
    ("provision", "server_address_secondary", "The second registrar of a pair, for new lines"),
    ("provision", "stun_port", "The port of the STUN server"),
    ("provision", "stun_server", "The STUN server"),
    ("provision", "template_dir", "A folder of templates in place of the server's"),
    ("provision", "user_password", "The password of the phones' user"),
    ("provision", "version_format", "How templates see the time, in PHP's letters"),
    ("provision", "voicemail_number", "What the message key dials"),
];

static ALL: LazyLock<Vec<KnownSetting>> = LazyLock::new(|| {
    let mut all = BTreeMap::new();
    for (category, name, meaning) in OWN {
        all.insert((category, name.to_owned()), meaning.to_owned());
    }
    for page in PAGES {
        // A page also names settings of the domain, in whose category no template's own are.
        for (name, meaning) in rows(page).into_iter().filter(|(name, _)| !OWN.iter().any(|own| own.1 == name)) {
            all.entry(("provision", name)).or_insert(meaning);
        }
    }
    all.into_iter().map(|((category, name), meaning)| KnownSetting { category, name, meaning }).collect()
});

/// All of them, by category and name.
pub fn known_settings() -> &'static [KnownSetting] {
    &ALL
}

/// What a setting means; `None` if nothing here reads it.
pub fn meaning(category: &str, name: &str) -> Option<&'static str> {
    let at = ALL.binary_search_by(|known| (known.category, known.name.as_str()).cmp(&(category, name)));
    at.ok().map(|at| ALL[at].meaning.as_str())
}

/// The settings of a page's tables. A section that is named after a maker says whose phones read them.
fn rows(page: &str) -> Vec<(String, String)> {
    let (mut found, mut maker, mut columns) = (Vec::new(), "", None);
    let is_of_makers = page.starts_with("# Templates");
    for line in page.lines() {
        if let Some(title) = line.strip_prefix("## ").filter(|_| is_of_makers) {
            maker = title;
        }
        let Some(row) = line.strip_prefix('|') else {
            columns = None;
            continue;
        };
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        let at = |name| cells.iter().position(|cell| *cell == name);
        match (columns, at("setting"), at("meaning")) {
            (None, Some(setting), Some(meaning)) => columns = Some((setting, meaning)),
            (Some((setting, meaning)), _, _) => {
                let text = |at: usize| cells.get(at).copied().unwrap_or_default();
                let meaning = text(meaning).replace('`', "");
                let meaning = if maker.is_empty() { meaning } else { format!("{maker}: {meaning}") };
                found.extend(names(text(setting)).map(|name| (name.to_owned(), meaning.clone())));
            }
            (None, ..) => {}
        }
    }
    found
}

/// The names in a cell. What stands behind `else` is a value, and what begins with `_` is a part of a name.
fn names(cell: &str) -> impl Iterator<Item = &str> {
    let parts = cell.split('`').collect::<Vec<_>>();
    let is_name = |name: &str| {
        name.contains('_')
            && name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_')
    };
    let names: Vec<&str> = (1..parts.len())
        .step_by(2)
        .filter(|at| is_name(parts[*at]) && !parts[at - 1].trim_end().ends_with("else the domain's"))
        .map(|at| parts[at])
        .collect();
    names.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_server_and_makers_have_a_meaning() {
        assert_eq!(meaning("domain", "time_zone"), Some("The time zone of the phones, such as Europe/Paris"));
        assert_eq!(meaning("provision", "polycom_calls_per_line_key"), Some("polycom: calls at once"));
        assert!(meaning("provision", "pin_networks").is_some_and(|text| text.starts_with("Networks whose phones get")));
        assert!(meaning("provision", "yealink_config_aes_key").is_some());
        for name in ["line", "_label", "no_such_setting", "time_zone"] {
            assert_eq!(meaning("provision", name), None, "{name}");
        }
        assert!(known_settings().len() > 150, "{}", known_settings().len());
    }

    #[test]
    fn every_setting_of_the_gate_is_known() {
        let gate = include_str!("../gate/settings.rs");
        let list = gate.split_once("pub const SETTINGS").unwrap().1.split_once("];").unwrap().0;
        let names: Vec<_> = list.split('"').skip(1).step_by(2).collect();
        assert!(names.len() >= 20, "{names:?}");
        for pair in names.chunks(2).filter(|pair| pair.len() == 2) {
            assert!(meaning(pair[0], pair[1]).is_some(), "{pair:?}");
        }
    }
}
