//! An admitted device.

use super::phone_book_rules::PhoneBookRules;
use crate::facts::{DeviceAddress, FactsVersion, Settings, Table};

/// An admitted device with everything that a template may read of it. It holds passwords, so there is no `Debug`.
#[derive(Clone)]
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
    pub domain_name: String,
    /// `device`, `domain`, `lines`, `profile_keys`, `device_keys`, `user`: always present, some without rows.
    pub tables: Vec<Table>,
    /// Default and domain settings.
    pub domain_settings: Settings,
    /// Settings of all layers; those of the profile and of the device are in the category `provision`.
    pub settings: Settings,
    pub(super) phone_book: PhoneBookRules,
}
