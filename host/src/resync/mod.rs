//! Asks a phone to fetch its configuration again, by a NOTIFY with the maker's event: through FreeSWITCH's event socket to
//! the one registration that is the phone's own, or directly by SIP. The plugin's `describe` names the event; this room
//! knows no vendor.

mod config;
mod event_socket;
mod factory_reset;
mod notifier;
mod open;
mod outcome;
mod patterns;
mod plan;
mod registrations;
mod round;
mod sip;

pub use config::{Config, Credentials, EventSocketConfig, SipConfig, Way};
pub use event_socket::EventSocketError;
pub use factory_reset::FactoryReset;
pub use notifier::{Errand, Notifier};
pub use open::WayError;
pub use outcome::{Fetched, Outcome, Report};
pub use patterns::add_vendors;
pub use plan::{Pace, Selection, SelectionError};
pub use registrations::AgentPatterns;
pub use round::{Done, Round, is_good, summary};
pub use sip::{SipTarget, Transport};
