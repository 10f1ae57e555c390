//! The configuration of this room.

use super::provider::CallPace;
use super::url_rule::UrlRule;
use std::path::PathBuf;
use url::Url;

/// Stands for the device's domain in the URL.
const DOMAIN: &str = "{domain}";

#[derive(Clone, Debug)]
pub struct Config {
    /// The URL of the provisioning folder, with [`DOMAIN`] for the device's domain.
    pub url: Option<String>,
    /// The file with the accounts at the services.
    pub accounts: Option<PathBuf>,
    /// Calls a second.
    pub rate: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { url: None, accounts: None, rate: CallPace::RATE }
    }
}

impl Config {
    /// # Errors
    /// The text is no URL of a folder.
    pub fn parse_url(text: &str) -> Result<String, String> {
        let is_url = Url::parse(&text.replace(DOMAIN, "pbx.example.net")).is_ok_and(|url| url.has_host());
        match is_url && text.contains("://") && !text.contains(['?', '#']) {
            true => Ok(text.to_owned()),
            false => Err("is no URL of a folder; write for instance https://{domain}/app/provision/".to_owned()),
        }
    }

    /// The URL for a device of this maker; empty if there is none.
    pub fn url_of(&self, vendor: &str, domain: &str) -> String {
        let Some(folder) = self.url.as_ref().filter(|url| !url.contains(DOMAIN) || !domain.is_empty()) else {
            return String::new();
        };
        let folder = folder.replace(DOMAIN, domain);
        UrlRule::of(vendor).map_or_else(|| folder.clone(), |rule| rule.url(&folder))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_has_the_domain_and_what_the_maker_needs() {
        let config =
            Config { url: Some(Config::parse_url("https://{domain}/app/provision").unwrap()), ..Config::default() };
        assert_eq!(config.url_of("yealink", "a.example"), "https://a.example/app/provision/");
        assert_eq!(config.url_of("snom", "a.example"), "https://a.example/app/provision/snom-{mac}.htm");
        assert_eq!(config.url_of("yealink", ""), "");
        assert_eq!(Config::default().url_of("yealink", "a.example"), "");
    }

    #[test]
    fn text_that_is_no_folder_is_refused() {
        for text in ["{domain}/provision", "https://", "https://a.example/?x=1", "https:a"] {
            assert!(Config::parse_url(text).is_err(), "{text}");
        }
    }
}
