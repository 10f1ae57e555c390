//! The right of a phone without a device to get the generic file, which registers it to the number at which its user
//! enters a PIN.

use super::demand::is_in_any;
use super::keeper::Keeper;
use super::settings::{PIN_NETWORKS, insert_devices, texts};
use crate::facts::{DeviceAddress, Domain, MacAddress, ReadOrigin, RequestFacts, Settings};
use crate::request::{DeviceIdentifier, ProvisionRequest};
use std::sync::Arc;

/// The right of one phone. It has no credentials, and no device.
pub struct NewcomerPermit {
    address: MacAddress,
    domain: Arc<Domain>,
    settings: Settings,
    origin: ReadOrigin,
}

/// Whether the request is one of a new phone in a named network, for a file that names no device. Such a request needs no
/// credentials, so clients in these networks learn which devices exist.
pub(super) fn is_newcomer(request: &ProvisionRequest, facts: &RequestFacts, keeper: &Keeper) -> bool {
    let is_unknown = facts.device.is_none() && !facts.taken_elsewhere && !insert_devices(&facts.settings);
    let networks = texts(&facts.settings, "provision", PIN_NETWORKS).filter(|_| request.is_generic() && is_unknown);
    networks.is_some_and(|networks| is_in_any(request, facts, keeper, "provision pin_networks", networks))
}

impl NewcomerPermit {
    /// `None` if the device exists by now, or the request names neither a phone nor a domain.
    pub(super) fn grant(identifier: &DeviceIdentifier, facts: RequestFacts) -> Option<Self> {
        let RequestFacts { device: None, taken_elsewhere: false, domain: Some(domain), settings, origin, .. } = facts
        else {
            return None;
        };
        let address = identifier.address().and_then(DeviceAddress::mac).filter(MacAddress::is_unicast)?;
        Some(Self { address, domain, settings, origin })
    }

    pub fn address(&self) -> MacAddress {
        self.address
    }

    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Spends the permit.
    pub fn into_facts(self) -> (MacAddress, Arc<Domain>, Settings, ReadOrigin) {
        (self.address, self.domain, self.settings, self.origin)
    }
}
