//! A device whose phone makes its first contact again.

use super::error::Error;
use super::find;
use crate::directory::{Access, Directory};

/// Dates the device as FusionPBX's page does when somebody saves it, and returns its address.
///
/// # Errors
/// There is no such device, or the database refuses the change.
pub async fn reset(directory: &Directory, address: &str, domain: Option<&str>) -> Result<String, Error> {
    let mut edits = directory.edit(Access::Write).await?;
    let device = find::device(&mut edits, address, domain).await?;
    let uuid = device.row().text("device_uuid");
    let dated = vec![("device_enabled_date", Some(edits.now().to_owned()))];
    edits.update("v_devices", &[("device_uuid", Some(uuid))], &dated).await?;
    edits.commit().await?;
    Ok(device.row().text("device_address").to_owned())
}
