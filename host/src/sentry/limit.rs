//! A limit that is reached, and how a refusal counts.

use crate::gate::{CredentialError, Refusal};

/// A limit is reached, whatever the request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{cause}; retry in {retry_after_s} s")]
pub struct RateLimited {
    pub(super) cause: Cause,
    /// When to retry, in seconds, at least 1.
    pub retry_after_s: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    #[error("too many failed requests from the client's network")]
    Network,
    #[error("too many failed requests for devices of this maker")]
    Maker,
    #[error("too many new devices from the client's network")]
    NewInNetwork,
    #[error("too many new devices in the domain")]
    NewInDomain,
}

impl RateLimited {
    pub(super) fn new(cause: Cause, seconds: u64) -> Self {
        Self { cause, retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX).max(1) }
    }
}

/// How a refusal counts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Nothing,
    /// Counts once per window for the same network and device.
    Once,
    /// Bad credentials.
    Full,
}

pub fn weight(refusal: &Refusal) -> Weight {
    match refusal {
        Refusal::Challenge(challenge) => match challenge.error {
            // Digest begins this way, and continues this way after five minutes.
            None | Some(CredentialError::Stale | CredentialError::Certificate(_)) => Weight::Nothing,
            Some(CredentialError::BadPassword) => Weight::Full,
            // A phone configured for the other scheme, or a broken one.
            Some(_) => Weight::Once,
        },
        Refusal::BadPassword | Refusal::BadLogin | Refusal::AuthServer => Weight::Full,
        Refusal::DomainNetwork
        | Refusal::ProvisioningOff
        | Refusal::ClientNetwork
        | Refusal::Certificate(_)
        | Refusal::FirstContactOver
        | Refusal::UnknownDevice
        | Refusal::ForeignDomain
        | Refusal::UnknownDomain
        | Refusal::InvalidAddress
        | Refusal::NoAddress
        | Refusal::UserDisabled
        | Refusal::DeviceDisabled => Weight::Once,
    }
}
