//! Checks a request against the settings, in every spelling that FusionPBX accepts. A setting with an invalid value
//! demands more of the request, never less.

use super::basic;
use super::digest::{self, Accounts, Credentials, DigestTarget};
use super::keeper::{InvalidNetwork, Keeper};
use super::refusal::{Challenge, CredentialError};
use crate::facts::{Network, RequestFacts, Settings, Value};
use crate::request::{ProvisionRequest, Secret};
use subtle::Choice;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Digest,
    Basic,
}

/// The texts of a setting, one or many; `None` if it is not set. A setting that is set but has no text (a boolean where
/// names are needed) gives an empty list, which no request can satisfy.
fn texts<'a>(settings: &'a Settings, category: &str, name: &str) -> Option<Vec<&'a str>> {
    match settings.get(category, name)? {
        Value::Null | Value::Flag(false) => None,
        Value::Flag(true) => Some(Vec::new()),
        Value::Text(text) | Value::Number(text) => Some(vec![text]),
        Value::Items(items) if items.is_empty() => None,
        Value::Items(items) => Some(items.iter().map(String::as_str).collect()),
    }
}

/// Whether the client is in one of the networks of the setting `cidr` of a category, or the setting is not set.
/// Reports invalid networks to the keeper.
pub fn is_in_networks(
    request: &ProvisionRequest,
    facts: &RequestFacts,
    keeper: &Keeper,
    (category, setting): (&str, &'static str),
) -> bool {
    let Some(entries) = texts(&facts.settings, category, "cidr") else { return true };
    let mut is_in = false;
    for text in entries {
        match Network::parse(text) {
            Some(network) => is_in |= request.client().is_in(&network),
            None => {
                let domain = facts.domain.as_ref().map(|domain| domain.name.clone()).unwrap_or_default();
                keeper.report(InvalidNetwork { setting, domain, text: text.to_owned() });
            }
        }
    }
    is_in
}

/// Whether the `password` parameter is one of the passwords in the setting of that name, or the setting is not set.
pub fn has_password(request: &ProvisionRequest, settings: &Settings) -> bool {
    let Some(passwords) = texts(settings, "provision", "password") else { return true };
    let given = request.password().unwrap_or_else(|| Secret::new(""));
    let mut right = Choice::from(0);
    for password in passwords {
        right |= Secret::new(password).matches(&given);
    }
    right.into()
}

/// Checks the credentials, if the settings require any.
///
/// The realm is the requested host, not the device's domain. The two differ only if the domain filter is off, and then
/// the difference would disclose that the device exists.
pub fn check_credentials(
    request: &ProvisionRequest,
    settings: &Settings,
    keeper: &Keeper,
    now: u64,
) -> Result<(), Challenge> {
    let Some(users) = texts(settings, "provision", "http_auth_username").filter(|_| requires_credentials(settings))
    else {
        return Ok(());
    };
    let passwords = texts(settings, "provision", "http_auth_password").unwrap_or_default();
    let accounts = Accounts { users, passwords: passwords.into_iter().map(Secret::new).collect() };
    let scheme = scheme(settings);
    let outcome = match request.authorization() {
        None => Err(None),
        Some(authorization) => verify(authorization, scheme, request, &accounts, keeper, now).map_err(Some),
    };
    outcome.map_err(|error| Challenge { headers: challenges(scheme, request.host(), error, keeper, now), error })
}

/// Whether credentials are required: by `http_auth_enabled`, or its opposite `http_auth_disable` of older databases. If
/// neither is set, a user name alone requires them, as in the releases that had only the latter.
fn requires_credentials(settings: &Settings) -> bool {
    match settings.get("provision", "http_auth_enabled") {
        Some(value) => !value.is_empty(),
        None => !settings.is_on("provision", "http_auth_disable", false),
    }
}

/// Basic if the setting is `basic` in any case, else digest, so that no spelling turns the check off.
fn scheme(settings: &Settings) -> Scheme {
    let named = settings.text("provision", "http_auth_type").unwrap_or_default().trim();
    if named.eq_ignore_ascii_case("basic") { Scheme::Basic } else { Scheme::Digest }
}

fn verify(
    authorization: &Secret,
    scheme: Scheme,
    request: &ProvisionRequest,
    accounts: &Accounts<'_>,
    keeper: &Keeper,
    now: u64,
) -> Result<(), CredentialError> {
    let text = authorization.expose().trim_matches([' ', '\t']);
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    let is_named = |scheme: &str| name.eq_ignore_ascii_case(scheme);
    match scheme {
        Scheme::Basic if is_named("basic") => basic::verify(rest, accounts),
        Scheme::Digest if is_named("digest") => {
            let host = request.host();
            let target = DigestTarget { method: request.method().as_str(), uri: request.target(), host, realm: host };
            let credentials = Credentials::parse(rest).ok_or(CredentialError::Malformed)?;
            let time = keeper.nonce_time(credentials.nonce(), host, now);
            let (stamp, count) = credentials.verify(&target, accounts, keeper.key(), time)?;
            // Last, so that only clients with a password fill the table.
            if keeper.take_nonce(stamp, count, now) { Ok(()) } else { Err(CredentialError::Stale) }
        }
        _ => Err(CredentialError::Scheme),
    }
}

fn challenges(scheme: Scheme, realm: &str, error: Option<CredentialError>, keeper: &Keeper, now: u64) -> Vec<String> {
    if scheme == Scheme::Basic {
        return vec![basic::challenge(realm)];
    }
    let nonce = keeper.new_nonce(realm, now);
    let stale = error == Some(CredentialError::Stale);
    digest::OFFERED.map(|algorithm| digest::challenge(algorithm, realm, &nonce, stale)).to_vec()
}
