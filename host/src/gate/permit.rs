//! What the gate answers.

use crate::facts::{DeviceFacts, Domain, MacAddress};

/// The right to load one device, lines and passwords included. Only the gate makes one.
pub struct Permit {
    domain: Domain,
    kind: Kind,
}

enum Kind {
    Known(DeviceFacts),
    AutoInsert(MacAddress),
}

impl Permit {
    /// For a device that has a row. `domain` is the device's own.
    pub(super) fn known(domain: Domain, device: DeviceFacts) -> Self {
        Self { domain, kind: Kind::Known(device) }
    }

    /// For an address that has no row in any domain that the lookup allowed, and shall get one in `domain`.
    pub(super) fn auto_insert(domain: Domain, address: MacAddress) -> Self {
        Self { domain, kind: Kind::AutoInsert(address) }
    }

    /// The domain that the permit is good for.
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The admitted device; `None` when the permit is to insert one.
    pub fn device(&self) -> Option<&DeviceFacts> {
        match &self.kind {
            Kind::Known(device) => Some(device),
            Kind::AutoInsert(_) => None,
        }
    }

    /// The address to insert a device for; `None` when there is one already.
    pub fn insert(&self) -> Option<MacAddress> {
        match &self.kind {
            Kind::Known(_) => None,
            Kind::AutoInsert(address) => Some(*address),
        }
    }
}

/// Why a request is not let in. The text goes to the log; what the phone is told is decided where statuses are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The client is in none of the networks of the setting `cidr` of category `domain`.
    #[error("the client is in none of the domain's networks")]
    DomainNetwork,
    /// The setting `enabled` of category `provision` does not hold in the domain.
    #[error("provisioning is not enabled")]
    ProvisioningOff,
    /// The client is in none of the networks of the setting `cidr` of category `provision`.
    #[error("the client is in none of the networks for provisioning")]
    ClientNetwork,
    /// Credentials are demanded, and there are none or none that count.
    #[error("{0}")]
    Challenge(Challenge),
    /// The `password` parameter is not what the setting demands.
    #[error("bad password")]
    BadPassword,
    /// No device has this address, or the request names none, and auto insert is off.
    #[error("unknown device")]
    UnknownDevice,
    /// The device belongs to another domain than the one that was asked.
    #[error("the device belongs to another domain")]
    ForeignDomain,
    /// Auto insert is on, and the host that was asked is no domain.
    #[error("the host is no domain")]
    UnknownDomain,
    /// Auto insert is on, and what was given is no address.
    #[error("an address is twelve hexadecimal digits")]
    InvalidAddress,
    /// Auto insert is on, and the request names no device at all.
    #[error("no address in the request")]
    NoAddress,
    /// The device's row says disabled.
    #[error("the device is disabled")]
    DeviceDisabled,
}

/// A demand for credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Values for `WWW-Authenticate` headers, one header each, in this order.
    pub headers: Vec<String>,
    /// What was wrong with the credentials that came; `None` when there were none.
    pub fault: Option<&'static str>,
}

impl std::fmt::Display for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.fault.unwrap_or("no credentials"))
    }
}
