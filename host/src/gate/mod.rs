//! Decides which requests may have a device's configuration. Facts in, [`Permit`] or [`Refusal`] out. This room reads
//! no database, file or clock; the state that outlives a request is in the [`Keeper`].

mod basic;
mod certificate;
mod credentials;
mod demand;
mod digest;
mod firmware;
mod first_contact;
mod keeper;
mod login;
mod newcomer;
mod nonce;
mod permit;
mod policy;
mod refusal;
mod settings;
#[cfg(test)]
mod tests;
mod trail;
mod user;

pub use certificate::ClientCertificates;
pub use credentials::{first_account, first_password};
pub use digest::Algorithm;
pub use firmware::screen_firmware;
pub use keeper::{InvalidSetting, Keeper, SettingProblem};
pub use login::{Login, Signed, credentials};
pub use newcomer::NewcomerPermit;
pub use permit::{DevicePermit, InsertPermit, Permit, PermittedDevice};
pub use policy::Policy;
pub use refusal::{CertificateRefusal, Challenge, CredentialError, Refusal};
pub use settings::{SETTINGS, judging};
pub use trail::{Check, Trail, Verdict};
pub use user::{ScreenedLogin, UserPermit, demands_credentials, screen_login};

use crate::facts::{Network, RequestFacts};
use crate::request::{DeviceIdentifier, ProvisionRequest};
use certificate::Proof;
use credentials::{CredentialCheck, Scheme};
use trail::{noted, noted_if};

/// Settings whose values [`find_problem`] knows, as category and name.
pub const EXAMINED_SETTINGS: [(&str, &str); 4] =
    [("domain", "cidr"), ("provision", "cidr"), ("provision", "http_auth_type"), ("provision", settings::PIN_NETWORKS)];

/// What is wrong with a value of a setting that the gate reads, before any phone asks.
pub fn find_problem(setting: &str, text: &str) -> Option<SettingProblem> {
    match setting {
        "cidr" | settings::PIN_NETWORKS => Network::parse(text).is_none().then_some(SettingProblem::Network),
        "http_auth_type" => Scheme::parse(text).is_none().then_some(SettingProblem::AuthType),
        _ => None,
    }
}

/// Whether a request is judged by the settings of the domain that refuses unknown devices, and not by its own domain's.
pub fn is_judged_by_strictest(facts: &RequestFacts) -> bool {
    !std::ptr::eq(judging(facts), &raw const facts.settings)
}

/// A request that has passed the checks that cost nothing.
pub struct ScreenedRequest<'a> {
    request: &'a ProvisionRequest,
    facts: RequestFacts,
    keeper: &'a Keeper,
    vendor: Option<&'a str>,
}

/// Checks the client's network, and whether the domain provisions phones at all: what can be refused before the auth
/// server is asked.
///
/// # Errors
/// The first check that fails.
pub fn screen<'a>(
    request: &'a ProvisionRequest,
    facts: RequestFacts,
    keeper: &'a Keeper,
    trail: &mut impl Trail,
) -> Result<ScreenedRequest<'a>, Refusal> {
    if keeper.policy().refuses_unknown_first(request) {
        noted(trail, Check::UnknownFirst, &facts.settings, permit::refuse_unknown(&facts))?;
    }
    demand::screen_domain(request, &facts, keeper, trail)?;
    Ok(ScreenedRequest { request, facts, keeper, vendor: None })
}

/// Admits the operator of this server, who reads the database and the templates anyway: without network, credentials and
/// password.
///
/// # Errors
/// No phone gets the device's configuration, whatever it sends.
pub fn admit_operator(facts: RequestFacts) -> Result<DevicePermit, Refusal> {
    if !settings::judging(&facts).is_on("provision", "enabled", false) {
        return Err(Refusal::ProvisioningOff);
    }
    DevicePermit::of_operator(facts)
}

impl<'a> ScreenedRequest<'a> {
    /// Adds the vendor of the requested address, for [`Policy::basic_vendors`].
    pub fn of_vendor(self, vendor: Option<&'a str>) -> Self {
        Self { vendor, ..self }
    }

