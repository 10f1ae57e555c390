//! What a phone asked for, in types, before anything is looked up.

/// One request.
pub struct ProvisionRequest;

/// How a request names its device.
pub enum Claim {
    Nobody,
}
