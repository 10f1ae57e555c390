//! Judges the client certificate of a request. A valid certificate of the requested phone stands for the domain's
//! credentials and password. Nothing here depends on a device: the certificate is compared with the request alone.

use super::refusal::{CertificateRefusal, Refusal};
use crate::facts::{DeviceAddress, PhoneCertificate};

/// What the operator does with client certificates.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ClientCertificates {
    /// They are ignored.
    #[default]
    Off,
    /// A phone may have one.
    Accept,
    /// A request without one is refused.
    Require,
}

impl ClientCertificates {
    /// A value of the key `client_certificates`; `None` if it is unknown.
    pub fn parse(named: &str) -> Option<Self> {
        match named {
            "off" => Some(Self::Off),
            "accept" => Some(Self::Accept),
            "require" => Some(Self::Require),
            _ => None,
        }
    }
}

/// What the certificate of a request is worth.
pub(super) enum Proof {
    /// The request is judged as if there were no certificates.
    Nothing,
    /// It proves which phone sent the request.
    Phone,
    /// It proves nothing, so the request needs credentials.
    Doubtful(CertificateRefusal),
}

/// Judges the certificate of a request for the device with this address.
///
/// # Errors
/// The certificate belongs to another phone, or one is required and this one does not suffice.
pub(super) fn judge(
    policy: ClientCertificates,
    certificate: PhoneCertificate,
    requested: Option<&DeviceAddress>,
) -> Result<Proof, Refusal> {
    if policy == ClientCertificates::Off {
        return Ok(Proof::Nothing);
    }
    let doubt = match certificate {
        PhoneCertificate::Of(address) if requested.is_none_or(|requested| requested.mac() == Some(address)) => {
            return Ok(Proof::Phone);
        }
        PhoneCertificate::Of(address) => return Err(CertificateRefusal::OtherAddress(address).into()),
        PhoneCertificate::Absent if policy == ClientCertificates::Accept => return Ok(Proof::Nothing),
        PhoneCertificate::Absent => CertificateRefusal::Absent,
        PhoneCertificate::Invalid(fault) => CertificateRefusal::Invalid(fault),
        PhoneCertificate::Generic => CertificateRefusal::Generic,
    };
    if policy == ClientCertificates::Require { Err(doubt.into()) } else { Ok(Proof::Doubtful(doubt)) }
}

/// Judges the certificate of a user who logs in, whose request names no device. It never stands for the password.
///
/// # Errors
/// A certificate is required, and this one does not suffice.
pub(super) fn judge_login(policy: ClientCertificates, certificate: PhoneCertificate) -> Result<(), Refusal> {
    match policy {
        ClientCertificates::Require => judge(policy, certificate, None).map(|_| ()),
        ClientCertificates::Off | ClientCertificates::Accept => Ok(()),
    }
}
