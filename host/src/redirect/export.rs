//! Lists for the services' portals, so that nobody depends on a programming interface. Where a service publishes no format, its
//! own template is filled in, and no format is made up.

use super::device::{RedirectDevice, Spelling};
use super::service::Service;
use crate::facts::{read_spreadsheet, separator};
use csv::StringRecord;

/// Why a list cannot be written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError {
    #[error(
        "{product} publishes no format ({upload}); download the template there, save it as CSV, and name it with \
         --template FILE"
    )]
    NoFormat { product: String, upload: String },
    #[error("{product} demands a serial number, and {} have none: {}", .devices.len(), .devices.join(", "))]
    NoSerial { product: String, devices: Vec<String> },
    #[error(
        "the template has no column for the address; its first line must hold the names of its columns, and has {0}"
    )]
    NoAddress(String),
    #[error("the template: {0}")]
    Template(String),
    #[error("{0} has the separator within it, which Poly Lens does not take; write another model or name")]
    Separator(String),
}

/// A list, and what an operator has to know of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Export {
    pub text: String,
    pub notes: Vec<String>,
}

/// The columns that Poly Lens demands.
const POLY_LENS: [&str; 5] = ["mac_address", "serial_number", "device_model", "room_name", "site_name"];

/// Writes the devices in the format of a service, or into its template.
///
/// # Errors
/// The service has no public format, or demands what a device lacks.
pub fn export(service: &Service, devices: &[RedirectDevice], template: Option<&[u8]>) -> Result<Export, ExportError> {
    match (template, service.name.as_str()) {
        (Some(template), _) => fill(service, devices, template),
        (None, "snom") => Ok(addresses(devices)),
        (None, "poly") => poly_lens(service, devices),
        _ => Err(ExportError::NoFormat { product: service.product.clone(), upload: service.upload.clone() }),
    }
}

/// One address a line, as SRAPS's page takes them.
fn addresses(devices: &[RedirectDevice]) -> Export {
    let text = devices.iter().map(|device| Spelling::Upper.of(&device.address) + "\n").collect();
    let mut urls: Vec<&str> = devices.iter().map(|device| device.url.as_str()).filter(|url| !url.is_empty()).collect();
    urls.sort_unstable();
    urls.dedup();
    let profile = |url: &str| format!("the phones need a provisioning profile with setting_server {url}");
    Export { text, notes: urls.into_iter().map(profile).collect() }
}

fn poly_lens(service: &Service, devices: &[RedirectDevice]) -> Result<Export, ExportError> {
    check_serials(service, devices)?;
    let mut rows = vec![POLY_LENS.map(str::to_owned).to_vec()];
    for RedirectDevice { address, serial, model, domain, .. } in devices {
        if let Some(bad) = [serial, model, domain].into_iter().find(|text| text.contains(',')) {
            return Err(ExportError::Separator(bad.clone()));
        }
        // The site is the domain only by name; Lens creates none.
        rows.push(vec![Spelling::Lower.of(address), serial.clone(), model.clone(), String::new(), String::new()]);
    }
    let note = "room_name and site_name are empty: Lens assigns the devices to no room and no site".to_owned();
    Ok(Export { text: written(&rows, b','), notes: vec![note] })
}

fn check_serials(service: &Service, devices: &[RedirectDevice]) -> Result<(), ExportError> {
    let lacking = devices.iter().filter(|device| device.serial.is_empty());
    let devices: Vec<_> = lacking.map(|device| device.spelled.clone()).collect();
    if devices.is_empty() { Ok(()) } else { Err(ExportError::NoSerial { product: service.product.clone(), devices }) }
}

/// What a column of a template holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Address,
    Serial,
    Model,
    Url,
    Unknown,
}

impl Column {
    fn of(name: &str) -> Self {
        let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
        match name.as_str() {
            "mac" | "macaddress" | "macaddr" | "devicemac" | "macid" => Self::Address,
            "sn" | "serialnumber" | "serial" | "serialno" | "devicesn" => Self::Serial,
            "model" | "devicemodel" | "devicetype" | "phonemodel" => Self::Model,
            "url" | "serverurl" | "uniqueserverurl" | "provisioningurl" | "configserverpath" => Self::Url,
            _ => Self::Unknown,
        }
    }

    fn value(self, device: &RedirectDevice, spelling: Spelling) -> String {
        match self {
            Self::Address => spelling.of(&device.address),
            Self::Serial => device.serial.clone(),
            Self::Model => device.model.clone(),
            Self::Url => device.url.clone(),
            Self::Unknown => String::new(),
        }
    }
}

