//! `dialplate pin`: PINs of prepared devices.

use crate::directory::{Directory, PreparedDevice};
use crate::pin::PinKey;
use crate::request::Secret;
use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde_json::json;
use std::io::Write;

/// Which device a command is for.
pub struct Choice<'a> {
    /// A uuid, a label, an address, or the extension of a line.
    pub device: &'a str,
    pub domain: Option<&'a str>,
}

/// What `pin add` was told.
pub struct NewPin {
    /// `None` for a random one.
    pub pin: Option<Secret>,
    pub hours: i64,
}

/// Gives a prepared device a PIN, and prints it: it cannot be printed later.
///
/// # Errors
/// No device, or more than one, is meant; the PIN is another device's; the database does not answer.
pub async fn add(
    directory: &Directory,
    secret: Option<Secret>,
    choice: Choice<'_>,
    new: NewPin,
    json: bool,
    out: &mut impl Write,
) -> Result<()> {
    let Some(secret) = secret else {
        bail!("set pin_secret_file first: PINs are stored as hashes with this secret, and the dial plan sends it");
    };
    let device = one(directory, &choice).await?;
    let pin = new.pin.map_or_else(PinKey::random_pin, Ok).context("the system returned no random numbers")?;
    let hash = PinKey::new(secret).hash(&pin)?;
    let now = Timestamp::now().as_second();
    let expires_at = now + new.hours * 3600;
    if !directory.add_pin(&device.uuid, &hash, expires_at, now).await? {
        bail!("another device has this PIN; choose another one, or leave --pin out for a random one");
    }
    let expires = Timestamp::from_second(expires_at)?.to_string();
    let PreparedDevice { uuid, domain, label, .. } = device;
    if json {
        let value = json!({"device": uuid, "domain": domain, "label": label, "pin": pin.expose(), "expires": expires});
        writeln!(out, "{value}")?;
    } else {
        writeln!(out, "PIN {} for the device {uuid} ({label}) of {domain}, valid until {expires}", pin.expose())?;
    }
    Ok(())
}

/// Lists the prepared devices that have a PIN, without the PINs.
///
/// # Errors
/// The database does not answer.
pub async fn list(directory: &Directory, domain: Option<&str>, json: bool, out: &mut impl Write) -> Result<()> {
    let prepared = directory.prepared(None, domain).await?.into_iter();
    let rows = prepared.filter_map(|device| {
        let expires = Timestamp::from_second(device.expires_at?).ok()?.to_string();
        Some(json!({"device": device.uuid, "domain": device.domain, "label": device.label, "expires": expires}))
    });
    let rows: Vec<_> = rows.collect();
    if json {
        writeln!(out, "{}", serde_json::Value::from(rows))?;
        return Ok(());
    }
    if rows.is_empty() {
        writeln!(out, "no device has a PIN")?;
    }
    for row in rows {
        let text = |name| row[name].as_str().unwrap_or_default();
        writeln!(out, "{}  {}  {}  expires {}", text("device"), text("domain"), text("label"), text("expires"))?;
    }
    Ok(())
}

/// Removes the PIN of a prepared device.
///
/// # Errors
/// No device, or more than one, is meant; it has no PIN; the database does not answer.
pub async fn remove(directory: &Directory, choice: Choice<'_>, json: bool, out: &mut impl Write) -> Result<()> {
    let device = one(directory, &choice).await?;
    if device.expires_at.is_none() || !directory.remove_pin(&device.uuid).await? {
        bail!("the device {} has no PIN", device.uuid);
    }
    let said = format!("removed the PIN of the device {}", device.uuid);
    let removed = json!({"device": device.uuid, "removed": true}).to_string();
    writeln!(out, "{}", if json { removed } else { said })?;
    Ok(())
}

/// The only prepared device that the choice means.
async fn one(directory: &Directory, choice: &Choice<'_>) -> Result<PreparedDevice> {
    let mut found = directory.prepared(Some(choice.device), choice.domain).await?;
    if found.len() > 1 {
        let all: Vec<_> = found.iter().map(|device| format!("{} ({})", device.uuid, device.domain)).collect();
        bail!("{} prepared devices are `{}`; name one by its uuid: {}", found.len(), choice.device, all.join(", "));
    }
    found.pop().with_context(|| {
        format!(
            "no prepared device has the uuid, the label, the address or a line with the extension `{}`; prepared are devices \
             without an address, with 000000000000, or with a local address such as 020000000001",
            choice.device
        )
    })
}
