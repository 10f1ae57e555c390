//! What outlives a call.

use super::key::PinKey;
use super::tries::Tries;
use crate::request::Secret;

/// What the server needs to answer calls with a PIN.
pub struct Pins {
    pub key: PinKey,
    pub tries: Tries,
}

impl Pins {
    pub fn new(secret: Secret) -> Self {
        Self { key: PinKey::new(secret), tries: Tries::default() }
    }
}
