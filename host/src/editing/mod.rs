//! Standalone use: what FusionPBX's pages write, for an operator's commands. A command reads and writes rows in one
//! transaction ([`crate::directory::Edits`]); it changes everything that it names, or nothing.

mod action;
mod contact;
mod device;
mod domain;
mod entities;
mod entity;
mod error;
mod extension;
mod fault;
mod field;
mod find;
mod import;
mod key;
mod line;
mod near;
mod password;
mod profile;
mod record;
mod request;
mod reset;
mod role;
mod rotate;
mod setting;
mod shown;
mod template;
mod user;
mod whole;
mod whole_rows;

pub use action::{Outcome, described, run};
pub use entities::{ENTITIES, entity};
pub use entity::{Entity, Kind, Within};
pub use error::Error;
pub use fault::{FieldFault, Part};
pub use field::{Field, FieldKind, VALUE_BYTES_MAX};
pub use find::{domain_names, home, known_domain, only_domain};
pub use import::{FILE_BYTES_MAX, Fault, Import, ImportRow, Imported, RowOutcome, Terms, import};
pub use password::Password;
pub use record::{Record, tag, text_of, text_of_json};
pub use request::{Action, Context, Request};
pub use reset::reset;
pub use rotate::{RotatedLine, Rotation, rotate};
pub use setting::{PROVISION, is_secret};
pub use template::Templates;
pub use whole::{SavedDevice, save_device};
pub use whole_rows::{DeviceRows, Offered, PartEdit, WholeDevice, device_rows};