    /// Checks the client certificate, then the credentials, for which a certificate of the requested phone stands.
    /// `identifier` is the requested device. `accepted` is the auth server's answer, `None` if none is configured; `now` is in seconds
    /// since 1970-01-01T00:00:00Z.
    ///
    /// Unlike FusionPBX, the gate looks at the device last, except for [`Policy::unknown_first`]. A client that fails a
    /// check of the domain gets the same refusal, to the byte, whether the device is known, unknown, disabled or another
    /// domain's.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn authenticate(
        self,
        identifier: &DeviceIdentifier,
        accepted: Option<bool>,
        now: u64,
        trail: &mut impl Trail,
    ) -> Result<AuthenticatedRequest, Refusal> {
        let Self { request, facts, keeper, vendor } = self;
        let judging = settings::judging(&facts);
        if let Some(accepted) = accepted {
            let answer = if accepted { Ok(()) } else { Err(Refusal::AuthServer) };
            noted(trail, Check::AuthServer, judging, answer)?;
        }
        let policy = keeper.policy().client_certificates;
        let proof = certificate::judge(policy, request.certificate(), identifier.address());
        let doubt = match proof {
            Ok(Proof::Phone) => {
                trail.note(Check::Certificate, judging, Verdict::Passed);
                return Ok(AuthenticatedRequest { facts, has_secret: true, is_newcomer: false });
            }
            Ok(Proof::Nothing) => None,
            Ok(Proof::Doubtful(doubt)) => Some(doubt),
            Err(refusal) => return noted(trail, Check::Certificate, judging, Err(refusal)),
        };
        if newcomer::is_newcomer(request, &facts, keeper) {
            trail.note(Check::NewPhone, judging, Verdict::Passed);
            return Ok(AuthenticatedRequest { facts, has_secret: false, is_newcomer: true });
        }
        let is_first =
            noted_if(trail, Check::FirstContact, judging, first_contact::judge(request, &facts, keeper, now))?;
        if is_first && doubt.is_none() {
            return Ok(AuthenticatedRequest { facts, has_secret: false, is_newcomer: false });
        }
        let check = CredentialCheck { request, facts: &facts, keeper, vendor, doubt, now };
        let has_logged_in = match check.run().map_err(Refusal::Challenge) {
            Ok(false) => {
                trail.note(Check::Credentials, judging, Verdict::NotRequired);
                false
            }
            outcome => noted(trail, Check::Credentials, judging, outcome)?,
        };
        let has_password = demand::has_password(request, judging);
        match has_password {
            None => trail.note(Check::Password, judging, Verdict::NotRequired),
            Some(true) => trail.note(Check::Password, judging, Verdict::Passed),
            Some(false) => noted(trail, Check::Password, judging, Err(Refusal::BadPassword))?,
        }
        let has_secret = has_logged_in || has_password.is_some();
        match doubt {
            Some(doubt) if !has_secret => noted(trail, Check::Certificate, judging, Err(doubt.into())),
            _ => Ok(AuthenticatedRequest { facts, has_secret, is_newcomer: false }),
        }
    }
}

/// A request that has passed every check of its domain. None of them depended on the device.
pub struct AuthenticatedRequest {
    facts: RequestFacts,
    /// The domain requires credentials or a password, and the request has them; or a certificate stands for them.
    has_secret: bool,
    /// A phone without a device, which needs no credentials for the generic file, and gets nothing else.
    is_newcomer: bool,
}

impl AuthenticatedRequest {
    pub fn facts(&self) -> &RequestFacts {
        &self.facts
    }

    /// Replaces the facts by newer ones. If they demand something else than the request was checked for, the older ones
    /// stay.
    pub fn renewed(self, newer: RequestFacts) -> Self {
        if settings::demand_the_same(&self.facts, &newer) { Self { facts: newer, ..self } } else { self }
    }

    /// Decides about the device.
    ///
    /// # Errors
    /// Nobody, or only another domain's client, may have the device.
    pub fn admit(self, identifier: &DeviceIdentifier, trail: &mut impl Trail) -> Result<Permit, Refusal> {
        if self.is_newcomer {
            let settings = self.facts.settings.clone();
            let permit = NewcomerPermit::grant(identifier, self.facts).map(Permit::Newcomer);
            return noted(trail, Check::NewAddress, &settings, permit.ok_or(Refusal::UnknownDevice));
        }
        Permit::grant(identifier, self.facts, self.has_secret, trail)
    }
}
