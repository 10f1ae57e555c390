//! The makers' redirection services: a phone out of the box asks its maker where its configuration is. What each service
//! needs, what would go wrong there, and lists for its portal.

mod check;
mod check_url;
mod config;
mod device;
mod export;
mod finding;
mod pallet;
mod service;
mod sheet;
mod support;
mod url_rule;

pub use check::{OuiOwners, check};
pub use config::Config;
pub use device::{RedirectDevice, Spelling, model_of};
pub use export::{Export, ExportError, export};
pub use finding::{Finding, Severity};
pub use pallet::Pallet;
pub use service::Service;
pub use sheet::{FILE_BYTES_MAX, SheetError, read_sheet};
pub use support::version;
pub use url_rule::UrlRule;
