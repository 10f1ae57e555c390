//! The part of digest access authentication (RFC 7616) that phones use: `qop=auth`, MD5 and SHA-256.

use super::nonce::{NonceKey, Stamp};
use super::refusal::CredentialError;
use crate::facts::hex;
use crate::request::Secret;
use md5::Md5;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// Credentials of real phones are a few hundred bytes, plus the uri.
const CREDENTIALS_BYTES_MAX: usize = 12 * 1024;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Algorithm {
    Md5,
    Sha256,
}

/// The client's parameters, unescaped. They include the response, so there is no `Debug`.
#[derive(Default)]
pub struct Credentials {
    username: String,
    realm: String,
    nonce: String,
    uri: String,
    qop: String,
    nc: String,
    cnonce: String,
    response: String,
    algorithm: String,
}

/// The request that the credentials must have been made for.
pub struct DigestTarget<'a> {
    pub method: &'a str,
    /// Path and query as the client sent them.
    pub uri: &'a str,
    pub host: &'a str,
    pub realm: &'a str,
    /// The algorithms of the challenge.
    pub offered: &'a [Algorithm],
}

/// The accepted accounts: any of the users with any of the passwords.
pub struct Accounts<'a> {
    pub users: Vec<&'a str>,
    pub passwords: Vec<Secret>,
}

impl Algorithm {
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    /// The algorithm of this name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Md5, Self::Sha256].into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The hash of the parts with colons between them, in lower-case hexadecimal digits.
    pub fn hash(self, parts: &[&str]) -> String {
        let text = parts.join(":");
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }
}

/// The value of one `WWW-Authenticate` header. A realm is a host name without quotes or backslashes.
pub fn challenge(algorithm: Algorithm, realm: &str, nonce: &str, stale: bool) -> String {
    // The server does not need the opaque, but FusionPBX sends one, and phones are known to work with that.
    let opaque = Algorithm::Md5.hash(&[realm]);
    let stale = if stale { ", stale=true" } else { "" };
    let algorithm = algorithm.name();
    format!(
        "Digest realm=\"{realm}\", qop=\"auth\", algorithm={algorithm}, nonce=\"{nonce}\", opaque=\"{opaque}\"{stale}"
    )
}

impl Credentials {
    /// Parses what follows `Digest ` in an `Authorization` header. `None` if it is not a list of parameters that has
    /// each required one once.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > CREDENTIALS_BYTES_MAX {
            return None;
        }
        let (mut credentials, mut names, mut rest) = (Self::default(), Vec::new(), text.trim_matches([' ', '\t', ',']));
        while !rest.is_empty() {
            let (name, after) = rest.split_once('=')?;
            let name = name.trim_matches([' ', '\t']).to_ascii_lowercase();
            let (value, after) = parse_value(after.trim_start_matches([' ', '\t']))?;
            if name.is_empty() || !name.bytes().all(is_token) || names.contains(&name) {
                return None;
            }
            if let Some(slot) = credentials.slot(&name) {
                *slot = value;
            }
            names.push(name);
            let after = after.trim_start_matches([' ', '\t']);
            if !after.is_empty() && !after.starts_with(',') {
                return None;
            }
            rest = after.trim_start_matches([' ', '\t', ',']);
        }
        let required = ["username", "realm", "nonce", "uri", "qop", "nc", "cnonce", "response"];
        required.iter().all(|name| names.iter().any(|other| other == name)).then_some(credentials)
    }

    fn slot(&mut self, name: &str) -> Option<&mut String> {
        match name {
            "username" => Some(&mut self.username),
            "realm" => Some(&mut self.realm),
            "nonce" => Some(&mut self.nonce),
            "uri" => Some(&mut self.uri),
            "qop" => Some(&mut self.qop),
            "nc" => Some(&mut self.nc),
            "cnonce" => Some(&mut self.cnonce),
            "response" => Some(&mut self.response),
            "algorithm" => Some(&mut self.algorithm),
            _ => None,
        }
    }

    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Checks everything but the nonce count. Returns the nonce's stamp and the count, for the table of used ones.
    pub fn verify(
        &self,
        target: &DigestTarget<'_>,
        accounts: &Accounts<'_>,
        key: &NonceKey,
        now: u64,
    ) -> Result<(Stamp, u32), CredentialError> {
        // RFC 7616: credentials without an algorithm are MD5.
        let named = if self.algorithm.is_empty() { Some(Algorithm::Md5) } else { Algorithm::parse(&self.algorithm) };
        let offered = named.filter(|algorithm| target.offered.contains(algorithm));
        let algorithm = offered.ok_or(CredentialError::NotOffered)?;
        if !self.qop.eq_ignore_ascii_case("auth") {
            return Err(CredentialError::NotOffered);
        }
        let is_count = self.nc.len() == 8 && self.nc.bytes().all(|byte| byte.is_ascii_hexdigit());
        let count = u32::from_str_radix(&self.nc, 16).ok().filter(|_| is_count).ok_or(CredentialError::Malformed)?;
        if self.realm != target.realm {
            return Err(CredentialError::OtherRealm);
        }
        if !is_same_target(&self.uri, target) {
            return Err(CredentialError::OtherUri);
        }
        let stamp = key.verify(&self.nonce, target.realm, now).ok_or(CredentialError::Stale)?;
        let is_right = self.is_from(algorithm, target, accounts);
        if bool::from(is_right) { Ok((stamp, count)) } else { Err(CredentialError::BadPassword) }
    }

    /// Whether the response is that of one of the accounts. Compares all of them, so that the time does not depend on
    /// which one matches.
    fn is_from(&self, algorithm: Algorithm, target: &DigestTarget<'_>, accounts: &Accounts<'_>) -> Choice {
        let given = self.response.to_ascii_lowercase();
        let mut right = Choice::from(0);
        for user in &accounts.users {
            let same_user = user.as_bytes().ct_eq(self.username.as_bytes());
            for password in &accounts.passwords {
                let account = algorithm.hash(&[user, target.realm, password.expose()]);
                let expected = self.response(algorithm, &account, target.method);
                right |= same_user & expected.as_bytes().ct_eq(given.as_bytes());
            }
        }
        right
    }

    fn response(&self, algorithm: Algorithm, account: &str, method: &str) -> String {
        let request = algorithm.hash(&[method, &self.uri]);
        algorithm.hash(&[account, &self.nonce, &self.nc, &self.cnonce, &self.qop, &request])
    }
}

/// Whether the uri is the requested one, possibly with scheme and host in front.
fn is_same_target(uri: &str, target: &DigestTarget<'_>) -> bool {
    if uri == target.uri {
        return true;
    }
    let Some(rest) = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://")) else { return false };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.strip_suffix(|char: char| char.is_ascii_digit()).map_or(authority, |_| {
        authority.rsplit_once(':').filter(|(host, _)| !host.ends_with(':')).map_or(authority, |(host, _)| host)
    });
    path == target.uri && host.eq_ignore_ascii_case(target.host)
}

/// A token or a quoted string, and what follows it.
fn parse_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        let token = &text[..end];
        return (!token.is_empty() && token.bytes().all(is_token_value)).then(|| (token.to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            _ => value.push(char),
        }
    }
    None
}

/// RFC 9110's `tchar`.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Some clients omit required quotes, around base64 and paths.
fn is_token_value(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')
}

#[cfg(test)]
#[path = "digest_tests.rs"]
mod tests;
