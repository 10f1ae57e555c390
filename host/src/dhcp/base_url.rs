//! The URL below which phones find their files, as it may stand in a DHCP option.

use std::net::Ipv4Addr;
use url::{Host, Url};

/// An option has at most 255 bytes. snom's option 43 holds the server, a file name and four bytes more.
const BYTES_MAX: usize = 200;

/// What DHCP servers read literally between quotes. A quote or backslash would end or change the text in one of them, and
/// phones replace `{mac}` and `$MA` by their address.
const PUNCTUATION: &str = "-._~:/?&=%@+[]{}$";

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BaseUrlError {
    #[error("`{0}` is no URL; write for instance https://pbx.example.net/provision/")]
    NoUrl(String),
    #[error("phones read http, https and tftp, not `{0}`; write for instance https://pbx.example.net/provision/")]
    Scheme(String),
    #[error("the URL has the character {0:?}, which DHCP servers do not take literally; write it as %XX")]
    Character(char),
    #[error("the URL has {0} bytes, and an option has room for {BYTES_MAX}; shorten it")]
    Long(usize),
    #[error(
        "the URL has a name or password, which every machine of the network could read; phones get theirs otherwise"
    )]
    Credentials,
}

/// A checked URL.
#[derive(Clone, Debug)]
pub struct BaseUrl {
    text: String,
    url: Url,
}

impl BaseUrl {
    pub fn parse(text: &str) -> Result<Self, BaseUrlError> {
        let is_literal = |c: char| c.is_ascii_alphanumeric() || PUNCTUATION.contains(c);
        if let Some(other) = text.chars().find(|c| !is_literal(*c)) {
            return Err(BaseUrlError::Character(other));
        }
        if text.len() > BYTES_MAX {
            return Err(BaseUrlError::Long(text.len()));
        }
        let url = Url::parse(text).map_err(|_| BaseUrlError::NoUrl(text.to_owned()))?;
        if !matches!(url.scheme(), "http" | "https" | "tftp") {
            return Err(BaseUrlError::Scheme(url.scheme().to_owned()));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(BaseUrlError::NoUrl(text.to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials);
        }
        Ok(Self { text: text.to_owned(), url })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is `https`.
    pub fn is_encrypted(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Scheme, host and port, without a path.
    pub fn server(&self) -> &str {
        let after_scheme = self.text.find("://").map_or(0, |at| at + 3);
        let end = self.text[after_scheme..].find(['/', '?']).map_or(self.text.len(), |at| after_scheme + at);
        &self.text[..end]
    }

    /// The path without its first slash, with a final slash if it is not empty.
    pub fn folder(&self) -> String {
        let path = self.text[self.server().len()..].split('?').next().unwrap_or_default().trim_matches('/');
        if path.is_empty() { String::new() } else { format!("{path}/") }
    }

    /// The address, if the URL names one instead of a host name.
    pub fn address(&self) -> Option<Ipv4Addr> {
        match self.url.host()? {
            Host::Ipv4(address) => Some(address),
            Host::Domain(name) => name.parse().ok(),
            Host::Ipv6(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_url_are_found() {
        for (text, server, folder, address) in [
            ("https://pbx.example.net/provision/", "https://pbx.example.net", "provision/", None),
            ("http://192.0.2.10:8080", "http://192.0.2.10:8080", "", Some("192.0.2.10")),
            ("tftp://192.0.2.10/", "tftp://192.0.2.10", "", Some("192.0.2.10")),
            ("http://a.example/app/provision?x=1", "http://a.example", "app/provision/", None),
        ] {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!((url.server(), url.folder().as_str()), (server, folder), "{text}");
            assert_eq!(url.address().map(|address| address.to_string()).as_deref(), address, "{text}");
        }
    }

    #[test]
    fn unusable_url_is_named() {
        for (text, error) in [
            ("pbx.example.net", BaseUrlError::NoUrl("pbx.example.net".to_owned())),
            ("https://", BaseUrlError::NoUrl("https://".to_owned())),
            ("ftp://pbx.example.net/", BaseUrlError::Scheme("ftp".to_owned())),
            ("http://a/\"; drop", BaseUrlError::Character('"')),
            ("http://a/\n", BaseUrlError::Character('\n')),
            ("http://a/é", BaseUrlError::Character('é')),
            ("http://user:secret@a/", BaseUrlError::Credentials),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap_err(), error, "{text}");
        }
        let long = format!("http://a/{}", "x".repeat(BYTES_MAX));
        assert!(matches!(BaseUrl::parse(&long), Err(BaseUrlError::Long(_))));
    }
}