/// Writes the devices below the first line of the service's own template. Its examples are left out.
fn fill(service: &Service, devices: &[RedirectDevice], template: &[u8]) -> Result<Export, ExportError> {
    let mut reader = read_spreadsheet(template).map_err(ExportError::Template)?;
    let head = reader.headers().map_err(|error| ExportError::Template(error.to_string()))?.clone();
    let columns: Vec<Column> = head.iter().map(Column::of).collect();
    let names = |head: &StringRecord| head.iter().collect::<Vec<_>>().join(", ");
    if !columns.contains(&Column::Address) {
        return Err(ExportError::NoAddress(names(&head)));
    }
    if columns.contains(&Column::Serial) {
        check_serials(service, devices)?;
    }
    let spelling = example(&mut reader, &columns).unwrap_or(Spelling::Upper);
    let mut rows = vec![head.iter().map(str::to_owned).collect::<Vec<_>>()];
    rows.extend(devices.iter().map(|device| columns.iter().map(|column| column.value(device, spelling)).collect()));
    let empty: Vec<_> =
        head.iter().zip(&columns).filter(|(_, column)| **column == Column::Unknown).map(|(name, _)| name).collect();
    let mut notes = Vec::new();
    if !empty.is_empty() {
        notes.push(format!(
            "these columns of the template are empty: {}; fill them in where they are needed",
            empty.join(", ")
        ));
    }
    if !columns.contains(&Column::Url) {
        notes.push("the template has no column for the URL; set it at the service, for a server or a site".to_owned());
    }
    // The same separator as the template's.
    let separator = separator(&String::from_utf8_lossy(template));
    Ok(Export { text: written(&rows, separator), notes })
}

/// How the template's first example spells the address.
fn example(reader: &mut csv::Reader<impl std::io::Read>, columns: &[Column]) -> Option<Spelling> {
    let at = columns.iter().position(|column| *column == Column::Address)?;
    let record = reader.records().next()?.ok()?;
    let cell = record.get(at).filter(|cell| !cell.is_empty())?;
    let is_lower = cell.bytes().any(|byte| byte.is_ascii_lowercase());
    Some(if cell.contains(':') {
        Spelling::Colons
    } else if is_lower {
        Spelling::Lower
    } else {
        Spelling::Upper
    })
}

fn written(rows: &[Vec<String>], separator: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    for row in rows {
        // A write to memory does not fail, and every row has as many cells as the first.
        let _ = writer.write_record(row);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redirect::read_sheet;

    fn devices(rows: &str) -> Vec<RedirectDevice> {
        read_sheet(format!("address,template,serial_number,url\n{rows}").as_bytes()).unwrap()
    }

    fn service(name: &str) -> &'static Service {
        Service::find(name).unwrap()
    }

    #[test]
    fn poly_lens_gets_its_columns_and_demands_serials() {
        let listed = devices("64167faabbcc,polycom/vvx410,64167FAABBCC,\n");
        let export = export(service("poly"), &listed, None).unwrap();
        assert_eq!(
            export.text,
            "mac_address,serial_number,device_model,room_name,site_name\n64167faabbcc,64167FAABBCC,vvx410,,\n"
        );
        let lacking = super::export(service("poly"), &devices("64167faabbcc,polycom/vvx410,,\n"), None).unwrap_err();
        assert!(lacking.to_string().contains("1 have none: 64167faabbcc"), "{lacking}");
    }

    #[test]
    fn snom_gets_addresses_and_the_profile_is_named() {
        let listed = devices(
            "000413aabbcc,snom/d735,,https://a/snom-{mac}.htm\n000413aabbcd,snom/d735,,https://a/snom-{mac}.htm\n",
        );
        let export = export(service("snom"), &listed, None).unwrap();
        assert_eq!(export.text, "000413AABBCC\n000413AABBCD\n");
        assert_eq!(export.notes.len(), 1);
    }

    #[test]
    fn service_without_a_public_format_demands_its_template() {
        for name in ["yealink", "ymcs", "grandstream", "fanvil", "gigaset"] {
            let error = export(service(name), &devices("001565aabbcc,,,\n"), None).unwrap_err().to_string();
            assert!(error.contains("--template FILE") && error.contains("public"), "{name}: {error}");
        }
    }

    #[test]
    fn template_is_filled_by_the_names_of_its_columns() {
        let listed = devices("000b82aabbcc,grandstream/gxp2170,20EYZ,https://a/\n");
        let template = "\u{feff}Device Name;MAC Address*;Serial Number*;Site\r\nExample;00:0B:82:00:00:01;1;Main\r\n";
        let export = export(service("grandstream"), &listed, Some(template.as_bytes())).unwrap();
        assert_eq!(export.text, "Device Name;MAC Address*;Serial Number*;Site\n;00:0B:82:AA:BB:CC;20EYZ;\n");
        assert!(export.notes[0].contains("Device Name, Site") && export.notes[1].contains("no column for the URL"));
        let error = super::export(service("yealink"), &listed, Some(b"a,b\n")).unwrap_err();
        assert_eq!(error, ExportError::NoAddress("a, b".to_owned()));
    }
}
