//! Finds the rows that a command names. An unknown name is an error that suggests others.

use super::error::{Error, quoted};
use crate::directory::{Access, Condition, Directory, Edits};
use crate::facts::{DeviceAddress, MacAddress, Record, Table};

/// A tenant that a command names.
pub struct Domain {
    pub uuid: String,
    pub name: String,
}

/// The domain of that name. Without a name, the only one.
pub async fn domain(edits: &mut Edits, name: Option<&str>) -> Result<Domain, Error> {
    let table = edits.select_only("v_domains", &["domain_uuid", "domain_name"], &[]).await?;
    let all = table
        .rows()
        .map(|row| Domain { uuid: row.text("domain_uuid").to_owned(), name: row.text("domain_name").to_owned() });
    let mut all: Vec<_> = all.collect();
    let names: Vec<_> = all.iter().map(|domain| domain.name.clone()).collect();
    let at = match name {
        Some(name) => names.iter().position(|known| known.eq_ignore_ascii_case(name)),
        None if all.len() == 1 => Some(0),
        None if all.is_empty() => {
            return Err(Error::Usage("there is no domain yet; `dialplate domain add NAME` makes one".to_owned()));
        }
        None => {
            return Err(Error::Usage(format!(
                "name one of the {} domains with --domain: {}",
                names.len(),
                few(&names)
            )));
        }
    };
    at.map(|at| all.swap_remove(at)).ok_or_else(|| Error::unknown("domain", name.unwrap_or_default(), &names))
}

/// The domain of a device.
pub async fn domain_of(edits: &mut Edits, device: &Record) -> Result<Domain, Error> {
    let uuid = device.row().text("domain_uuid").to_owned();
    let rows = edits.select_only("v_domains", &["domain_name"], &[("domain_uuid", Some(&uuid))]).await?;
    let name = rows.first().map(|row| row.text("domain_name").to_owned());
    name.map(|name| Domain { uuid, name }).ok_or_else(|| {
        Error::Usage("the device belongs to no domain; remove it, and add it again with --domain".to_owned())
    })
}

/// Some of many names.
fn few(names: &[String]) -> String {
    const SHOWN_MAX: usize = 5;
    let shown: Vec<_> = names.iter().take(SHOWN_MAX).map(String::as_str).collect();
    shown.join(", ") + if names.len() > SHOWN_MAX { ", …" } else { "" }
}

/// The digits of a hardware address in the spelling that requests find.
///
/// # Errors
/// No phone can have such an address.
pub fn address(named: &str, text: &str) -> Result<MacAddress, Error> {
    let wrong = |reason: &str| {
        Err(Error::value(named, text, format!("{reason}; write an address like 001565aabbcc or 00:15:65:aa:bb:cc")))
    };
    let kept: String = text.chars().filter(|c| !matches!(c, ':' | '-' | '.' | ' ')).collect();
    if let Some(other) = kept.chars().find(|c| !c.is_ascii_hexdigit()) {
        return wrong(&format!("{other:?} is no hexadecimal digit"));
    }
    match MacAddress::parse(&kept) {
        Ok(address) if address.is_unicast() => Ok(address),
        Ok(_) => wrong("no phone has this address"),
        Err(_) => wrong(&format!("it has {} hexadecimal digits instead of 12", kept.len())),
    }
}

/// The device of that address, of any domain unless one is named.
pub async fn device(edits: &mut Edits, text: &str, domain_name: Option<&str>) -> Result<Record, Error> {
    let domain_uuid = match domain_name {
        Some(name) => Some(domain(edits, Some(name)).await?.uuid),
        None => None,
    };
    // An administrator may have stored an address of another form.
    let spelled = text.replace([':', '-', ' '], "");
    let address = DeviceAddress::parse(&spelled);
    let address = address.map_err(|invalid| Error::value("ADDRESS", text, invalid.to_string()))?;
    let mut conditions: Vec<Condition<'_>> = vec![("device_address", Some(address.as_str()))];
    conditions.extend(domain_uuid.as_deref().map(|uuid| ("domain_uuid", Some(uuid))));
    let mut found = edits.select("v_devices", &conditions).await?.into_records();
    match (found.next(), found.next()) {
        (Some(device), None) => Ok(device),
        (Some(_), Some(_)) => Err(Error::Usage(format!(
            "several devices have the address {address}; name one's domain with --domain, or delete the others"
        ))),
        (None, _) => {
            let of_domain: Vec<_> =
                domain_uuid.as_deref().map(|uuid| ("domain_uuid", Some(uuid))).into_iter().collect();
            let known = edits.select_only("v_devices", &["device_address"], &of_domain).await?;
            Err(Error::unknown("device", text, &texts(&known, "device_address")))
        }
    }
}

