//! The checks for files that belong to no device: firmware holds no secret, so the client's network and the domain's
//! `enabled` decide.

use super::refusal::Refusal;
use super::settings::{judging, texts};
use crate::facts::{ClientAddress, Network, RequestFacts};

/// Checks the client's network, and whether the domain provisions phones at all, as for a configuration. An invalid network
/// admits nobody; the request for a configuration reports it.
///
/// # Errors
/// The first check that fails.
pub fn screen_firmware(client: ClientAddress, facts: &RequestFacts) -> Result<(), Refusal> {
    let is_in = |category| {
        let entries = texts(judging(facts), category, "cidr");
        let is_in = |text: &&str| Network::parse(text).is_some_and(|network| client.is_in(&network));
        entries.is_none_or(|entries| entries.iter().any(is_in))
    };
    if !is_in("domain") {
        return Err(Refusal::DomainNetwork);
    }
    if !judging(facts).is_on("provision", "enabled", false) {
        return Err(Refusal::ProvisioningOff);
    }
    if is_in("provision") { Ok(()) } else { Err(Refusal::ClientNetwork) }
}
