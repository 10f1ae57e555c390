//! References to artifacts in OCI registries: `oci://HOST[:PORT]/NAME[:TAG][@DIGEST]`.

use super::error::Error;
use super::url::FileUrl;
use std::fmt::{Display, Formatter};

const SCHEME: &str = "oci://";
/// What registries take for a reference without a tag.
const LATEST: &str = "latest";
/// Of the specification for names and tags.
const NAME_BYTES_MAX: usize = 255;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// With the port.
    host: String,
    name: String,
    tag: Option<String>,
    /// In hexadecimal digits, of SHA-256.
    digest: Option<String>,
}

impl Reference {
    /// # Errors
    /// The text is no reference.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || Error::NoReference(text.to_owned());
        let rest = text.strip_prefix(SCHEME).ok_or_else(wrong)?;
        let (host, path) = rest.split_once('/').ok_or_else(wrong)?;
        let (path, digest) = match path.split_once('@') {
            Some((path, digest)) => (path, Some(digest.strip_prefix("sha256:").ok_or_else(wrong)?)),
            None => (path, None),
        };
        let (name, tag) = match path.rsplit_once(':') {
            Some((name, tag)) => (name, Some(tag)),
            None => (path, None),
        };
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-/".contains(&byte);
        let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let fits = |text: &str, allows: &dyn Fn(u8) -> bool| {
            !text.is_empty() && text.len() <= NAME_BYTES_MAX && text.bytes().all(allows)
        };
        let names = name.split('/').all(|part| fits(part, &is_name) && !part.starts_with('.'));
        let is_one = fits(host, &is_host)
            && names
            && tag.is_none_or(|tag| fits(tag, &is_tag))
            && digest.is_none_or(|digest| digest.len() == 64 && fits(digest, &is_hex));
        if !is_one {
            return Err(wrong());
        }
        let [tag, digest] = [tag, digest].map(|part| part.map(str::to_owned));
        Ok(Self { host: host.to_owned(), name: name.to_owned(), tag, digest })
    }

    /// The registry, with its port.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The URL of the manifest. A digest says more than a tag beside it.
    pub(super) fn manifest(&self, scheme: &str) -> Result<FileUrl, Error> {
        let tag = self.tag.as_deref().unwrap_or(LATEST);
        let which = self.digest.as_ref().map_or_else(|| tag.to_owned(), |digest| format!("sha256:{digest}"));
        self.url(scheme, &format!("manifests/{which}"))
    }

    /// The URL of a blob with this hash.
    pub(super) fn blob(&self, scheme: &str, sha256: &str) -> Result<FileUrl, Error> {
        self.url(scheme, &format!("blobs/sha256:{sha256}"))
    }

    fn url(&self, scheme: &str, path: &str) -> Result<FileUrl, Error> {
        FileUrl::parse(&format!("{scheme}://{}/v2/{}/{path}", self.host, self.name))
    }
}

impl Display for Reference {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let Self { host, name, tag, digest } = self;
        write!(f, "{SCHEME}{host}/{name}")?;
        tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        digest.iter().try_for_each(|digest| write!(f, "@sha256:{digest}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_with_their_parts() {
        let digest = "0".repeat(64);
        for (text, manifest) in [
            ("oci://ghcr.io/acme/plugin:1.0.0", "https://ghcr.io/v2/acme/plugin/manifests/1.0.0".to_owned()),
            ("oci://localhost:5000/acme", "https://localhost:5000/v2/acme/manifests/latest".to_owned()),
            (
                &*format!("oci://example.net/a/b/c:1@sha256:{digest}"),
                format!("https://example.net/v2/a/b/c/manifests/sha256:{digest}"),
            ),
        ] {
            let reference = Reference::parse(text).unwrap();
            assert_eq!(
                (reference.to_string(), reference.manifest("https").unwrap().to_string()),
                (text.into(), manifest)
            );
        }
    }

    #[test]
    fn texts_that_are_no_references_are_refused() {
        for text in [
            "oci://ghcr.io",
            "oci:///acme",
            "oci://ghcr.io/Acme",
            "oci://ghcr.io/acme:a b",
            "oci://ghcr.io/../etc",
            "oci://ghcr.io/acme@sha256:12",
            "oci://ada@ghcr.io/acme",
            "https://ghcr.io/acme",
        ] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }
}
