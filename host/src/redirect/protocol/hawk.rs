//! Signatures in the Hawk scheme, version 1, with SHA-256: https://github.com/mozilla/hawk/blob/main/API.md.

use crate::request::Secret;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::time::{SystemTime, UNIX_EPOCH};
use url::Url;

/// What is signed.
pub struct Signed<'a> {
    pub method: &'a str,
    pub url: &'a str,
    /// Without parameters; empty without a body.
    pub content_type: &'a str,
    pub body: &'a [u8],
}

/// When, and a text that is sent only once.
pub struct Stamp {
    pub seconds: u64,
    pub nonce: String,
}

impl Stamp {
    /// Now. `None` if the system gives no random bytes.
    pub fn now() -> Option<Self> {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes).ok()?;
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        Some(Self { seconds, nonce: BASE64_URL_SAFE_NO_PAD.encode(bytes) })
    }
}

/// The header `Authorization`; `None` if the URL has no host.
pub fn authorization(id: &str, key: &Secret, stamp: &Stamp, signed: &Signed<'_>) -> Option<String> {
    let hash = payload_hash(signed.content_type, signed.body);
    let url = Url::parse(signed.url).ok()?;
    let host = url.host_str()?.to_ascii_lowercase();
    let port = url.port_or_known_default()?;
    let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
    let Stamp { seconds, nonce } = stamp;
    let (method, path) = (signed.method.to_ascii_uppercase(), url.path());
    let text = format!("hawk.1.header\n{seconds}\n{nonce}\n{method}\n{path}{query}\n{host}\n{port}\n{hash}\n\n");
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok()?;
    mac.update(text.as_bytes());
    let mac = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    Some(format!(r#"Hawk id="{id}", ts="{seconds}", nonce="{nonce}", hash="{hash}", mac="{mac}""#))
}

fn payload_hash(content_type: &str, body: &[u8]) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("hawk.1.payload\n{content_type}\n"));
    hash.update(body);
    hash.update(b"\n");
    BASE64_STANDARD.encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Hawk's own documentation.
    #[test]
    fn payload_example_of_the_document_has_its_hash() {
        assert_eq!(
            payload_hash("text/plain", b"Thank you for flying Hawk"),
            "Yi9LfIIFRtBEPt74PVmbTF/xVAwPn7ub15ePICfgnuY="
        );
    }

    #[test]
    fn signature_covers_each_part() {
        let key = Secret::new("werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn");
        let stamp = |nonce: &str| Stamp { seconds: 1_353_832_234, nonce: nonce.to_owned() };
        let sign = |method, url, body: &[u8], nonce: &str| {
            let signed = Signed { method, url, content_type: "text/plain", body };
            authorization("dh37fgj492je", &key, &stamp(nonce), &signed).unwrap()
        };
        let url = "http://example.com:8000/resource/1?b=1&a=2";
        let first = sign("POST", url, b"x", "j4h3g2");
        assert_eq!(first, sign("post", url, b"x", "j4h3g2"));
        for other in [
            sign("PUT", url, b"x", "j4h3g2"),
            sign("POST", "http://example.com:8000/resource/1?b=1&a=3", b"x", "j4h3g2"),
            sign("POST", "https://example.com/resource/1?b=1&a=2", b"x", "j4h3g2"),
            sign("POST", url, b"y", "j4h3g2"),
            sign("POST", url, b"x", "other"),
        ] {
            let mac = |text: &str| text.rsplit("mac=").next().unwrap().to_owned();
            assert_ne!(mac(&first), mac(&other));
        }
        assert!(!first.contains("werxhqb98"));
    }
}
