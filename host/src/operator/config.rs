//! Keys of the API and of the web console.

use crate::plugin_kit;
use std::path::PathBuf;
use url::Url;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The SQLite file with the tokens.
    pub access_file: PathBuf,
    /// Whether operators edit a database of FusionPBX's. One of Dialplate's own they always may.
    pub console_edit: bool,
    /// FusionPBX's own web server, if operators compare with its answers.
    pub fusionpbx: Option<Fusionpbx>,
}

/// FusionPBX's web server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fusionpbx {
    /// Without a slash at its end. Targets of phones are appended.
    pub url: String,
    /// The authorities that its certificate is checked against; `None` for the system's.
    pub authorities: Option<PathBuf>,
}

impl Fusionpbx {
    /// Parses the address of the web server.
    ///
    /// # Errors
    /// It is no http or https URL, or has a part that no address has.
    pub fn parse_url(text: &str) -> Result<String, String> {
        let wrong = |why: &str| Err(format!("{why}; write for instance https://fusionpbx.example.net"));
        let Some(url) = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        else {
            return wrong("this is no http or https URL");
        };
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("the URL contains a user name, which is never sent");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return wrong("the URL has a query or a fragment; the phone's own target is appended to it");
        }
        Ok(url.as_str().trim_end_matches('/').to_owned())
    }
}

impl Config {
    pub const ACCESS_FILE: &str = "data/access.db";
}

/// What changes of the plugins need beside the running server.
#[derive(Clone)]
pub struct PluginSources {
    /// The folders, and the limits of a component.
    pub kit: plugin_kit::Config,
    /// The authorities that downloads are checked against; `None` for the system's.
    pub authorities: Option<PathBuf>,
    /// The passwords of registries.
    pub registry_auth: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fusionpbx_url_is_an_address_alone() {
        for (text, url) in [
            ("https://fusionpbx.example.net/", "https://fusionpbx.example.net"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("https://example.net/pbx/", "https://example.net/pbx"),
        ] {
            assert_eq!(Fusionpbx::parse_url(text).as_deref(), Ok(url));
        }
        for text in
            ["", "fusionpbx", "ftp://example.net", "https://ada:s3cret@example.net", "https://example.net/?key=s3cret"]
        {
            let error = Fusionpbx::parse_url(text).unwrap_err();
            assert!(error.contains("write for instance") && !error.contains("s3cret"), "{error}");
        }
    }
}
