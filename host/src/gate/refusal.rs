//! Why the gate refuses a request.

use crate::facts::{CertificateFault, MacAddress};
use std::fmt;

/// Why a request is refused, for the log. `http/status.rs` chooses what the phone gets.
///
/// Up to [`Self::BadPassword`] a refusal discloses nothing about the device: none of those checks looks at it. The
/// later ones are for clients that passed every check of the domain. There FusionPBX answers 404 for
/// [`Self::NoAddress`] and [`Self::DeviceDisabled`], and 403 for the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The client is in none of the networks of the setting `cidr` of category `domain`.
    #[error("the client is in none of the domain's networks")]
    DomainNetwork,
    /// The setting `enabled` of category `provision` is not on.
    #[error("provisioning is not enabled")]
    ProvisioningOff,
    /// The client is in none of the networks of the setting `cidr` of category `provision`.
    #[error("the client is in none of the networks for provisioning")]
    ClientNetwork,
    /// FusionPBX's `auth_server` answered `false`.
    #[error("the auth server refused the request")]
    AuthServer,
    /// The settings require credentials, and the request has none that the server accepts.
    #[error("{0}")]
    Challenge(Challenge),
    /// The client certificate does not admit the request.
    #[error(transparent)]
    Certificate(#[from] CertificateRefusal),
    /// `first_contact_minutes` is set, the device is not new, and its domain has no credentials.
    #[error(
        "the first contact is over, and the domain demands no credentials: set http_auth_username and http_auth_password, \
         or allow another first contact with `dialplate device reset`"
    )]
    FirstContactOver,
    /// The `password` parameter is not one that the setting of that name requires.
    #[error("bad password")]
    BadPassword,
    /// No device has this address, or the request names none, and auto insert is off.
    #[error("unknown device")]
    UnknownDevice,
    /// The device belongs to a domain other than the requested one.
    #[error("the device belongs to another domain")]
    ForeignDomain,
    /// Auto insert is on, and the requested host is not a domain.
    #[error("the host is not a domain")]
    UnknownDomain,
    /// Auto insert is on, and the request gives an address that no phone can have.
    #[error("auto insert needs a unicast address of twelve digits")]
    InvalidAddress,
    /// Auto insert is on, and the request names no device.
    #[error("no address in the request")]
    NoAddress,
    /// No user of the domain has this name and this password.
    #[error("wrong user name or password")]
    BadLogin,
    /// The password is right, and `user_enabled` is false.
    #[error("the user is disabled")]
    UserDisabled,
    /// `device_enabled` is false.
    #[error("the device is disabled")]
    DeviceDisabled,
}

/// A demand for credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Values of `WWW-Authenticate`, one header for each, in this order.
    pub headers: Vec<String>,
    /// Why the server rejected the credentials; `None` if the request had none.
    pub error: Option<CredentialError>,
}

/// Why a certificate does not admit its request.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CertificateRefusal {
    #[error("no client certificate")]
    Absent,
    #[error("invalid client certificate: {0}")]
    Invalid(CertificateFault),
    #[error("generic client certificate, which names no phone's address")]
    Generic,
    #[error("the client certificate belongs to another phone, {0}")]
    OtherAddress(MacAddress),
}

/// Why the server rejected credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// Basic where digest is required, the reverse, or any other scheme.
    #[error("credentials of another scheme")]
    Scheme,
    #[error("malformed credentials")]
    Malformed,
    /// An algorithm that the server did not offer, or a `qop` other than `auth`.
    #[error("digest with an algorithm or qop that was not offered")]
    NotOffered,
    #[error("digest for another realm")]
    OtherRealm,
    /// The signed `uri` is not the requested one.
    #[error("digest for another uri")]
    OtherUri,
    /// The nonce is not the server's own, too old, or used up. The phone may repeat the request with a new one.
    #[error("digest with a stale nonce")]
    Stale,
    /// There are no credentials, and the certificate does not stand for them.
    #[error("no credentials, and {0}")]
    Certificate(CertificateRefusal),
    /// User or password is wrong: a client may be guessing.
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
