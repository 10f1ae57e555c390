//! An admitted device.

use super::daylight::Zone;
use super::phone_book_rules::PhoneBookRules;
use crate::facts::{DatabaseVersion, DeviceAddress, FactsVersion, Settings, Table};
use std::ops::Deref;
use std::sync::Arc;

/// Where the name of a device's template folder comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TemplateFrom {
    /// Its own row.
    Row,
    /// An enabled device of the same domain, because its own row names none.
    StandIn,
    /// The device behind `device_uuid_alternate`.
    Alternate,
    /// The User-Agent, or a setting for phones without a device: it has no row yet.
    UserAgent,
    /// A user logs in.
    Login,
}

/// An admitted device with everything that a template may read of it. It holds passwords, so there is no `Debug`.
pub struct Device {
    /// `None` if nothing that is made of it may be kept.
    pub version: Option<FactsVersion>,
    /// The device's own uuid, also if it shows another device's lines.
    pub uuid: String,
    pub address: DeviceAddress,
    /// Auto insert created it for this request.
    pub is_new: bool,
    /// `device_vendor` as stored; empty when NULL.
    pub stored_vendor: String,
    /// Lower case, possibly the stand-in's; empty if there is none. It selects the keys.
    pub vendor: String,
    /// The template folder, `yealink/t46u`; empty if neither the device nor a stand-in has one.
    pub template: String,
    pub template_from: TemplateFrom,
    /// The uuid of the device whose lines, keys and settings it shows: its own, or that of its alternate.
    pub shown: String,
    pub domain_name: String,
    /// `device`, `domain`, `lines`, `profile_keys`, `device_keys`, `user`: always present, some without rows.
    pub tables: Vec<Arc<Table>>,
    /// The time zone of the domain.
    pub zone: Zone,
    /// Default and domain settings.
    pub domain_settings: Settings,
    /// Settings of all layers; those of the profile and of the device are in the category `provision`.
    pub settings: Settings,
    pub(super) phone_book: Arc<PhoneBookRules>,
}

/// A device, as one request sees it.
#[derive(Clone)]
pub struct Admitted {
    device: Arc<Device>,
    /// The version of the database when the request looked; `None` if nothing is kept.
    pub(super) database: Option<DatabaseVersion>,
}

impl Admitted {
    pub(super) fn new(device: &Arc<Device>, database: Option<DatabaseVersion>) -> Self {
        Self { device: Arc::clone(device), database }
    }
}

impl From<Device> for Admitted {
    /// A device that was made for this request.
    fn from(device: Device) -> Self {
        Self { device: Arc::new(device), database: None }
    }
}

impl Deref for Admitted {
    type Target = Device;

    fn deref(&self) -> &Device {
        &self.device
    }
}
