//! Decides which requests may have a device's configuration. Facts in, [`Permit`] or [`Refusal`] out. This room reads
//! no database, file or clock; the state that outlives a request is in the [`Keeper`].

mod basic;
mod credentials;
mod demand;
mod digest;
mod keeper;
mod nonce;
mod permit;
mod policy;
mod refusal;
#[cfg(test)]
mod tests;

pub use digest::Algorithm;
pub use keeper::{InvalidSetting, Keeper, SettingProblem};
pub use permit::{DevicePermit, InsertPermit, Permit};
pub use policy::Policy;
#[cfg(test)]
pub use refusal::Challenge;
pub use refusal::{CredentialError, Refusal};

use crate::facts::{Network, RequestFacts};
use crate::request::{DeviceIdentifier, ProvisionRequest};
use credentials::{CredentialCheck, Scheme};

/// Settings whose values [`find_problem`] knows, as category and name.
pub const EXAMINED_SETTINGS: [(&str, &str); 3] =
    [("domain", "cidr"), ("provision", "cidr"), ("provision", "http_auth_type")];

/// What is wrong with a value of a setting that the gate reads, before any phone asks.
pub fn find_problem(setting: &str, text: &str) -> Option<SettingProblem> {
    match setting {
        "cidr" => Network::parse(text).is_none().then_some(SettingProblem::Network),
        "http_auth_type" => Scheme::parse(text).is_none().then_some(SettingProblem::AuthType),
        _ => None,
    }
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
) -> Result<ScreenedRequest<'a>, Refusal> {
    if keeper.policy().is_told_of_unknown(request) {
        permit::refuse_unknown(&facts)?;
    }
    check_free(request, &facts, keeper)?;
    Ok(ScreenedRequest { request, facts, keeper, vendor: None })
}

fn check_free(request: &ProvisionRequest, facts: &RequestFacts, keeper: &Keeper) -> Result<(), Refusal> {
    if !demand::is_in_networks(request, facts, keeper, ("domain", "domain cidr")) {
        return Err(Refusal::DomainNetwork);
    }
    if !facts.settings.is_on("provision", "enabled", false) {
        return Err(Refusal::ProvisioningOff);
    }
    if !demand::is_in_networks(request, facts, keeper, ("provision", "provision cidr")) {
        return Err(Refusal::ClientNetwork);
    }
    Ok(())
}

/// Makes the checks that do not look at the device, with facts that were read without it: all but the auth server's.
/// Uses up no nonce, so the request can be decided afterwards.
///
/// # Errors
/// The first check that fails.
pub fn precheck(
    request: &ProvisionRequest,
    facts: &RequestFacts,
    keeper: &Keeper,
    vendor: Option<&str>,
    now: u64,
) -> Result<(), Refusal> {
    check_free(request, facts, keeper)?;
    CredentialCheck { request, facts, keeper, vendor, now, is_final: false }.run().map_err(Refusal::Challenge)?;
    if demand::has_password(request, &facts.settings) { Ok(()) } else { Err(Refusal::BadPassword) }
}

impl<'a> ScreenedRequest<'a> {
    /// Adds the vendor of the requested address, for [`Policy::basic_vendors`].
    pub fn of_vendor(self, vendor: Option<&'a str>) -> Self {
        Self { vendor, ..self }
    }

    /// Decides the request. `accepted` is the auth server's answer, true if none is configured; `now` is in seconds
    /// since 1970-01-01T00:00:00Z.
    ///
    /// Unlike FusionPBX, the gate looks at the device last, except for [`Policy::unknown_first`]. A client that fails a
    /// check of the domain gets the same refusal, to the byte, whether the device is known, unknown, disabled or another
    /// domain's.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn admit(self, identifier: &DeviceIdentifier, accepted: bool, now: u64) -> Result<Permit, Refusal> {
        let Self { request, facts, keeper, vendor } = self;
        if !accepted {
            return Err(Refusal::AuthServer);
        }
        let check = CredentialCheck { request, facts: &facts, keeper, vendor, now, is_final: true };
        check.run().map_err(Refusal::Challenge)?;
        if !demand::has_password(request, &facts.settings) {
            return Err(Refusal::BadPassword);
        }
        Permit::grant(identifier, facts)
    }
}