/// A device's address, and the name of its domain.
pub struct Home {
    pub address: DeviceAddress,
    pub domain: String,
}

/// Finds the device of an address in all domains.
///
/// # Errors
/// There is none; the message suggests others.
pub async fn home(directory: &Directory, text: &str) -> Result<Home, Error> {
    let mut edits = directory.edit(Access::Read).await?;
    let found = device(&mut edits, text, None).await?;
    let address = DeviceAddress::parse(found.row().text("device_address"));
    let address = address.map_err(|invalid| Error::value("ADDRESS", text, invalid.to_string()))?;
    Ok(Home { address, domain: domain_of(&mut edits, &found).await?.name })
}

/// A domain's name as the database has it.
///
/// # Errors
/// There is none of this name; the message suggests others.
pub async fn known_domain(directory: &Directory, name: &str) -> Result<String, Error> {
    let mut edits = directory.edit(Access::Read).await?;
    Ok(domain(&mut edits, Some(name)).await?.name)
}

/// The name of the only domain.
///
/// # Errors
/// There is none, or several.
pub async fn only_domain(directory: &Directory) -> Result<String, Error> {
    let mut edits = directory.edit(Access::Read).await?;
    Ok(domain(&mut edits, None).await?.name)
}

/// The names of all domains, sorted.
///
/// # Errors
/// The database does not answer.
pub async fn domain_names(directory: &Directory) -> Result<Vec<String>, Error> {
    let mut edits = directory.edit(Access::Read).await?;
    let mut names = texts(&edits.select_only("v_domains", &["domain_name"], &[]).await?, "domain_name");
    names.sort();
    Ok(names)
}

/// The row of a table that has this name in this column.
pub async fn named(
    edits: &mut Edits,
    thing: &'static str,
    (table, column): (&'static str, &str),
    name: &str,
    scope: &[Condition<'_>],
) -> Result<Record, Error> {
    let conditions: Vec<_> = scope.iter().copied().chain([(column, Some(name))]).collect();
    let mut found = edits.select(table, &conditions).await?.into_records();
    match (found.next(), found.next()) {
        (Some(record), None) => Ok(record),
        (Some(_), Some(_)) => {
            Err(Error::Usage(format!("there are several rows for {thing} {}; delete the others", quoted(name))))
        }
        (None, _) => {
            let known = edits.select_only(table, &[column], scope).await?;
            Err(Error::unknown(thing, name, &texts(&known, column)))
        }
    }
}

/// The extension of that number.
pub async fn extension(edits: &mut Edits, domain: &Domain, number: &str) -> Result<Record, Error> {
    named(edits, "extension", ("v_extensions", "extension"), number, &[("domain_uuid", Some(&domain.uuid))]).await
}

/// The user of that name.
pub async fn user(edits: &mut Edits, domain: &Domain, name: &str) -> Result<Record, Error> {
    named(edits, "user", ("v_users", "username"), name, &[("domain_uuid", Some(&domain.uuid))]).await
}

/// The profile of that name.
pub async fn profile(edits: &mut Edits, domain: &Domain, name: &str) -> Result<Record, Error> {
    let place = ("v_device_profiles", "device_profile_name");
    named(edits, "profile", place, name, &[("domain_uuid", Some(&domain.uuid))]).await
}

/// The texts of a column.
pub fn texts(table: &Table, column: &str) -> Vec<String> {
    table.rows().map(|row| row.text(column).to_owned()).filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_address_says_what_is_wrong_with_it() {
        for (text, reason) in [
            ("00156500004g", "'g' is no hexadecimal digit"),
            ("00156500004", "it has 11 hexadecimal digits instead of 12"),
            ("ff:ff:ff:ff:ff:ff", "no phone has this address"),
            ("000000000000", "no phone has this address"),
            ("", "it has 0 hexadecimal digits instead of 12"),
        ] {
            let error = address("ADDRESS", text).unwrap_err().to_string();
            assert!(error.starts_with(&format!("ADDRESS {text:?}: {reason}; write an address like")), "{error}");
        }
        for text in ["00:15:65:AA:BB:CC", "0015.65aa.bbcc", "00-15-65-aa-bb-cc", "001565AABBCC"] {
            assert_eq!(address("", text).unwrap().as_str(), "001565aabbcc");
        }
    }
}
