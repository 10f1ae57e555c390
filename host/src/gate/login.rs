//! The phone's side of a challenge: credentials by digest (RFC 7616) with `qop=auth`, or Basic (RFC 7617). One login serves
//! many requests: it counts them, as a phone does. Commands use it that take the place of a phone.

use super::digest::Algorithm;
use crate::request::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The answers to one challenge.
pub struct Login {
    algorithm: Algorithm,
    user: String,
    realm: String,
    nonce: String,
    opaque: String,
    /// The hash of user, realm and password.
    secret: String,
    count: u32,
}

/// A request that credentials are computed for.
#[derive(Clone, Copy)]
pub struct Signed<'a> {
    pub method: &'a str,
    /// Path and query as they are sent.
    pub target: &'a str,
    pub cnonce: &'a str,
}

impl Login {
    /// The login that answers the first of these challenges that is a digest with `qop=auth`.
    pub fn answer(challenges: &[String], user: &str, password: &Secret) -> Option<Self> {
        challenges.iter().find_map(|challenge| Self::of(challenge, user, password))
    }

    fn of(challenge: &str, user: &str, password: &Secret) -> Option<Self> {
        let (scheme, parameters) = challenge.split_once(' ')?;
        let parameter = |name| parameter(parameters, name);
        let algorithm = parameter("algorithm").map_or(Some(Algorithm::Md5), Algorithm::parse)?;
        let has_auth = parameter("qop")?.split(',').any(|qop| qop.trim() == "auth");
        if !scheme.eq_ignore_ascii_case("digest") || !has_auth {
            return None;
        }
        let (realm, nonce) = (parameter("realm")?.to_owned(), parameter("nonce")?.to_owned());
        let secret = algorithm.hash(&[user, &realm, password.expose()]);
        let opaque = parameter("opaque").unwrap_or_default().to_owned();
        Some(Self { algorithm, user: user.to_owned(), realm, nonce, opaque, secret, count: 0 })
    }

    /// The value of the `Authorization` header of the next request.
    pub fn header(&mut self, Signed { method, target, cnonce }: Signed<'_>) -> String {
        self.count += 1;
        let Self { algorithm, user, realm, nonce, opaque, secret, count } = self;
        let count = format!("{count:08x}");
        let request = algorithm.hash(&[method, target]);
        let response = algorithm.hash(&[secret, nonce, &count, cnonce, "auth", &request]);
        let algorithm = algorithm.name();
        format!(
            "Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{target}\", \
             opaque=\"{opaque}\", cnonce=\"{cnonce}\", response=\"{response}\", algorithm={algorithm}, qop=auth, \
             nc={count}"
        )
    }
}

/// The value of an `Authorization` header that answers one of these challenges; `None` if none is known.
pub fn credentials(challenges: &[String], user: &str, password: &Secret, signed: Signed<'_>) -> Option<String> {
    if let Some(mut login) = Login::answer(challenges, user, password) {
        return Some(login.header(signed));
    }
    let is_basic = |text: &String| text.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic"));
    let pair = || STANDARD.encode(format!("{user}:{}", password.expose()));
    challenges.iter().any(is_basic).then(|| format!("Basic {}", pair()))
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
        Login::of(challenge, "Mufasa", &Secret::new("Circle of Life"))
    }

    fn signed<'a>(target: &'a str, cnonce: &'a str) -> Signed<'a> {
        Signed { method: "GET", target, cnonce }
    }

    #[test]
    fn response_is_that_of_the_rfc() {
        // RFC 7616, section 3.9.1.
        for (algorithm, response) in [
            ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
            ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ] {
            let challenge = format!(
                "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
                 nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                 opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
            );
            let mut login = login(&challenge).unwrap();
            let signed = signed("/dir/index.html", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
            let header = login.header(signed);
            assert!(header.contains(&format!("response=\"{response}\"")), "{header}");
            assert!(header.ends_with("nc=00000001") && login.header(signed).ends_with("nc=00000002"), "{header}");
        }
    }

    #[test]
    fn challenge_without_qop_or_nonce_is_not_answered() {
        for challenge in ["Basic realm=\"a\"", "Digest realm=\"a\", nonce=\"n\"", "Digest realm=\"a"] {
            assert!(login(challenge).is_none(), "{challenge}");
        }
        assert!(login("digest qop=auth,nonce=\"n\" , realm=\"a, b=c\"").is_some_and(|login| login.realm == "a, b=c"));
    }

    #[test]
    fn basic_is_answered_only_without_a_digest() {
        let answer = |challenges: &[&str]| {
            let challenges: Vec<_> = challenges.iter().map(|text| (*text).to_owned()).collect();
            credentials(&challenges, "ada", &Secret::new("a:b"), signed("/", "c")).unwrap_or_default()
        };
        assert_eq!(answer(&["Basic realm=\"x\""]), "Basic YWRhOmE6Yg==");
        assert!(answer(&["Basic realm=\"x\"", "Digest realm=\"x\", qop=\"auth\", nonce=\"n\""]).starts_with("Digest "));
        assert_eq!(answer(&["Negotiate"]), "");
    }
}
