//! How each maker's phones read the URL that a redirection service gives them. The sources are in `docs/redirect.md`.

/// What a phone does with the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// It appends the name of its file to a folder.
    Folder,
    /// It fetches this very file; a variable in it stands for the phone's address.
    File { name: &'static str },
}

/// A maker's rule.
#[derive(Debug)]
pub struct UrlRule {
    /// As in `device_vendor`.
    pub maker: &'static str,
    pub reads: Reads,
    /// The variable for the address that the phones replace; empty if they replace none.
    pub variable: &'static str,
    /// `None`: no document of the maker names one.
    pub chars_max: Option<usize>,
    pub source: &'static str,
}

/// The variables for an address, of all makers. A phone sends the variable of another maker as it stands.
/// The longest first: `$MAC` begins with `$MA`, and `{$mac}` contains `$mac`.
const VARIABLES: [&str; 8] = ["[PHONE_MAC_ADDRESS]", "{$mac}", "{mac}", "{MAC}", "%MACD", "$MAC", "$mac", "$MA"];

pub const URL_RULES: &[UrlRule] = &[
    UrlRule {
        maker: "yealink",
        reads: Reads::Folder,
        variable: "$MAC",
        chars_max: Some(511),
        source: "Yealink, Administrator's Guide, `static.auto_provision.server.url`; Auto Provisioning Guide",
    },
    UrlRule {
        maker: "grandstream",
        reads: Reads::Folder,
        variable: "",
        chars_max: None,
        source: "Grandstream, Configuration File Generation: the phone asks for `cfgMAC.xml` in the folder",
    },
    UrlRule {
        maker: "fanvil",
        reads: Reads::File { name: "$mac.cfg" },
        variable: "$mac",
        chars_max: None,
        source: "Fanvil, Auto Provision Standard; FDPS takes server and file apart (github.com/nethesis/falconieri)",
    },
    UrlRule {
        maker: "snom",
        reads: Reads::File { name: "snom-{mac}.htm" },
        variable: "{mac}",
        chars_max: None,
        source: "snom, Configuring snom phones for Mass Deployment, `setting_server`",
    },
    UrlRule {
        maker: "polycom",
        reads: Reads::Folder,
        variable: "",
        chars_max: Some(255),
        source: "Polycom, UC Software Administrator Guide, `device.prov.serverName`",
    },
    UrlRule {
        maker: "gigaset",
        reads: Reads::File { name: "%MACD.xml" },
        variable: "%MACD",
        chars_max: None,
        source: "teamwork.gigaset.com: Gigaset Redirect server, Registering VoIP phones",
    },
];

impl UrlRule {
    /// The rule of a vendor; `None` if the maker has no service.
    pub fn of(vendor: &str) -> Option<&'static Self> {
        URL_RULES.iter().find(|rule| rule.maker == vendor)
    }

    /// The URL for a maker's phones, from the URL of the provisioning folder.
    pub fn url(&self, folder: &str) -> String {
        let folder = folder.trim_end_matches('/');
        match self.reads {
            Reads::Folder => format!("{folder}/"),
            Reads::File { name } => format!("{folder}/{name}"),
        }
    }

    /// The first variable of another maker in a URL.
    pub fn foreign_variable(&self, url: &str) -> Option<&'static str> {
        let mut rest = url.to_owned();
        for variable in VARIABLES {
            if rest.contains(variable) && variable != self.variable {
                return Some(variable);
            }
            rest = rest.replace(variable, "");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redirect::Service;

    #[test]
    fn every_service_has_a_rule_that_the_page_names() {
        let page = include_str!("../../../docs/redirect.md");
        for service in Service::all() {
            let rule = UrlRule::of(&service.maker);
            let rule = rule.unwrap_or_else(|| panic!("no rule for {}", service.maker));
            let url = rule.url("https://pbx.example.net/app/provision");
            let variable = if rule.variable.is_empty() { "none".into() } else { format!("`{}`", rule.variable) };
            let chars = rule.chars_max.map_or("not published".to_owned(), |max| max.to_string());
            let line = format!("| {} | `{url}` | {variable} | {chars} | {} |", rule.maker, rule.source);
            assert!(page.contains(&line), "docs/redirect.md lacks the line\n{line}");
        }
    }

    #[test]
    fn variable_of_another_maker_is_found() {
        let foreign = |maker, url| UrlRule::of(maker).unwrap().foreign_variable(url);
        assert_eq!(foreign("yealink", "https://a/$MAC.cfg"), None);
        assert_eq!(foreign("yealink", "https://a/{mac}.cfg"), Some("{mac}"));
        assert_eq!(foreign("yealink", "https://a/$MA.cfg"), Some("$MA"));
        assert_eq!(foreign("fanvil", "https://a/{$mac}.cfg"), Some("{$mac}"));
        assert_eq!(foreign("snom", "https://a/$MAC.htm"), Some("$MAC"));
        assert_eq!(foreign("polycom", "https://a/"), None);
    }
}
