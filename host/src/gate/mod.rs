//! Who may have a device's configuration. Facts in, [`Permit`] or [`Refusal`] out: nothing here reads a database, a
//! file or a clock.

mod permit;

pub use permit::{Challenge, Permit, Refusal};

use crate::facts::Admission;
use crate::request::{Claim, ProvisionRequest};

/// What `admit` needs besides the request and the facts: the clock, and what the server remembers between requests.
pub struct Keeper;

/// Decides one request. `now` is in seconds since 1970-01-01T00:00:00Z.
pub fn admit(
    request: &ProvisionRequest,
    claim: &Claim,
    admission: &Admission,
    keeper: &Keeper,
    now: u64,
) -> Result<Permit, Refusal> {
    let _ = (request, claim, admission, keeper, now);
    Err(Refusal::UnknownDevice)
}
