//! What is known before anything is decided: the plain types that the other rooms hand to each other. No I/O and
//! no decisions live here, and it imports no other room.

mod address;
mod admission;
mod network;
mod settings;
mod shown;
mod value;

pub use address::{MacAddress, Oui};
pub use admission::{Admission, DeviceFacts, Domain};
pub use network::Network;
pub use settings::{Layer, SettingRow, Settings};
pub use shown::{Shown, is_control};
pub use value::{Row, Table, Value};
