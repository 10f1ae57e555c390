//! Checks the credentials of a request against the settings, and challenges the client for them.

use super::basic;
use super::demand::report;
use super::digest::{self, Accounts, Credentials, DigestTarget};
use super::keeper::{Keeper, SettingProblem};
use super::refusal::{CertificateRefusal, Challenge, CredentialError};
use super::settings::{demanded_users, judging, texts};
use crate::facts::{RequestFacts, Settings};
use crate::request::{ProvisionRequest, Secret};

/// The scheme that a domain requires.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Digest,
    Basic,
}

impl Scheme {
    /// A value of the setting `http_auth_type`; `None` if it is unknown.
    pub fn parse(named: &str) -> Option<Self> {
        match named.trim().to_ascii_lowercase().as_str() {
            "basic" => Some(Self::Basic),
            "digest" | "" => Some(Self::Digest),
            _ => None,
        }
    }
}

/// A request whose credentials are checked.
///
/// The realm is the requested host, not the device's domain. The two differ only if the domain filter is off, and then
/// the difference would disclose that the device exists.
pub struct CredentialCheck<'a> {
    pub request: &'a ProvisionRequest,
    pub facts: &'a RequestFacts,
    pub keeper: &'a Keeper,
    /// The vendor of the requested address.
    pub vendor: Option<&'a str>,
    /// Why the request's certificate does not stand for credentials.
    pub doubt: Option<CertificateRefusal>,
    pub now: u64,
}

impl CredentialCheck<'_> {
    /// Checks the credentials, if the settings require any. Returns whether they do.
    pub fn run(&self) -> Result<bool, Challenge> {
        let Some(accounts) = accounts(judging(self.facts)) else { return Ok(false) };
        let scheme = self.scheme();
        let outcome = match self.request.authorization() {
            None => Err(self.doubt.map(CredentialError::Certificate)),
            Some(authorization) => self.verify(authorization, scheme, &accounts).map_err(Some),
        };
        outcome.map(|()| true).map_err(|error| Challenge { headers: self.challenges(scheme, error), error })
    }

    /// Basic if the setting is `basic` in any case, else digest, so that no spelling turns the check off. Reports an
    /// unknown type to the keeper.
    fn scheme(&self) -> Scheme {
        let named = texts(judging(self.facts), "provision", "http_auth_type").map(|texts| texts.join(", "));
        let named = named.unwrap_or_default();
        Scheme::parse(&named).unwrap_or_else(|| {
            report(self.keeper, self.facts, "provision http_auth_type", &named, SettingProblem::AuthType);
            Scheme::Digest
        })
    }

    fn verify(&self, authorization: &Secret, scheme: Scheme, accounts: &Accounts<'_>) -> Result<(), CredentialError> {
        let Self { request, keeper, now, .. } = *self;
        let text = authorization.expose().trim_matches([' ', '\t']);
        let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
        let is_named = |scheme: &str| name.eq_ignore_ascii_case(scheme);
        match scheme {
            Scheme::Basic if is_named("basic") => basic::verify(rest, accounts),
            Scheme::Digest if is_named("basic") && self.accepts_basic() => basic::verify(rest, accounts),
            Scheme::Digest if is_named("digest") => {
                let (host, offered) = (request.host(), keeper.policy().algorithms.as_slice());
                let (method, uri) = (request.method().as_str(), request.target());
                let target = DigestTarget { method, uri, host, realm: host, offered };
                let credentials = Credentials::parse(rest).ok_or(CredentialError::Malformed)?;
                let time = keeper.nonce_time(credentials.nonce(), host, now);
                let (stamp, count) = credentials.verify(&target, accounts, keeper.key(), time)?;
                // Last, so that only clients with a password fill the table.
                if keeper.take_nonce(stamp, count, now) { Ok(()) } else { Err(CredentialError::Stale) }
            }
            _ => Err(CredentialError::Scheme),
        }
    }

    fn accepts_basic(&self) -> bool {
        self.keeper.policy().accepts_basic(self.request, self.vendor, self.facts.device.as_deref())
    }

    /// The values of `WWW-Authenticate`. Basic comes last, because a phone that can do digest may read the first alone.
    fn challenges(&self, scheme: Scheme, error: Option<CredentialError>) -> Vec<String> {
        let (realm, policy) = (self.request.host(), self.keeper.policy());
        if scheme == Scheme::Basic {
            return vec![basic::challenge(realm)];
        }
        let nonce = self.keeper.new_nonce(realm, self.now);
        let stale = error == Some(CredentialError::Stale);
        let digests = policy.algorithms.iter().map(|algorithm| digest::challenge(*algorithm, realm, &nonce, stale));
        let basic = policy.offers_basic(self.request, self.vendor).then(|| basic::challenge(realm));
        digests.chain(basic).collect()
    }
}

/// The first user with its first password that these settings accept; `None` if they require no credentials.
pub fn first_account(settings: &Settings) -> Option<(String, Secret)> {
    let Accounts { users, passwords } = accounts(settings)?;
    Some((users.first().copied()?.to_owned(), passwords.into_iter().next()?))
}

/// The first text that these settings accept as the parameter `password`.
pub fn first_password(settings: &Settings) -> Option<Secret> {
    Some(Secret::new(texts(settings, "provision", "password")?.into_iter().next()?))
}

/// The accounts of which the client needs one; `None` if the settings require no credentials.
fn accounts(settings: &Settings) -> Option<Accounts<'_>> {
    let users = demanded_users(settings)?;
    let passwords = texts(settings, "provision", "http_auth_password").unwrap_or_default();
    Some(Accounts { users, passwords: passwords.into_iter().map(Secret::new).collect() })
}
