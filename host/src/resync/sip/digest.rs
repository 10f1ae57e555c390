//! Answers a digest challenge (RFC 8760 and RFC 2617) of a phone that asks who sends the NOTIFY.

use crate::gate::Algorithm;
use crate::resync::config::Credentials;

/// Longer values are no phone's.
const VALUE_BYTES_MAX: usize = 1_000;

/// The first challenge that can be answered.
pub struct Challenge {
    realm: String,
    nonce: String,
    opaque: String,
    algorithm: Algorithm,
    /// Whether the challenge names an algorithm.
    names_algorithm: bool,
    has_qop: bool,
}

impl Challenge {
    /// `None` if it is not digest with an algorithm and a protection that are known.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.trim().split_once(' ')?;
        let parameter = |name| parameter(rest, name);
        let named = parameter("algorithm");
        let algorithm = named.as_deref().map_or(Some(Algorithm::Md5), Algorithm::parse)?;
        let qop = parameter("qop");
        let has_auth = |qop: &String| qop.split(',').any(|word| word.trim().eq_ignore_ascii_case("auth"));
        if !scheme.eq_ignore_ascii_case("digest") || !qop.as_ref().is_none_or(has_auth) {
            return None;
        }
        Some(Self {
            realm: parameter("realm")?,
            nonce: parameter("nonce")?,
            opaque: parameter("opaque").unwrap_or_default(),
            algorithm,
            names_algorithm: named.is_some(),
            has_qop: qop.is_some(),
        })
    }

    /// The value of the header `Authorization` or `Proxy-Authorization`.
    pub fn answer(&self, credentials: &Credentials, uri: &str, cnonce: &str) -> String {
        let Self { realm, nonce, opaque, algorithm, .. } = self;
        let user = &credentials.user;
        let secret = algorithm.hash(&[user, realm, credentials.password.expose()]);
        let request = algorithm.hash(&["NOTIFY", uri]);
        let response = match self.has_qop {
            true => algorithm.hash(&[&secret, nonce, "00000001", cnonce, "auth", &request]),
            false => algorithm.hash(&[&secret, nonce, &request]),
        };
        let mut header = format!(
            "Digest username={}, realm={}, nonce={}, uri={}, response=\"{response}\"",
            quoted(user),
            quoted(realm),
            quoted(nonce),
            quoted(uri)
        );
        if self.names_algorithm {
            header += &format!(", algorithm={}", algorithm.name());
        }
        if !opaque.is_empty() {
            header += &format!(", opaque={}", quoted(opaque));
        }
        if self.has_qop {
            header += &format!(", qop=auth, nc=00000001, cnonce=\"{cnonce}\"");
        }
        header
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The value of a parameter, unescaped.
fn parameter(text: &str, name: &str) -> Option<String> {
    let mut rest = text;
    loop {
        let (key, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start())?;
        if key.trim_matches([' ', '\t', ',']).eq_ignore_ascii_case(name) {
            return Some(value).filter(|value| value.len() <= VALUE_BYTES_MAX);
        }
        rest = after;
    }
}

/// A value, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, after) = text.split_at(text.find(',').unwrap_or(text.len()));
        return Some((value.trim().to_owned(), after));
    };
    let (mut value, mut characters) = (String::new(), quoted.char_indices());
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            _ => value.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Secret;

    fn answer(challenge: &str, uri: &str) -> Option<String> {
        let credentials = Credentials { user: "bob".to_owned(), password: Secret::new("zanzibar") };
        Some(Challenge::parse(challenge)?.answer(&credentials, uri, "0a4f113b"))
    }

    #[test]
    fn answer_has_the_response_of_the_formula() {
        // Computed with `openssl dgst` from the formula of RFC 2617, section 3.2.2.
        let uri = "sip:101@192.0.2.7";
        let plain = answer("Digest realm=\"biloxi.com\", nonce=\"dcd98b7102dd\"", uri).unwrap();
        assert!(plain.contains("response=\"676924910a918a08b6c29f6dfcd1fabf\"") && !plain.contains("qop"), "{plain}");
        let full = answer(
            "Digest realm=\"biloxi.com\",qop=\"auth-int,auth\",nonce=\"dcd98b7102dd\",opaque=\"5c\",algorithm=MD5",
            uri,
        );
        let full = full.unwrap();
        assert!(full.contains("response=\"ebf829cecf0c9e661e9addc20e3085ea\""), "{full}");
        assert!(full.ends_with(", algorithm=MD5, opaque=\"5c\", qop=auth, nc=00000001, cnonce=\"0a4f113b\""), "{full}");
    }

    #[test]
    fn escaped_realm_is_read_and_repeated() {
        let header = answer(r#"digest nonce=n, realm="a \"b\", c=d""#, "sip:a").unwrap();
        assert!(header.contains(r#"realm="a \"b\", c=d", nonce="n""#), "{header}");
    }

    #[test]
    fn other_challenge_is_not_answered() {
        for challenge in [
            "Basic realm=\"a\"",
            "Digest realm=\"a\", nonce=\"n\", algorithm=MD5-sess",
            "Digest realm=\"a\", nonce=\"n\", qop=\"auth-int\"",
            "Digest realm=\"a\"",
            "Digest realm=\"a",
            "",
        ] {
            assert!(answer(challenge, "sip:a").is_none(), "{challenge}");
        }
    }
}
