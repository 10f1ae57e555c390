//! The right to load or insert one device. A permit owns the facts by which the gate granted it, so that nothing can
//! be loaded with the facts of another request. Its fields are private to this file: only the gate makes permits.

use super::newcomer::NewcomerPermit;
use super::refusal::Refusal;
use super::settings::insert_devices;
use super::trail::{Check, Trail, noted};
use crate::facts::{CachePlace, DeviceAddress, DeviceFacts, Domain, MacAddress, ReadOrigin, RequestFacts, Settings};
use crate::request::DeviceIdentifier;
use std::sync::Arc;

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
    facts: PermittedDevice,
    is_authenticated: bool,
}

/// The facts by which a device was permitted.
pub struct PermittedDevice {
    pub device: Arc<DeviceFacts>,
    pub domain: Arc<Domain>,
    pub settings: Settings,
    pub origin: ReadOrigin,
    pub place: Option<CachePlace>,
}

/// The right to insert one device. Only a phone can have such an address: it has twelve digits and is unicast.
pub struct InsertPermit {
    address: MacAddress,
    domain: Arc<Domain>,
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

/// The address of a device that a request may insert.
fn new_address(identifier: &DeviceIdentifier) -> Result<MacAddress, Refusal> {
    match (identifier, identifier.address().and_then(DeviceAddress::mac).filter(MacAddress::is_unicast)) {
        (_, Some(address)) => Ok(address),
        (DeviceIdentifier::Invalid | DeviceIdentifier::Address(_), None) => Err(Refusal::InvalidAddress),
        _ => Err(Refusal::NoAddress),
    }
}

impl Permit {
    /// `is_authenticated`: the domain requires credentials or a password, and the request has them.
    pub(super) fn grant(
        identifier: &DeviceIdentifier,
        facts: RequestFacts,
        is_authenticated: bool,
        trail: &mut impl Trail,
    ) -> Result<Self, Refusal> {
        let known = refuse_unknown(&facts);
        let check = if known == Err(Refusal::ForeignDomain) { Check::DeviceDomain } else { Check::Device };
        noted(trail, check, &facts.settings, known)?;
        if facts.device.is_some() {
            let permit = DevicePermit::grant(facts, Refusal::UnknownDevice, is_authenticated, trail)?;
            return Ok(Self::Known(Box::new(permit)));
        }
        let RequestFacts { domain, settings, origin, .. } = facts;
        let domain = noted(trail, Check::HostDomain, &settings, domain.ok_or(Refusal::UnknownDomain))?;
        let address = noted(trail, Check::NewAddress, &settings, new_address(identifier))?;
        Ok(Self::AutoInsert(InsertPermit { address, domain, settings, origin, is_authenticated }))
    }
}

impl DevicePermit {
    pub(super) fn of_operator(facts: RequestFacts) -> Result<Self, Refusal> {
        let missing = if facts.taken_elsewhere { Refusal::ForeignDomain } else { Refusal::UnknownDevice };
        Self::grant(facts, missing, false, &mut ())
    }

    /// `missing`: the refusal if there is no device.
    fn grant(
        facts: RequestFacts,
        missing: Refusal,
        is_authenticated: bool,
        trail: &mut impl Trail,
    ) -> Result<Self, Refusal> {
        let RequestFacts { device, domain, settings, origin, place, .. } = facts;
        let device = device.ok_or(missing)?;
        let domain = domain.filter(|domain| domain.uuid == device.domain_uuid).ok_or(Refusal::ForeignDomain);
        let domain = noted(trail, Check::DeviceDomain, &settings, domain)?;
        let enabled = if device.enabled { Ok(()) } else { Err(Refusal::DeviceDisabled) };
        noted(trail, Check::DeviceEnabled, &settings, enabled)?;
        Ok(Self { facts: PermittedDevice { device, domain, settings, origin, place }, is_authenticated })
    }

    /// Whether the domain requires credentials or a password, and the request has them.
    pub fn is_authenticated(&self) -> bool {
        self.is_authenticated
    }

    pub fn domain_name(&self) -> &str {
        &self.facts.domain.name
    }

    /// Spends the permit.
    pub fn into_facts(self) -> PermittedDevice {
        self.facts
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
        let missing = if facts.taken_elsewhere { Refusal::ForeignDomain } else { Refusal::UnknownDevice };
        let device = facts.device.filter(|device| device.address.mac() == Some(self.address));
        let facts = RequestFacts { device, domain: Some(self.domain), ..facts };
        DevicePermit::grant(facts, missing, self.is_authenticated, &mut ())
    }

    /// Spends the permit.
    pub fn into_facts(self) -> (MacAddress, Arc<Domain>, Settings, ReadOrigin) {
        (self.address, self.domain, self.settings, self.origin)
    }
}

/// Tests of the directory need permits without a request.
#[cfg(test)]
impl DevicePermit {
    pub fn unchecked(facts: RequestFacts) -> Self {
        let RequestFacts { device, domain, settings, origin, place, .. } = facts;
        let (device, domain) = (device.expect("a device"), domain.expect("a domain"));
        Self { facts: PermittedDevice { device, domain, settings, origin, place }, is_authenticated: false }
    }
}

#[cfg(test)]
impl InsertPermit {
    pub fn unchecked(address: MacAddress, facts: RequestFacts) -> Self {
        let RequestFacts { domain, settings, origin, .. } = facts;
        Self { address, domain: domain.expect("a domain"), settings, origin, is_authenticated: false }
    }
}
