//! Addresses that an administrator has to correct: those that match no request, and those that several devices of one
//! domain have. FusionPBX's tables allow both. `dialplate db check` lists them; a request that meets one logs it once.

use super::catalog::Catalog;
use super::database::Database;
use super::error::Error;
use crate::facts::{DeviceAddress, MacAddress, address_digits};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

/// Warnings in a list; nobody reads more.
const WARNINGS_MAX: usize = 100;

/// The part of a stored address that a message quotes; the column holds texts of any length.
const QUOTED_CHARS_MAX: usize = 64;

/// Addresses that are remembered as logged. A table with more such addresses is wrong as a whole, and `dialplate db check`
/// lists them.
const LOGGED_MAX: usize = 1_000;

/// The addresses of which requests have logged that a row is wrong.
#[derive(Default)]
pub struct AddressLog(Mutex<HashSet<DeviceAddress>>);

impl AddressLog {
    /// Takes note of the number of devices that a lookup found in one domain.
    pub fn found(&self, address: &DeviceAddress, devices: u32) {
        if devices > 1 && self.is_first(address) {
            tracing::warn!(
                device.address = %address, devices,
                "several devices of one domain have this address; the server uses the oldest. Delete the others"
            );
        }
    }

    /// Takes note of a row that prevented an insertion.
    pub fn prevented(&self, address: &DeviceAddress, stored: &str) {
        if address.as_str() != stored && self.is_first(address) {
            tracing::warn!(
                device.address = %address, stored = %quoted(stored),
                "no device inserted: a device has this address in a spelling that matches no request. \
                 Correct its device_address"
            );
        }
    }

    fn is_first(&self, address: &DeviceAddress) -> bool {
        let mut logged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logged.len() < LOGGED_MAX && logged.insert(address.clone())
    }
}

/// Whether a text has the digits of an address, and no other digits.
pub fn is_spelling(text: &str, address: MacAddress) -> bool {
    address_digits(text) == address.as_str()
}

/// The addresses to correct, one sentence for each stored text of a domain.
pub async fn warnings(database: &Database, catalog: &Catalog) -> Result<Vec<String>, Error> {
    let address = catalog.sql("v_devices", "device_address", "d");
    let sql = format!(
        "select coalesce(n.domain_name, ''), {address} from v_devices d \
         left join v_domains n on n.domain_uuid = d.domain_uuid where {address} <> ''"
    );
    let rows = database.fetch(&Arc::from(sql), &[]).await?;
    let mut warnings = describe(rows.iter().filter_map(|(domain, stored)| Some((domain.as_str(), stored.as_deref()?))));
    let more = warnings.len().saturating_sub(WARNINGS_MAX);
    warnings.truncate(WARNINGS_MAX);
    if more > 0 {
        warnings.push(format!("{more} more addresses match no request, or several devices of one domain have them"));
    }
    Ok(warnings)
}

/// The warnings about devices, given as the names of their domains and their stored addresses.
fn describe<'a>(devices: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut stored: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut same: HashMap<(&str, DeviceAddress), usize> = HashMap::new();
    for (domain, text) in devices {
        *stored.entry((domain, text)).or_default() += 1;
        if let Ok(address) = DeviceAddress::parse(text) {
            *same.entry((domain, address)).or_default() += 1;
        }
    }
    let warning = |(&(domain, text), &devices): (&(&str, &str), &usize)| {
        let of = if domain.is_empty() { "without a domain".to_owned() } else { format!("of {domain}") };
        let unreachable = format!("device_address {} {of} matches no request", quoted(text));
        let address = match DeviceAddress::parse(text) {
            Ok(address) if address.is_placeholder() => return None,
            Ok(address) => address,
            Err(invalid) => return Some(format!("{unreachable}: {invalid}; correct it")),
        };
        if address.as_str() != text {
            let taken = same.get(&(domain, address.clone())).is_some_and(|devices| *devices > 1);
            let next = if taken { "another device of the domain has that, so delete one" } else { "store that" };
            return Some(format!("{unreachable}: the server looks for {address}; {next}"));
        }
        let warning = || {
            format!("{devices} devices {of} have the address {address}: only the oldest is served; delete the others")
        };
        (devices > 1).then(warning)
    };
    stored.iter().filter_map(warning).collect()
}

/// A stored text for a message: in quotes, without control characters, and cut.
fn quoted(text: &str) -> String {
    let kept: String = text.chars().take(QUOTED_CHARS_MAX).collect();
    let rest = if text.chars().nth(QUOTED_CHARS_MAX).is_some() { "…" } else { "" };
    format!("{kept:?}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_that_matches_no_request_is_named_once() {
        for (stored, address) in [
            ("80:5e:c0:7a:00:01", "805ec07a0001"),
            ("80-5e-c0-7a-00-01", "805ec07a0001"),
            ("80 5e c0 7a 00 01", "805ec07a0001"),
            ("805EC07A000B", "805ec07a000b"),
            ("805ec07a0003 ", "805ec07a0003"),
            (" 805ec07a0003", "805ec07a0003"),
            ("\t805ec07a0003\n", "805ec07a0003"),
            ("805ec07a\u{a0}0003\u{200b}", "805ec07a0003"),
            ("mac=805ec07a0003", "ac805ec07a0003"),
            ("805e.C07A.0003", "805e.c07a.0003"),
            ("5D0C1F7A-2B9E-4C88-97AA-31E2F0B64D11", "5d0c1f7a2b9e4c8897aa31e2f0b64d11"),
        ] {
            let expected = format!(
                "device_address {stored:?} of a.example matches no request: the server looks for {address}; store that"
            );
            assert_eq!(describe([("a.example", stored)].into_iter()), [expected]);
        }
        let expected = "device_address \"zz\" without a domain matches no request: \
            an address has 1 to 255 hexadecimal digits, dots and slashes; correct it";
        assert_eq!(describe([("", "zz")].into_iter()), [expected]);
    }

    #[test]
    fn address_that_two_devices_of_one_domain_have_is_named() {
        let devices = [
            ("a.example", "805ec07a0009"),
            ("a.example", "805ec07a0009"),
            ("b.example", "805ec07a0009"),
            ("b.example", "80:5e:c0:7a:00:09"),
            ("c.example", "805ec07a0009"),
            ("c.example", "000000000000"),
            ("c.example", "000000000000"),
            ("c.example", "00:00:00:00:00:00"),
            ("c.example", "805e.c07a.0009"),
        ];
        let expected = [
            "2 devices of a.example have the address 805ec07a0009: only the oldest is served; delete the others",
            "device_address \"80:5e:c0:7a:00:09\" of b.example matches no request: the server looks for 805ec07a0009; \
             another device of the domain has that, so delete one",
        ];
        assert_eq!(describe(devices.into_iter()), expected);
    }

    #[test]
    fn spelling_of_an_address_has_its_digits_and_no_others() {
        let address = MacAddress::parse("805ec07a0001").unwrap();
        for same in ["805ec07a0001", "80:5E:C0:7A:00:01", "\t805ec07a0001 ", "805e.c07a.0001", "8/0/5ec07a0001\u{2003}"]
        {
            assert!(is_spelling(same, address), "{same}");
        }
        for other in ["", "805ec07a000", "805ec07a00011", "e805ec07a0001", "805ec07a0010", "８05ec07a0001"] {
            assert!(!is_spelling(other, address), "{other}");
        }
    }
}
