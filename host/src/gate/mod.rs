//! Who may have a device's configuration. Facts in, [`Permit`] or [`Refusal`] out: nothing here reads a database, a
//! file or a clock, and what is remembered from one request to the next is the [`Keeper`]'s.

mod basic;
mod demand;
mod digest;
mod keeper;
mod nonce;
mod permit;
#[cfg(test)]
mod tests;

pub use keeper::Keeper;
#[cfg(test)]
pub use permit::Challenge;
pub use permit::{CredentialError, Permit, Refusal};

use crate::facts::RequestFacts;
use crate::request::{DeviceIdentifier, ProvisionRequest};

/// FusionPBX's placeholder for a device without an address.
const NO_ADDRESS: &str = "000000000000";

/// Decides one request. `now` is in seconds since 1970-01-01T00:00:00Z.
///
/// FusionPBX's order, with one change: whether there is such a device is asked last. Who has not passed the demands
/// of the domain gets the same refusal, to the byte, for a device that is known, unknown, disabled or another's.
///
/// # Errors
/// The first demand that is not met.
pub fn admit(
    request: &ProvisionRequest,
    claim: &DeviceIdentifier,
    admission: &RequestFacts,
    keeper: &Keeper,
    now: u64,
) -> Result<Permit, Refusal> {
    let settings = &admission.settings;
    if !demand::is_in_networks(request, admission, keeper, ("domain", "domain cidr")) {
        return Err(Refusal::DomainNetwork);
    }
    if admission.is_refused_elsewhere {
        return Err(Refusal::AuthServer);
    }
    if !settings.is_on("provision", "enabled", false) {
        return Err(Refusal::ProvisioningOff);
    }
    if !demand::is_in_networks(request, admission, keeper, ("provision", "provision cidr")) {
        return Err(Refusal::ClientNetwork);
    }
    demand::check_credentials(request, settings, keeper, now).map_err(Refusal::Challenge)?;
    if !demand::has_password(request, settings) {
        return Err(Refusal::BadPassword);
    }
    decide(claim, admission)
}

/// Exchanges a permit to insert, where another request was faster: for the device that has the address by now.
///
/// # Errors
/// It is another domain's, or disabled.
pub fn readmit(permit: &Permit, admission: &RequestFacts) -> Result<Permit, Refusal> {
    let device = admission.device.as_ref().filter(|device| permit.insert() == Some(device.address));
    let own = device.filter(|device| device.domain_uuid == permit.domain().uuid).ok_or(Refusal::ForeignDomain)?;
    if !own.enabled {
        return Err(Refusal::DeviceDisabled);
    }
    Ok(Permit::for_device(permit.domain().clone(), own.clone()))
}

/// For a request that has met every demand.
fn decide(claim: &DeviceIdentifier, admission: &RequestFacts) -> Result<Permit, Refusal> {
    let domain = admission.domain.as_ref();
    if let Some(device) = &admission.device {
        let own = domain.filter(|domain| domain.uuid == device.domain_uuid).ok_or(Refusal::ForeignDomain)?;
        if !device.enabled {
            return Err(Refusal::DeviceDisabled);
        }
        return Ok(Permit::for_device(own.clone(), device.clone()));
    }
    if admission.elsewhere {
        return Err(Refusal::ForeignDomain);
    }
    if !admission.settings.is_on("provision", "auto_insert_enabled", false) {
        return Err(Refusal::UnknownDevice);
    }
    let domain = domain.ok_or(Refusal::UnknownDomain)?;
    match (claim, claim.address()) {
        (_, Some(address)) if address.as_str() != NO_ADDRESS => Ok(Permit::for_insert(domain.clone(), address)),
        (DeviceIdentifier::Invalid | DeviceIdentifier::Address(_), _) => Err(Refusal::InvalidAddress),
        _ => Err(Refusal::NoAddress),
    }
}
