//! Reads a CSV file of devices: the columns of `dialplate device import` that a service needs, and the URL.

use super::device::{RedirectDevice, model_of};
use crate::facts::{DeviceAddress, column_name, read_spreadsheet, read_typed};
use csv::StringRecord;
use std::collections::HashMap;

/// A hundred thousand rows of 160 bytes.
pub const FILE_BYTES_MAX: u64 = 16 << 20;

/// More phones than a distributor ships at once.
const ROWS_MAX: usize = 100_000;

/// The names of columns, and other spellings of each.
const COLUMNS: [(&str, &[&str]); 8] = [
    ("address", &["device_address", "mac", "mac_address"]),
    ("vendor", &["device_vendor", "maker"]),
    ("template", &["device_template"]),
    ("model", &["device_model"]),
    ("serial_number", &["device_serial_number", "serial", "sn"]),
    ("firmware", &["device_firmware_version"]),
    ("domain", &["domain_name"]),
    ("url", &["server_url"]),
];

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SheetError(pub String);

/// Reads all devices. Other columns are ignored. A device without a maker gets none here.
///
/// # Errors
/// The file is no CSV file with a column `address`, a row has no address, or the file is larger than a limit.
pub fn read_sheet(bytes: &[u8]) -> Result<Vec<RedirectDevice>, SheetError> {
    let mut reader = read_spreadsheet(bytes).map_err(SheetError)?;
    let places = places(reader.headers().map_err(|error| SheetError(error.to_string()))?);
    if !places.contains_key("address") {
        let message = "line 1 has no column `address`; write the names of the columns there: address, vendor, template, \
                       model, serial_number, firmware, domain, url";
        return Err(SheetError(message.to_owned()));
    }
    let mut devices = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| SheetError(error.to_string()))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if devices.len() == ROWS_MAX {
            return Err(SheetError(format!("the file has more than {ROWS_MAX} rows; split it")));
        }
        devices.push(device(&places, &record)?);
    }
    if devices.is_empty() {
        return Err(SheetError("the file has no row below its names".to_owned()));
    }
    Ok(devices)
}

/// The places of the columns that a file has, by name.
type Places = HashMap<&'static str, usize>;

fn places(head: &StringRecord) -> Places {
    let cells: Vec<String> = head.iter().map(column_name).collect();
    let place = |(name, spellings): (&'static str, &[&str])| {
        let at = cells.iter().position(|cell| cell == name || spellings.contains(&cell.as_str()))?;
        Some((name, at))
    };
    COLUMNS.into_iter().filter_map(place).collect()
}

fn device(places: &Places, record: &StringRecord) -> Result<RedirectDevice, SheetError> {
    let line = record.position().map_or(0, csv::Position::line);
    let text = |name| places.get(name).and_then(|at| record.get(*at)).unwrap_or_default().trim();
    let spelled = text("address");
    let (hardware, id) = split_mac_id(spelled);
    let typed = read_typed(hardware).and_then(Result::ok).map_or_else(|| DeviceAddress::parse(hardware), Ok);
    let address = typed.map_err(|error| SheetError(format!("line {line}: {error}")))?;
    let template = text("template");
    let maker = if text("vendor").is_empty() { template.split('/').next().unwrap_or_default() } else { text("vendor") };
    Ok(RedirectDevice {
        address,
        spelled: spelled.to_owned(),
        place: format!("line {line}"),
        vendor: maker.to_ascii_lowercase(),
        model: model_of(text("model"), template),
        serial: if text("serial_number").is_empty() { id } else { text("serial_number") }.to_owned(),
        firmware: text("firmware").to_owned(),
        domain: text("domain").to_owned(),
        url: text("url").to_owned(),
    })
}

/// Gigaset's labels have a MAC-ID: the address, a dash, and four characters.
pub(super) fn split_mac_id(text: &str) -> (&str, &str) {
    let id = text.rsplit_once('-').filter(|(address, id)| id.trim().len() == 4 && read_typed(address).is_some());
    id.map_or((text, ""), |(address, id)| (address, id.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_read_by_the_names_of_columns() {
        let text = "\u{feff}MAC Address;Template;SN;Location;URL\r\n00:15:65:AA:BB:CC;yealink/t46s;42;3rd floor;https://a/\r\n;;\r\n";
        let devices = read_sheet(text.as_bytes()).unwrap();
        let [device] = devices.as_slice() else { panic!("{devices:?}") };
        assert_eq!(device.address.as_str(), "001565aabbcc");
        assert_eq!((device.vendor.as_str(), device.model.as_str()), ("yealink", "t46s"));
        assert_eq!(
            (device.serial.as_str(), device.url.as_str(), device.place.as_str()),
            ("42", "https://a/", "line 2")
        );
    }

    #[test]
    fn mac_id_is_address_and_serial_number() {
        let rows = "address,vendor\n7C2F80ABCDEF-1A2B,gigaset\n00-15-65-aa-bb-cc,yealink\n7C:2F:80:AB:CD:EF-1A2B,gigaset\n\
                    0015.65aa.bbcc,yealink\n0015-65aa-bbcc,yealink\n";
        let devices = read_sheet(rows.as_bytes()).unwrap();
        let read: Vec<_> = devices.iter().map(|one| (one.address.as_str(), one.serial.as_str())).collect();
        let (labelled, other) = (("7c2f80abcdef", "1A2B"), ("001565aabbcc", ""));
        assert_eq!(read, [labelled, other, labelled, other, other]);
    }

    #[test]
    fn unusable_file_names_the_place() {
        let long = format!("mac\n{}", "001565aabbcc\n".repeat(ROWS_MAX + 1));
        for (bytes, part) in [
            (&b"adress\n1"[..], "line 1 has no column `address`"),
            (b"mac\n", "no row below"),
            (b"mac\nxyz", "line 2: an address has"),
            (b"mac\n\xff", "line 2 is not UTF-8"),
            (long.as_bytes(), "more than 100000 rows"),
        ] {
            let error = read_sheet(bytes).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
