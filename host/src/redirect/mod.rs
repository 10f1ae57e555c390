//! The makers' redirection services: a phone out of the box asks its maker where its configuration is. What each service
//! needs, what would go wrong there, lists for its portal, and calls of its programming interface behind one trait.

mod account;
mod carry_out;
mod check;
mod check_url;
mod config;
mod device;
mod export;
mod finding;
mod open;
mod pallet;
mod protocol;
mod provider;
mod record;
mod run;
mod service;
mod services;
mod sheet;
mod support;
mod sync;
#[cfg(test)]
mod tests;
mod trust;
mod url_rule;

pub use account::Account;
pub use carry_out::carry_out;
pub use check::{OuiOwners, check, check_address};
pub use config::Config;
pub use device::{RedirectDevice, Spelling, model_of};
pub use export::{Export, ExportError, export};
pub use finding::{Finding, Flaw, Severity};
pub use open::open;
pub use pallet::Pallet;
pub use provider::{Answer, CallPace, Listed, Outcomes, Provider, Registration, ServiceError};
pub use record::{Record, RecordError, Recorded, Sent};
pub use run::{Action, Outcome, Report, Task};
pub use service::Service;
pub use sheet::{FILE_BYTES_MAX, SheetError, read_sheet};
pub use support::version;
pub use sync::{Plan, Wanted, plan, plan_removal};
pub use trust::{Authority, check_authority};
pub use url_rule::UrlRule;
