//! The first contact of a phone. For some minutes after its device was enabled or reset, the phone gets its files without
//! credentials, and finds in them those that it needs from then on.

use super::keeper::Keeper;
use super::refusal::Refusal;
use super::settings::{demanded_users, judging, texts};
use crate::facts::{DeviceFacts, RequestFacts, seconds};
use crate::request::ProvisionRequest;

/// The columns that say since when. FusionPBX's page of a device sets the first one whenever somebody saves it, and
/// `dialplate device reset` sets it too; a device that a phone inserted has the second one alone.
const BEGINNINGS: [&str; 2] = ["device_enabled_date", "insert_date"];
const MINUTE_S: u64 = 60;
/// How much later the database's clock may be than this server's. A later date is a mistake, and admits nobody.
const SKEW_S: u64 = 60;

/// Whether a request needs no credentials, because it is the first contact of its phone. A request that has some is judged
/// by them.
///
/// # Errors
/// The first contact is over, and the domain demands no credentials that could replace it.
pub(super) fn judge(
    request: &ProvisionRequest,
    facts: &RequestFacts,
    keeper: &Keeper,
    now: u64,
) -> Result<bool, Refusal> {
    let minutes = keeper.policy().first_contact_minutes;
    let Some(device) = facts.device.as_ref().filter(|_| minutes > 0) else { return Ok(false) };
    if is_open(device, minutes, now) {
        return Ok(request.authorization().is_none() && request.password().is_none());
    }
    let settings = judging(facts);
    let demands = demanded_users(settings).is_some() || texts(settings, "provision", "password").is_some();
    if demands { Ok(false) } else { Err(Refusal::FirstContactOver) }
}

/// Whether the device was enabled, reset or added within the last minutes. `now` is in seconds since 1970.
fn is_open(device: &DeviceFacts, minutes: u64, now: u64) -> bool {
    let row = device.record.row();
    let begun = BEGINNINGS.iter().filter_map(|column| seconds(row.text(column))).max();
    begun.is_some_and(|begun| begun <= now + SKEW_S && now < begun + minutes * MINUTE_S)
}
