//! Zoiper's `provision.xml`, the file that tells a Zoiper where its configuration is: writes and checks it, by the "Zoiper
//! provisioning documentation" of Zoiper 5, version 1.16.1. The server itself never sends this file.

mod base_url;
mod check;
mod options;
mod write;

pub use check::{Finding, check};
pub use options::{AuthenticationType, PasswordFormat};
pub use write::{Draft, DraftError, Written, write};
