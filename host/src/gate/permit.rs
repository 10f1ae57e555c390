//! The right to load or insert one device. A permit owns the facts by which the gate granted it, so that nothing can
//! be loaded with the facts of another request. Its fields are private to this file: only the gate makes permits.

use super::refusal::Refusal;
use crate::facts::{DeviceFacts, Domain, MacAddress, ReadOrigin, RequestFacts, Settings};
use crate::request::DeviceIdentifier;

/// FusionPBX's placeholder for a device without an address.
const NO_ADDRESS: &str = "000000000000";

/// The gate's consent to one request.
pub enum Permit {
    /// The device has a row.
    Known(DevicePermit),
    /// No device has the address, and the settings let the phone insert one.
    AutoInsert(InsertPermit),
}

/// The right to load one device, line passwords included.
pub struct DevicePermit {
    device: DeviceFacts,
    domain: Domain,
    settings: Settings,
    origin: ReadOrigin,
}

/// The right to insert one device.
pub struct InsertPermit {
    address: MacAddress,
    domain: Domain,
    settings: Settings,
    origin: ReadOrigin,
}

impl Permit {
    /// For a request that has passed every check of the domain.
    pub(super) fn grant(identifier: &DeviceIdentifier, facts: RequestFacts) -> Result<Self, Refusal> {
        let RequestFacts { device, taken_elsewhere, domain, settings, origin } = facts;
        if let Some(device) = device {
            return DevicePermit::grant(device, domain, settings, origin).map(Self::Known);
        }
        if taken_elsewhere {
            return Err(Refusal::ForeignDomain);
        }
        if !settings.is_on("provision", "auto_insert_enabled", false) {
            return Err(Refusal::UnknownDevice);
        }
        let domain = domain.ok_or(Refusal::UnknownDomain)?;
        match (identifier, identifier.address()) {
            (_, Some(address)) if address.as_str() != NO_ADDRESS => {
                Ok(Self::AutoInsert(InsertPermit { address, domain, settings, origin }))
            }
            (DeviceIdentifier::Invalid | DeviceIdentifier::Address(_), _) => Err(Refusal::InvalidAddress),
            _ => Err(Refusal::NoAddress),
        }
    }
}

impl DevicePermit {
    fn grant(
        device: DeviceFacts,
        domain: Option<Domain>,
        settings: Settings,
        origin: ReadOrigin,
    ) -> Result<Self, Refusal> {
        let domain = domain.filter(|domain| domain.uuid == device.domain_uuid).ok_or(Refusal::ForeignDomain)?;
        if !device.enabled {
            return Err(Refusal::DeviceDisabled);
        }
        Ok(Self { device, domain, settings, origin })
    }

    /// Spends the permit.
    pub fn into_facts(self) -> (DeviceFacts, Domain, Settings, ReadOrigin) {
        (self.device, self.domain, self.settings, self.origin)
    }
}

impl InsertPermit {
    pub fn address(&self) -> MacAddress {
        self.address
    }

    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Exchanges the permit for the device that has the address by now, because another request inserted it first.
    /// `facts` were found after that.
    ///
    /// # Errors
    /// The device belongs to another domain, or it is disabled.
    pub fn exchange(self, facts: RequestFacts) -> Result<DevicePermit, Refusal> {
        let RequestFacts { device, settings, origin, .. } = facts;
        let device = device.filter(|device| device.address == self.address).ok_or(Refusal::ForeignDomain)?;
        DevicePermit::grant(device, Some(self.domain), settings, origin)
    }

    /// Spends the permit.
    pub fn into_facts(self) -> (MacAddress, Domain, Settings, ReadOrigin) {
        (self.address, self.domain, self.settings, self.origin)
    }
}

/// Tests of the directory need permits without a request.
#[cfg(test)]
impl DevicePermit {
    pub fn unchecked(facts: RequestFacts) -> Self {
        let RequestFacts { device, domain, settings, origin, .. } = facts;
        Self { device: device.expect("a device"), domain: domain.expect("a domain"), settings, origin }
    }
}

#[cfg(test)]
impl InsertPermit {
    pub fn unchecked(address: MacAddress, facts: RequestFacts) -> Self {
        let RequestFacts { domain, settings, origin, .. } = facts;
        Self { address, domain: domain.expect("a domain"), settings, origin }
    }
}
