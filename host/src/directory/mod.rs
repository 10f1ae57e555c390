//! FusionPBX's tables: finds a device, its domain and settings, and loads the device for templates. The same statements
//! run on PostgreSQL and SQLite; no other room knows SQL.
//!
//! What a request has read is kept (`cache.rs`), so the next one costs one short statement that several requests share, by
//! which the database tells whether it has changed (`database/observer.rs`), or none where triggers notify of changes
//! (`triggers/`). Otherwise a request costs two round trips, [`Directory::find`] and [`Directory::load`], and others for the
//! settings of its domain, for the devices from which a device takes what it lacks, and for contacts and extensions, each
//! only if it needs them.

mod accounts;
mod addresses;
mod cache;
mod catalog;
mod config;
mod contacts;
mod database;
pub mod daylight;
mod defaults;
mod device;
mod device_changes;
mod device_rows;
mod dialect;
#[allow(clippy::module_inception, reason = "the room holds the directory, and this file is its type")]
mod directory;
mod edits;
mod embedded;
mod error;
mod examine;
mod find;
mod indexes;
mod insert;
mod keys;
mod load;
mod newcomer;
mod notes;
mod phone_book_rules;
mod phones;
mod pins;
mod query;
mod relatives;
mod replica;
mod setting_values;
mod sightings;
mod statements;
mod switch;
#[cfg(test)]
mod tests;
mod triggers;
mod url;
mod users;

pub use config::Config;
pub use contacts::PhoneBook;
pub use database::{Access, ChangeNotice};
pub use device::{Admitted, Device, TemplateFrom};
pub use device_rows::{DeviceQuery, DeviceRow, DeviceRows, DeviceSort, DeviceState, device_uuid};
pub use directory::Directory;
pub use edits::{Condition, Edits, NewRow, Window};
pub use embedded::DEFAULT_DOMAIN;
pub use error::Error;
pub use examine::Examination;
pub use find::Lookup;
pub use insert::{Insertion, NewDevice};

pub use notes::ProvisionNote;
pub use phones::{Hardware, LastFetch, Phone, PhoneLine, StoredEventSocket};
pub use pins::{PreparedDevice, PreparedPin};
pub use setting_values::SettingValue;
pub use sightings::{LatePhone, Sightings};
pub use triggers::{TriggerChange, TriggerPlan};
pub use url::{DatabaseKind, DatabaseUrl};
pub use users::LoginTemplate;
