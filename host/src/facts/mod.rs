//! The plain types that the other rooms hand to each other: addresses, networks, settings, table rows, and what the
//! directory finds for a request. This room does no I/O, makes no decision and imports no other room.

mod account;
mod address;
mod causes;
mod certificate;
mod client;
mod display;
mod hex;
mod moment;
mod network;
mod percent;
mod release;
mod request;
mod request_id;
mod secrecy;
mod settings;
mod spreadsheet;
mod typed_address;
mod user;
mod value;
mod version;

pub use account::{AccountFacts, AccountGroup, AccountLookup};
pub use address::{DeviceAddress, MacAddress, Oui, address_digits};
pub use causes::causes;
pub use certificate::{CertificateFault, PhoneCertificate};
pub use client::ClientAddress;
pub use display::{DisplayPath, is_control};
pub use hex::hex;
pub use moment::{seconds, timestamp};
pub use network::Network;
pub use percent::percent_encoded;
pub use release::Release;
pub use request::{CachePlace, DeviceFacts, Domain, LastProvisioned, ReadOrigin, RequestFacts};
pub use request_id::{RequestId, RequestIds};
pub use secrecy::{HIDDEN, is_secret, without_credentials};
pub use settings::{Layer, SettingLayer, SettingRow, Settings};
pub use spreadsheet::{column_name, read_spreadsheet, separator};
pub use typed_address::{LookAlike, read_typed, without_look_alikes};
pub use user::{LoginFacts, StoredPassword, UserFacts};
pub use value::{Record, Row, Table, Value};
pub use version::{DatabaseVersion, FactsVersion, Versioned};
