//! What the settings demand of a request, whichever way they are written. What cannot be understood demands more,
//! never less.

use super::basic;
use super::digest::{self, Accounts, Credentials, DigestTarget};
use super::keeper::{Keeper, UnreadableNetwork};
use super::permit::{Challenge, CredentialError};
use crate::facts::{Network, RequestFacts, Settings, Value};
use crate::request::{ProvisionRequest, Secret};
use subtle::Choice;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Digest,
    Basic,
}

/// The texts of a setting, one or many; `None` when it is not set. A setting that is set and holds no text (a boolean
/// where names are needed) demands something that nobody has.
fn texts<'a>(settings: &'a Settings, category: &str, name: &str) -> Option<Vec<&'a str>> {
    match settings.get(category, name)? {
        Value::Null | Value::Flag(false) => None,
        Value::Flag(true) => Some(Vec::new()),
        Value::Text(text) | Value::Number(text) => Some(vec![text]),
        Value::Items(items) if items.is_empty() => None,
        Value::Items(items) => Some(items.iter().map(String::as_str).collect()),
    }
}

/// Whether the client is in one of the networks of `category`'s setting `cidr`, or there are none.
pub fn is_in_networks(
    request: &ProvisionRequest,
    admission: &RequestFacts,
    keeper: &Keeper,
    (category, setting): (&str, &'static str),
) -> bool {
    let Some(entries) = texts(&admission.settings, category, "cidr") else { return true };
    let mut is_in = false;
    for text in entries {
        match Network::parse(text) {
            Some(network) => is_in |= network.contains(request.client()),
            None => {
                let domain = admission.domain.as_ref().map(|domain| domain.name.clone()).unwrap_or_default();
                keeper.report(UnreadableNetwork { setting, domain, text: text.to_owned() });
            }
        }
    }
    is_in
}

/// Whether the `password` parameter is one that the setting of that name demands, or none is demanded.
pub fn has_password(request: &ProvisionRequest, settings: &Settings) -> bool {
    let Some(passwords) = texts(settings, "provision", "password") else { return true };
    let given = request.password().unwrap_or_else(|| Secret::new(""));
    let mut right = Choice::from(0);
    for password in passwords {
        right |= Secret::new(password).matches(&given);
    }
    right.into()
}

/// Checks the credentials that the settings demand, if any.
///
/// The realm is the host that was asked, not the device's domain: the two differ only where the domain filter is
/// off, and there the difference would say that a device exists.
pub fn check_credentials(
    request: &ProvisionRequest,
    settings: &Settings,
    keeper: &Keeper,
    now: u64,
) -> Result<(), Challenge> {
    let Some(users) = texts(settings, "provision", "http_auth_username").filter(|_| is_auth_on(settings)) else {
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

/// `http_auth_enabled` decides, and in older databases its opposite `http_auth_disable`. Where neither is set, a user
/// name alone demands credentials: in the releases that knew only the latter it did.
fn is_auth_on(settings: &Settings) -> bool {
    match settings.get("provision", "http_auth_enabled") {
        Some(value) => !value.is_empty(),
        None => !settings.is_on("provision", "http_auth_disable", false),
    }
}

/// Any spelling of `basic` is Basic. Everything else is digest, so that no spelling opens the door.
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
    let is_named = |wanted: &str| name.eq_ignore_ascii_case(wanted);
    match scheme {
        Scheme::Basic if is_named("basic") => basic::verify(rest, accounts),
        Scheme::Digest if is_named("digest") => {
            let (target, host) = (request.target(), request.host());
            let asked = DigestTarget { method: request.method().as_str(), target, host, realm: host };
            let credentials = Credentials::parse(rest).ok_or(CredentialError::Malformed)?;
            let (stamp, count) = credentials.verify(&asked, accounts, keeper.key(), now)?;
            // Last, so that only who knows a password fills the table.
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
