//! Digest credentials (RFC 7616) with `qop=auth` and MD5, which every phone and FusionPBX use. One login serves many
//! requests: it counts them, as a phone does.

use super::account::Account;
use crate::gate::Algorithm::{self, Md5};

/// The answers to one challenge.
pub struct Login {
    user: String,
    realm: String,
    nonce: String,
    opaque: String,
    /// The hash of user, realm and password.
    secret: String,
    count: u32,
}

impl Login {
    /// The login that answers one of these challenges; `None` if none of them is a digest with MD5.
    pub fn answer(challenges: &[String], account: &Account) -> Option<Self> {
        challenges.iter().find_map(|challenge| Self::of(challenge, account))
    }

    fn of(challenge: &str, account: &Account) -> Option<Self> {
        let (scheme, parameters) = challenge.split_once(' ')?;
        let parameter = |name| parameter(parameters, name);
        let is_md5 = parameter("algorithm").is_none_or(|algorithm| Algorithm::parse(algorithm) == Some(Md5));
        let has_auth = parameter("qop")?.split(',').any(|qop| qop.trim() == "auth");
        if !scheme.eq_ignore_ascii_case("digest") || !is_md5 || !has_auth {
            return None;
        }
        let (realm, nonce) = (parameter("realm")?.to_owned(), parameter("nonce")?.to_owned());
        let secret = Md5.hash(&[&account.user, &realm, account.password.expose()]);
        let opaque = parameter("opaque").unwrap_or_default().to_owned();
        Some(Self { user: account.user.clone(), realm, nonce, opaque, secret, count: 0 })
    }

    /// Appends the header of the next request.
    pub fn write(&mut self, target: &str, cnonce: &str, out: &mut Vec<u8>) {
        self.count += 1;
        let count = format!("{:08x}", self.count);
        let request = Md5.hash(&["GET", target]);
        let response = Md5.hash(&[&self.secret, &self.nonce, &count, cnonce, "auth", &request]);
        for (name, value) in [
            ("Authorization: Digest username", self.user.as_bytes()),
            (", realm", self.realm.as_bytes()),
            (", nonce", self.nonce.as_bytes()),
            (", uri", target.as_bytes()),
            (", opaque", self.opaque.as_bytes()),
            (", cnonce", cnonce.as_bytes()),
            (", response", response.as_bytes()),
        ] {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"=\"");
            out.extend_from_slice(value);
            out.push(b'"');
        }
        out.extend_from_slice(b", algorithm=MD5, qop=auth, nc=");
        out.extend_from_slice(count.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
}

/// The value of a parameter of a challenge, without quotes.
fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = parameters;
    loop {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_at(after.find(',').unwrap_or(after.len())),
        };
        if key.trim_matches([' ', '\t', ',']).eq_ignore_ascii_case(name) {
            return Some(value.trim_end());
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login(challenge: &str) -> Option<Login> {
        Login::of(challenge, &Account::parse("Mufasa:Circle of Life").ok()?)
    }

    #[test]
    fn response_is_that_of_the_rfc() {
        // RFC 7616, section 3.9.1.
        let challenge = "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, \
                         nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        let mut login = login(challenge).unwrap();
        let mut header = Vec::new();
        login.write("/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", &mut header);
        let header = String::from_utf8(header).unwrap();
        assert!(header.contains("response=\"8ca523f5e9506fed4657c9700eebdbec\""), "{header}");
        assert!(header.contains("nc=00000001\r\n"), "{header}");
        let mut second = Vec::new();
        login.write("/dir/index.html", "x", &mut second);
        assert!(String::from_utf8(second).unwrap().contains("nc=00000002"));
    }

    #[test]
    fn challenge_without_md5_is_not_answered() {
        for challenge in [
            "Basic realm=\"a\"",
            "Digest realm=\"a\", qop=\"auth\", algorithm=SHA-256, nonce=\"n\"",
            "Digest realm=\"a\", nonce=\"n\"",
            "Digest realm=\"a",
        ] {
            assert!(login(challenge).is_none(), "{challenge}");
        }
        assert!(login("digest qop=auth,nonce=\"n\" , realm=\"a, b=c\"").is_some_and(|login| login.realm == "a, b=c"));
    }
}
