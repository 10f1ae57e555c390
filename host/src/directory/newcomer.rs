//! A phone without a device, as templates see it: its only line registers to the number at which the user enters a PIN.

use super::device::Device;
use super::directory::Directory;
use super::error::Error;
use super::insert::NewDevice;
use crate::facts::{Settings, Table, Value};
use crate::gate::NewcomerPermit;
use std::sync::Arc;

/// The settings of the account, all in the category `provision`.
const USER: &str = "pin_user_id";
const PASSWORD: &str = "pin_password";
const SERVER: &str = "pin_server_address";

/// The setting with the template folder of the phone; without it, the User-Agent chooses.
const TEMPLATE: &str = "pin_template";

impl Directory {
    /// The device for the generic file; `None` if the settings name no account, or there is no template.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn newcomer(&self, permit: NewcomerPermit, new: NewDevice) -> Result<Option<Device>, Error> {
        let address = permit.address();
        let uuid = uuid::Uuid::new_v4().to_string();
        let mut device = self.without_row(permit.into_facts(), uuid, |settings| of_template(new, settings)).await?;
        let text = |name| device.domain_settings.text("provision", name).filter(|text| !text.is_empty());
        let Some(user) = text(USER) else {
            tracing::warn!(domain.name = device.domain_name, "setting pin_networks is set, but pin_user_id is not");
            return Ok(None);
        };
        if device.template.is_empty() {
            tracing::warn!(
                domain.name = device.domain_name,
                "no template for the model in the User-Agent of a phone without a device; set pin_template"
            );
            return Ok(None);
        }
        let server = text(SERVER).unwrap_or(&device.domain_name);
        let given = [
            ("line_number", "1"),
            ("server_address", server),
            ("user_id", user),
            ("auth_id", user),
            ("password", text(PASSWORD).unwrap_or_default()),
            // The dial plan gets the phone's address as the caller's name.
            ("display_name", address.as_str()),
        ];
        let columns = self.statements().catalog.shown("v_device_lines");
        let cell = |name: &String| match given.iter().find(|(column, _)| column == name) {
            Some((_, text)) => Value::Text((*text).to_owned()),
            None if name == "enabled" => Value::Flag(true),
            None => Value::Null,
        };
        let names: Vec<_> = columns.into_iter().map(|column| column.name).collect();
        let row = names.iter().map(cell).collect();
        let lines = Table { name: "lines", columns: names.into(), rows: vec![row] };
        device.tables.retain(|table| table.name != lines.name);
        device.tables.push(Arc::new(lines));
        Ok(Some(device))
    }
}

/// The setting's template, and its vendor where the address tells none.
fn of_template(new: NewDevice, settings: &Settings) -> NewDevice {
    let template = settings.text("provision", TEMPLATE).map_or(new.template, str::to_owned);
    let vendor =
        if new.vendor.is_empty() { template.split('/').next().unwrap_or_default().to_owned() } else { new.vendor };
    NewDevice { vendor, template, ..new }
}
