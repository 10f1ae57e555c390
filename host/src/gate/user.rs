//! Users who log in with their own password, instead of a phone that names its device. The domain's networks count for
//! them too; its credentials for phones do not, because each user has better ones.

use super::keeper::Keeper;
use super::refusal::{Challenge, CredentialError, Refusal};
use super::settings::{demanded_users, judging};
use super::trail::{Check, Trail, noted};
use super::{basic, certificate, demand};
use crate::facts::{Domain, LoginFacts, ReadOrigin, RequestFacts, Settings};
use crate::password;
use crate::request::{Login, ProvisionRequest};
use std::sync::Arc;

/// A login that has passed the checks that cost nothing.
pub struct ScreenedLogin {
    domain: Arc<Domain>,
    settings: Settings,
    origin: ReadOrigin,
    challenge: Challenge,
}

/// The right to load one user's extensions, passwords included. Only the gate makes one.
pub struct UserPermit {
    user: String,
    domain: Arc<Domain>,
    settings: Settings,
    origin: ReadOrigin,
}

/// Whether the domain demands credentials of its phones. Basic credentials are the phone's there.
pub fn demands_credentials(facts: &RequestFacts) -> bool {
    demanded_users(judging(facts)).is_some()
}

/// Checks what can be refused before the password is checked. `has_name`: the request has the user's name.
///
/// # Errors
/// The first check that fails.
pub fn screen_login(
    request: &ProvisionRequest,
    facts: RequestFacts,
    keeper: &Keeper,
    has_name: bool,
    trail: &mut impl Trail,
) -> Result<ScreenedLogin, Refusal> {
    demand::screen_domain(request, &facts, keeper, trail)?;
    let judged = certificate::judge_login(keeper.policy().client_certificates, request.certificate());
    if judged.is_err() {
        noted(trail, Check::Certificate, judging(&facts), judged)?;
    }
    let challenge = Challenge { headers: vec![basic::challenge(request.host())], error: None };
    // The name may tell the domain.
    if !has_name && facts.domain.is_none() && !judging(&facts).is_on("provision", "http_domain_filter", true) {
        return Err(Refusal::Challenge(challenge));
    }
    let RequestFacts { domain, settings, origin, .. } = facts;
    let domain = noted(trail, Check::HostDomain, &settings, domain.ok_or(Refusal::UnknownDomain))?;
    Ok(ScreenedLogin { domain, settings, origin, challenge })
}

impl ScreenedLogin {
    pub fn domain_uuid(&self) -> &str {
        &self.domain.uuid
    }

    pub fn origin(&self) -> ReadOrigin {
        self.origin
    }

    /// The refusal of a request without a user name.
    pub fn challenge(self) -> Refusal {
        Refusal::Challenge(self.challenge)
    }

    /// Decides the login. It computes for a tenth of a second or more, and takes the same time for each user of the domain
    /// and for an unknown one. `challenges`: wrong credentials lead to another challenge.
    ///
    /// # Errors
    /// The password is wrong, or the user is disabled. Only a client with the right password learns the latter.
    pub fn admit(self, facts: &LoginFacts, login: &Login, challenges: bool) -> Result<UserPermit, Refusal> {
        let Self { domain, settings, origin, challenge } = self;
        let user = facts.user.as_ref();
        let is_right = password::matches(user.map(|user| &user.password), &login.password, facts.cost);
        match user.filter(|_| is_right) {
            Some(user) if user.enabled => Ok(UserPermit { user: user.uuid.clone(), domain, settings, origin }),
            Some(_) => Err(Refusal::UserDisabled),
            None if challenges => {
                Err(Refusal::Challenge(Challenge { error: Some(CredentialError::BadPassword), ..challenge }))
            }
            None => Err(Refusal::BadLogin),
        }
    }
}

impl UserPermit {
    /// Spends the permit.
    pub fn into_facts(self) -> (String, Arc<Domain>, Settings, ReadOrigin) {
        (self.user, self.domain, self.settings, self.origin)
    }
}
