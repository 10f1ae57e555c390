//! Decides which requests may have a device's configuration. Facts in, [`Permit`] or [`Refusal`] out. This room reads
//! no database, file or clock; the state that outlives a request is in the [`Keeper`].

mod basic;
mod demand;
mod digest;
mod keeper;
mod nonce;
mod permit;
mod refusal;
#[cfg(test)]
mod tests;

pub use keeper::Keeper;
pub use permit::{DevicePermit, InsertPermit, Permit};
#[cfg(test)]
pub use refusal::Challenge;
pub use refusal::{CredentialError, Refusal};

use crate::facts::RequestFacts;
use crate::request::{DeviceIdentifier, ProvisionRequest};

/// A request that has passed the checks that cost nothing.
pub struct ScreenedRequest<'a> {
    request: &'a ProvisionRequest,
    facts: RequestFacts,
    keeper: &'a Keeper,
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
    if !demand::is_in_networks(request, &facts, keeper, ("domain", "domain cidr")) {
        return Err(Refusal::DomainNetwork);
    }
    if !facts.settings.is_on("provision", "enabled", false) {
        return Err(Refusal::ProvisioningOff);
    }
    if !demand::is_in_networks(request, &facts, keeper, ("provision", "provision cidr")) {
        return Err(Refusal::ClientNetwork);
    }
    Ok(ScreenedRequest { request, facts, keeper })
}

impl ScreenedRequest<'_> {
    /// Decides the request. `accepted` is the auth server's answer, true if none is configured; `now` is in seconds
    /// since 1970-01-01T00:00:00Z.
    ///
    /// Unlike FusionPBX, the gate looks at the device last. A client that fails a check of the domain gets the same
    /// refusal, to the byte, whether the device is known, unknown, disabled or another domain's.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn admit(self, identifier: &DeviceIdentifier, accepted: bool, now: u64) -> Result<Permit, Refusal> {
        let Self { request, facts, keeper } = self;
        if !accepted {
            return Err(Refusal::AuthServer);
        }
        demand::check_credentials(request, &facts.settings, keeper, now).map_err(Refusal::Challenge)?;
        if !demand::has_password(request, &facts.settings) {
            return Err(Refusal::BadPassword);
        }
        Permit::grant(identifier, facts)
    }
}
