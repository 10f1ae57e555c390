//! The right to load or insert one device. A permit owns the facts by which the gate granted it, so that nothing can
//! be loaded with the facts of another request. Its fields are private to this file: only the gate makes permits.

use super::newcomer::NewcomerPermit;
use super::refusal::Refusal;
use super::settings::insert_devices;
use crate::facts::{DeviceAddress, DeviceFacts, Domain, MacAddress, ReadOrigin, RequestFacts, Settings};
use crate::request::DeviceIdentifier;

/// The gate's consent to one request.
pub enum Permit {
    /// The device has a row.
    Known(Box<DevicePermit>),
    /// No device has the address, and the settings let the phone insert one.
    AutoInsert(InsertPermit),
    /// No device has the address, and the phone gets the generic file alone.
    Newcomer(NewcomerPermit),
}

/// The right to load one device, line passwords included.
pub struct DevicePermit {
    device: DeviceFacts,
    domain: Domain,
    settings: Settings,
    origin: ReadOrigin,
    is_authenticated: bool,
}

/// The right to insert one device. Only a phone can have such an address: it has twelve digits and is unicast.
pub struct InsertPermit {
    address: MacAddress,
    domain: Domain,
    settings: Settings,
    origin: ReadOrigin,
    is_authenticated: bool,
}

/// Refuses a device that no client may have.
pub(super) fn refuse_unknown(facts: &RequestFacts) -> Result<(), Refusal> {
    if facts.device.is_some() {
        Ok(())
    } else if facts.taken_elsewhere {
        Err(Refusal::ForeignDomain)
    } else if !insert_devices(&facts.settings) {
        Err(Refusal::UnknownDevice)
    } else {
        Ok(())
    }
}

impl Permit {
    /// `is_authenticated`: the domain requires credentials or a password, and the request has them.
    pub(super) fn grant(
        identifier: &DeviceIdentifier,
        facts: RequestFacts,
        is_authenticated: bool,
    ) -> Result<Self, Refusal> {
        refuse_unknown(&facts)?;
        let RequestFacts { device, domain, settings, origin, .. } = facts;
        if let Some(device) = device {
            return DevicePermit::grant(device, domain, settings, origin, is_authenticated)
                .map(|permit| Self::Known(Box::new(permit)));
        }
        let domain = domain.ok_or(Refusal::UnknownDomain)?;
        match (identifier, identifier.address().and_then(DeviceAddress::mac).filter(MacAddress::is_unicast)) {
            (_, Some(address)) => {
                Ok(Self::AutoInsert(InsertPermit { address, domain, settings, origin, is_authenticated }))
            }
            (DeviceIdentifier::Invalid | DeviceIdentifier::Address(_), None) => Err(Refusal::InvalidAddress),
            _ => Err(Refusal::NoAddress),
        }
    }
}

impl DevicePermit {
    pub(super) fn of_operator(facts: RequestFacts) -> Result<Self, Refusal> {
        let RequestFacts { device, domain, settings, origin, taken_elsewhere, .. } = facts;
        let missing = if taken_elsewhere { Refusal::ForeignDomain } else { Refusal::UnknownDevice };
        Self::grant(device.ok_or(missing)?, domain, settings, origin, false)
    }

    fn grant(
        device: DeviceFacts,
        domain: Option<Domain>,
        settings: Settings,
        origin: ReadOrigin,
        is_authenticated: bool,
    ) -> Result<Self, Refusal> {
        let domain = domain.filter(|domain| domain.uuid == device.domain_uuid).ok_or(Refusal::ForeignDomain)?;
        if !device.enabled {
            return Err(Refusal::DeviceDisabled);
        }
        Ok(Self { device, domain, settings, origin, is_authenticated })
    }

    /// Whether the domain requires credentials or a password, and the request has them.
    pub fn is_authenticated(&self) -> bool {
        self.is_authenticated
    }

    pub fn domain_name(&self) -> &str {
        &self.domain.name
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

    /// As [`DevicePermit::is_authenticated`].
    pub fn is_authenticated(&self) -> bool {
        self.is_authenticated
    }

    /// Exchanges the permit for the device that has the address by now, because another request inserted it first.
    /// `facts` were found after that.
    ///
    /// # Errors
    /// The device belongs to another domain, its address is spelled so that no lookup finds it, or it is disabled.
    pub fn exchange(self, facts: RequestFacts) -> Result<DevicePermit, Refusal> {
        let RequestFacts { device, taken_elsewhere, settings, origin, .. } = facts;
        let missing = if taken_elsewhere { Refusal::ForeignDomain } else { Refusal::UnknownDevice };
        let device = device.filter(|device| device.address.mac() == Some(self.address)).ok_or(missing)?;
        DevicePermit::grant(device, Some(self.domain), settings, origin, self.is_authenticated)
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
        Self {
            device: device.expect("a device"),
            domain: domain.expect("a domain"),
            settings,
            origin,
            is_authenticated: false,
        }
    }
}

#[cfg(test)]
impl InsertPermit {
    pub fn unchecked(address: MacAddress, facts: RequestFacts) -> Self {
        let RequestFacts { domain, settings, origin, .. } = facts;
        Self { address, domain: domain.expect("a domain"), settings, origin, is_authenticated: false }
    }
}
