//! A device with its lines and keys, edited at once: what a form shows, and what it sends.

use super::devices::DeviceSummary;
use super::edits::RowPlace;
use super::operations::Operations;
use super::principal::Principal;
use super::problem::Problem;
use crate::editing::{self, Context, DeviceRows, Offered, SavedDevice, WholeDevice};
use crate::journal::NewAction;

/// What a form of a device offers and shows.
pub struct DeviceForm {
    /// The stored device; `None` for a new one.
    pub rows: Option<DeviceRows>,
    pub offered: Offered,
    /// The template folders for devices of its domain.
    pub templates: Vec<String>,
}

impl Operations {
    /// The names of the domains that an operator may see.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn domain_names(&self, principal: &Principal) -> Result<Vec<String>, Problem> {
        let names = editing::domain_names(&self.admin.directory).await?;
        Ok(names.into_iter().filter(|name| principal.domains.has(name)).collect())
    }

    /// What the form of a device shows: by uuid or address, or for a new device of this domain.
    ///
    /// # Errors
    /// The operator may not edit it, there is no such device, or the database does not answer.
    pub async fn device_form(
        &self,
        principal: &Principal,
        word: Option<&str>,
        domain: &str,
    ) -> Result<DeviceForm, Problem> {
        self.may_edit_rows(principal).await?;
        let uuid = match word {
            Some(word) => Some(self.find(principal, word).await?.summary.uuid),
            None if domain.is_empty() || principal.domains.has(domain) => None,
            None => return Err(Problem::missing("domain", domain)),
        };
        let (rows, offered) = editing::device_rows(&self.admin.directory, uuid.as_deref(), domain).await?;
        let of = rows.as_ref().map_or(domain, |rows| &rows.domain);
        let templates = self.template_names().await?.names(of).to_vec();
        Ok(DeviceForm { rows, offered, templates })
    }

    /// The place of a device's row: by uuid or address.
    ///
    /// # Errors
    /// The operator may not see it.
    pub async fn device_place(&self, principal: &Principal, word: &str) -> Result<RowPlace, Problem> {
        Ok(self.find(principal, word).await?.summary.place())
    }

    /// Adds or changes a device with its lines and keys, in one transaction. `word` is its uuid or address; without one, a
    /// device is added to the domain of the edit.
    ///
    /// # Errors
    /// The operator may not do it, edits are off, the device has changed, or a value is wrong.
    pub async fn save_device(
        &self,
        principal: &Principal,
        word: Option<&str>,
        mut device: WholeDevice,
        client: String,
    ) -> Result<SavedDevice, Problem> {
        self.may_edit_rows(principal).await?;
        let mut address = device.address.clone();
        match word {
            Some(word) => {
                let found = self.find(principal, word).await?.summary;
                address = found.address;
                (device.uuid, device.domain) = (Some(found.uuid), found.domain);
            }
            None if principal.domains.has(&device.domain) => device.uuid = None,
            None => return Err(Problem::missing("domain", device.domain)),
        }
        let context = Context { templates: self.template_names().await? };
        let saved = editing::save_device(&self.admin.directory, &device, &context).await;
        let changes = match &saved {
            Ok(saved) if saved.changes.is_empty() => None,
            Ok(saved) => Some(saved.changes.join("; ")),
            Err(_) => Some("device".to_owned()),
        };
        if let Ok(saved) = &saved {
            address = editing::text_of(&saved.rows.record, "device_address");
        }
        if let Some(detail) = changes {
            let line = NewAction {
                client,
                action: if device.uuid.is_some() { "set" } else { "add" },
                domain: device.domain,
                device: Some(address),
                detail,
                is_done: saved.is_ok(),
                ..NewAction::default()
            };
            self.record(principal, line).await;
        }
        Ok(saved?)
    }
}

impl DeviceSummary {
    /// The place of the device's row.
    pub fn place(&self) -> RowPlace {
        let domain = Some(self.domain.clone()).filter(|domain| !domain.is_empty());
        RowPlace { kind: "device".to_owned(), domain, uuid: Some(self.uuid.clone()), ..RowPlace::default() }
    }
}
