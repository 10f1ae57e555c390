//! URLs of files.

use super::error::Error;
use std::fmt::{Display, Formatter};
use url::{Host, Url};

/// An https URL, or an http URL of this machine. Displayed without its query, which may hold a secret.
#[derive(Clone)]
pub struct FileUrl(Url);

impl FileUrl {
    /// # Errors
    /// It is no URL, is not encrypted, or contains a user name.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let url = Url::parse(text).map_err(|_| Error::NoUrl(text.split('?').next().unwrap_or_default().to_owned()))?;
        let url = Self(url);
        if !url.is_allowed() {
            return Err(Error::NotEncrypted(url.to_string()));
        }
        if !url.0.username().is_empty() || url.0.password().is_some() {
            return Err(Error::Credentials(url.to_string()));
        }
        Ok(url)
    }

    /// The URL as it is stored and requested.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The URL of a file beside this one, whose name is this one's with an ending.
    pub fn beside(&self, ending: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{ending}", self.0.path()));
        Self(url)
    }

    /// Where a redirect of this URL leads. An encrypted one leads to an encrypted one.
    pub(super) fn redirected(&self, location: &str) -> Result<Self, Error> {
        let target = self.0.join(location).map_err(|_| Error::NoTarget(self.to_string()))?;
        let target = Self(target);
        if target.0.scheme() == "https" || self.0.scheme() == "http" && target.is_allowed() {
            Ok(target)
        } else {
            Err(Error::Redirect { place: self.to_string(), target: target.to_string() })
        }
    }

    /// Nobody is on the way to this machine itself.
    fn is_allowed(&self) -> bool {
        let is_this_machine = match self.0.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        match self.0.scheme() {
            "https" => self.0.has_host(),
            "http" => is_this_machine,
            _ => false,
        }
    }
}

impl Display for FileUrl {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let host = self.0.host_str().unwrap_or_default();
        let port = self.0.port().map_or_else(String::new, |port| format!(":{port}"));
        write!(f, "{}://{host}{port}{}", self.0.scheme(), self.0.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_encrypted_urls_and_those_of_this_machine_are_taken() {
        for (text, shown) in [
            ("https://Example.net/a.wasm?token=s3cret", "https://example.net/a.wasm"),
            ("https://example.net:8443/a.wasm#part", "https://example.net:8443/a.wasm"),
            ("http://127.0.0.1:8000/a.wasm", "http://127.0.0.1:8000/a.wasm"),
            ("http://localhost/a.wasm", "http://localhost/a.wasm"),
            ("http://[::1]:8000/a.wasm", "http://[::1]:8000/a.wasm"),
        ] {
            assert_eq!(FileUrl::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_string(), shown);
        }
        for (text, part) in [
            ("http://example.net/a.wasm", "is not encrypted"),
            ("http://localhost.example.net/a.wasm", "is not encrypted"),
            ("https://", "is no URL"),
            ("https://ada:s3cret@example.net/a.wasm", "contains a user name"),
        ] {
            let error = FileUrl::parse(text).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(part) && !error.contains("s3cret"), "{text}: {error}");
        }
    }

    #[test]
    fn redirect_never_leaves_encryption() {
        let from = FileUrl::parse("https://example.net/a/b.wasm?x=1").unwrap();
        assert_eq!(from.redirected("../c.wasm").unwrap().as_str(), "https://example.net/c.wasm");
        assert_eq!(from.redirected("https://cdn.example.net/c").unwrap().as_str(), "https://cdn.example.net/c");
        for location in ["http://example.net/a.wasm", "http://127.0.0.1/a.wasm", "file:///etc/passwd"] {
            assert!(from.redirected(location).is_err(), "{location}");
        }
        assert_eq!(from.beside(".minisig").as_str(), "https://example.net/a/b.wasm.minisig?x=1");
    }
}
