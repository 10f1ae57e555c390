//! What the gate answers.

use crate::facts::{DeviceFacts, Domain, MacAddress};
use std::fmt;

/// The right to load one device, lines and passwords included, or to insert one. Only the gate makes a permit.
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
    pub(super) fn for_device(domain: Domain, device: DeviceFacts) -> Self {
        Self { domain, kind: Kind::Known(device) }
    }

    /// For an address that no device has, and that is to get a row in `domain`.
    pub(super) fn for_insert(domain: Domain, address: MacAddress) -> Self {
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

/// Tests of other rooms need permits without a request.
#[cfg(test)]
impl Permit {
    pub fn known(domain: Domain, device: DeviceFacts) -> Self {
        Self::for_device(domain, device)
    }

    pub fn auto_insert(domain: Domain, address: MacAddress) -> Self {
        Self::for_insert(domain, address)
    }
}

/// Why a request is not let in, for the log. What the phone is told is chosen where statuses are.
///
/// Up to [`Self::BadPassword`] a refusal says nothing about the device: none of those checks looks at it. The later
/// ones are for those who have passed every demand of the domain; there FusionPBX answers 404 for
/// [`Self::NoAddress`] and [`Self::DeviceDisabled`], and 403 for the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The client is in none of the networks of the setting `cidr` of category `domain`.
    #[error("the client is in none of the domain's networks")]
    DomainNetwork,
    /// FusionPBX's `auth_server` said no.
    #[error("the auth server said no")]
    AuthServer,
    /// The setting `enabled` of category `provision` does not hold.
    #[error("provisioning is not enabled")]
    ProvisioningOff,
    /// The client is in none of the networks of the setting `cidr` of category `provision`.
    #[error("the client is in none of the networks for provisioning")]
    ClientNetwork,
    /// Credentials are demanded, and none came that count.
    #[error("{0}")]
    Challenge(Challenge),
    /// The `password` parameter is not what the setting of that name demands.
    #[error("bad password")]
    BadPassword,
    /// No device has this address, or none was named, and auto insert is off.
    #[error("unknown device")]
    UnknownDevice,
    /// The address belongs to a device of another domain than the one that was asked.
    #[error("the device belongs to another domain")]
    ForeignDomain,
    /// Auto insert is on, and the host that was asked is no domain.
    #[error("the host is no domain")]
    UnknownDomain,
    /// Auto insert is on, and what was given is no address that a phone can have.
    #[error("no device can have the address that was given")]
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
    /// Values of `WWW-Authenticate`, one header for each, in this order.
    pub headers: Vec<String>,
    /// What is wrong with the credentials that came; `None` when none came.
    pub error: Option<CredentialError>,
}

/// What is wrong with credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Basic where digest is demanded, or the other way round, or neither.
    #[error("credentials of another scheme")]
    Scheme,
    #[error("credentials that cannot be read")]
    Malformed,
    /// An algorithm that was not offered, or a `qop` other than `auth`.
    #[error("digest with an algorithm or qop that was not offered")]
    NotOffered,
    #[error("digest for another realm")]
    OtherRealm,
    /// The `uri` that was signed is not the one that is asked for.
    #[error("digest for another uri")]
    OtherUri,
    /// The nonce is not the server's own, too old, or used up. Right credentials with a new one will do.
    #[error("digest with a stale nonce")]
    Stale,
    /// User or password is wrong: somebody may be guessing.
    #[error("bad password")]
    BadPassword,
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error {
            Some(error) => error.fmt(f),
            None => f.write_str("no credentials"),
        }
    }
}
