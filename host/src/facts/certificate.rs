//! What a phone's client certificate proves.

use super::address::MacAddress;

/// The client certificate behind a request, verified by this server or by a trusted proxy.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum PhoneCertificate {
    #[default]
    Absent,
    Invalid(CertificateFault),
    /// It is valid, and its subject names no phone's address: many phones have the same certificate.
    Generic,
    /// It is valid, and belongs to the phone with this address.
    Of(MacAddress),
}

/// Why a certificate does not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CertificateFault {
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet")]
    NotYetValid,
    #[error("none of the trusted authorities has signed it")]
    UnknownAuthority,
    #[error("it is signed by an algorithm that is not verified, such as SHA-1 or RSA with less than 2048 bits")]
    Algorithm,
    #[error("it is not made for clients")]
    Purpose,
    #[error("it cannot be read")]
    Malformed,
    #[error("it could not be verified")]
    Unverified,
}
