//! The journal: one line for each request, in a SQLite file beside the server. A request only puts its line into a queue; a
//! task writes the lines in batches, and loses them if it cannot.

mod action;
mod batch;
mod bounds;
mod config;
mod diff;
mod entry;
mod filter;
mod insert;
mod mask;
mod new_entry;
mod origins;
mod own;
mod plugin_swaps;
mod queue;
mod reader;
mod reason;
mod row;
mod state;
mod store;
mod stored;
mod target;
#[cfg(test)]
mod tests;
mod text;
mod unsent;
mod versions;
mod writer;
mod zip;

pub use action::{ActionEntry, ActionFilter, NewAction};
pub use config::Config;
pub use diff::unified;
pub use entry::{Entry, PluginVersion, time_of};
pub use filter::{Filter, FilterError, StatusFilter, parse_since};
pub use mask::{find as places_of_secrets, forms as forms_of_secret};
pub use new_entry::{NewEntry, Origin, SentDocument};
pub use origins::hash as texts_hash;
pub use plugin_swaps::record_plugin_swaps;
pub use queue::Journal;
pub use reader::{ReadError, Reader};
pub use reason::{Reason, UnknownReason};
pub use state::JournalState;
pub use stored::{StoredDocument, StoredVersion};
pub use target::path;
pub use text::cut;
pub use unsent::hide_secrets;
pub use versions::is_secret;
