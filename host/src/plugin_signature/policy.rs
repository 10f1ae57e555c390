//! What an operator demands of components.

use super::check::{SignatureState, check};
use super::fault::SignatureFault;
use super::key::TrustedKeys;
use super::versions::{LiveVersion, Versions};
use jiff::Timestamp;

/// The default trusts no key and accepts every component.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub keys: TrustedKeys,
    /// Whether an unsigned or downgraded component is refused.
    pub required: bool,
    /// Which version of each plugin served last. `None` knows only those that serve now.
    pub versions: Option<Versions>,
}

impl Policy {
    /// Whether signatures are looked at at all.
    pub fn checks(&self) -> bool {
        self.required || !self.keys.is_empty()
    }

    /// Checks the bytes of a component against those of its signature file.
    ///
    /// # Errors
    /// As [`check`], or the component has no signature and needs one.
    pub fn check(&self, component: &[u8], signature: Option<&[u8]>) -> Result<SignatureState, SignatureFault> {
        if !self.checks() {
            return Ok(SignatureState::Unchecked);
        }
        match check(component, signature, &self.keys, Timestamp::now())? {
            SignatureState::Unsigned if self.required => Err(SignatureFault::Unsigned),
            state => Ok(state),
        }
    }

    /// The record of versions, if older components are refused and there is one.
    pub fn record(&self) -> Option<&Versions> {
        self.versions.as_ref().filter(|_| self.required)
    }

    /// Checks that a component is not older than the one that served before it. `live` is the version that serves now.
    /// Reads a file, so it may block.
    ///
    /// # Errors
    /// Signatures are required, and the component is older or cannot be compared.
    pub fn check_version(&self, new: &LiveVersion, live: Option<&LiveVersion>) -> Result<(), SignatureFault> {
        match self.record() {
            Some(versions) => versions.check(new, live),
            None if self.required => live.map_or(Ok(()), |live| new.check_after(&live.version)),
            None => Ok(()),
        }
    }
}
