//! Rows of a file whose devices exist: what differs from what is stored.

use super::sheet::{COLUMNS, SheetRow};
use crate::directory::{Edits, NewRow};
use crate::editing::device::DEVICE;
use crate::editing::error::Error;
use crate::editing::record::{Record as Shown, records, text_of};
use crate::facts::address_digits;
use std::collections::HashMap;

/// What an import does with the line of a device that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineUpdate {
    Same,
    /// The device has no line of this number.
    Add,
    /// The line with this key gets another extension.
    Extension(String),
    /// The line with this key gets another transport.
    Transport(String),
}

/// The line of a device.
struct StoredLine {
    uuid: String,
    user: String,
    transport: String,
}

/// The devices of all domains, and their lines.
#[derive(Default)]
pub struct StoredDevices {
    /// By the digits of the address.
    devices: HashMap<String, Shown>,
    /// The names of the domains, by key.
    domains: HashMap<String, String>,
    /// By device and number.
    lines: HashMap<(String, String), StoredLine>,
}

impl StoredDevices {
    pub async fn read(edits: &mut Edits) -> Result<Self, Error> {
        let table = edits.select("v_devices", &[]).await?;
        let by_digits = |row| (address_digits(&text_of(&row, "device_address")), row);
        let devices = records(&DEVICE, &table).into_iter().map(by_digits).collect();
        let table = edits.select_only("v_domains", &["domain_uuid", "domain_name"], &[]).await?;
        let domains =
            table.rows().map(|row| (row.text("domain_uuid").to_owned(), row.text("domain_name").to_lowercase()));
        let domains = domains.collect();
        let columns = ["device_line_uuid", "device_uuid", "line_number", "user_id", "sip_transport"];
        let table = edits.select_only("v_device_lines", &columns, &[]).await?;
        let mut lines = HashMap::new();
        for row in table.rows() {
            let [uuid, device, number, user, transport] = columns.map(|column| row.text(column).to_owned());
            lines.insert((device, number), StoredLine { uuid, user, transport });
        }
        Ok(Self { devices, domains, lines })
    }

    /// The device of this address in this domain.
    pub fn find(&self, address: &str, domain: &str) -> Option<&Shown> {
        self.devices.get(address).filter(|device| text_of(device, "domain_uuid") == domain)
    }

    /// Whether the device of this address is in the domain of this name; without one, in the only domain.
    pub fn is_in(&self, address: &str, name: Option<&str>) -> bool {
        let device = self.devices.get(address);
        let domain = device.and_then(|device| self.domains.get(&text_of(device, "domain_uuid")));
        domain.is_some_and(|domain| name.map_or(self.domains.len() == 1, |name| name.to_lowercase() == *domain))
    }

    /// What the row does with the line that it names.
    pub fn line(&self, row: &SheetRow, device: &str) -> LineUpdate {
        let number = row.text("line").unwrap_or("1").to_owned();
        let (extension, transport) = (row.text("extension"), row.text("transport"));
        match self.lines.get(&(device.to_owned(), number)) {
            None if extension.is_some() => LineUpdate::Add,
            Some(line) if extension.is_some_and(|extension| extension != line.user) => {
                LineUpdate::Extension(line.uuid.clone())
            }
            Some(line) if transport.is_some_and(|transport| transport != line.transport) => {
                LineUpdate::Transport(line.uuid.clone())
            }
            _ => LineUpdate::Same,
        }
    }
}

/// Whether the row gives the device another template: by its name, or by another model.
pub fn names_template(row: &SheetRow, known: &Shown) -> bool {
    row.text("template").is_some() || row.text("model").is_some_and(|model| model != text_of(known, "device_model"))
}

/// The device's columns that change, and their names in the file. `template` is empty if the row gives none.
pub fn columns(row: &SheetRow, template: &str, known: &Shown) -> (NewRow, Vec<String>) {
    let (mut columns, mut names) = (NewRow::new(), Vec::new());
    let mut set = |column: &'static str, name: &str, text: &str| {
        if text_of(known, column) != text {
            columns.push((column, Some(text.to_owned())));
            names.push(name.to_owned());
        }
    };
    for field in COLUMNS.iter().filter(|field| !field.column.is_empty()) {
        match (field.flag, row.text(field.flag)) {
            ("address", _) => {}
            ("template", _) if !template.is_empty() => set(field.column, field.flag, template),
            ("vendor", None) if !template.is_empty() => {
                set(field.column, field.flag, template.split('/').next().unwrap_or_default());
            }
            (_, Some(text)) => set(field.column, field.flag, text),
            (_, None) => {}
        }
    }
    (columns, names)
}
