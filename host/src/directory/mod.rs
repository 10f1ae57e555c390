//! FusionPBX's tables: finds a device, its domain and settings, and loads the device for templates. The same statements
//! run on PostgreSQL and SQLite; no other room knows SQL.
//!
//! A request costs two round trips, [`Directory::find`] and [`Directory::load`]. A third one reads the devices from which
//! a device takes what it lacks, only if it does, and another one contacts or extensions, only if the template uses them.

mod addresses;
mod catalog;
mod config;
mod contacts;
mod database;
pub mod daylight;
mod defaults;
mod dialect;
#[allow(clippy::module_inception, reason = "the room holds the directory, and this file is its type")]
mod directory;
mod edits;
mod embedded;
mod error;
mod examine;
mod find;
mod insert;
mod keys;
mod load;
mod newcomer;
mod notes;
mod pins;
mod query;
mod relatives;
mod replica;
mod setting_values;
mod statements;
mod switch;
#[cfg(test)]
mod tests;
mod url;
mod users;

pub use config::Config;
pub use contacts::PhoneBook;
pub use database::Access;
pub use directory::Directory;
pub use edits::{Condition, Edits, NewRow};
pub use embedded::DEFAULT_DOMAIN;
pub use error::Error;
pub use find::Lookup;
pub use insert::{Insertion, NewDevice};
pub use load::Device;
pub use notes::ProvisionNote;
pub use pins::{PreparedDevice, PreparedPin};
pub use setting_values::SettingValue;
pub use url::{DatabaseKind, DatabaseUrl};
pub use users::LoginTemplate;
