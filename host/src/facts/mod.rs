//! What is known before anything is decided: the plain types that the other rooms hand to each other. No I/O and
//! no decisions live here, and it imports no other room.

mod address;
mod display;
mod network;
mod request;
mod settings;

mod value;

pub use address::{MacAddress, Oui};
pub use display::{DisplayPath, is_control};
pub use network::Network;
pub use request::{DeviceFacts, Domain, RequestFacts};
pub use settings::{Layer, SettingRow, Settings};
pub use value::{Row, Table, Value};
