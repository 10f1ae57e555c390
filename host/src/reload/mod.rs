//! Reloads templates and plugins while phones are served.
//!
//! `executor` is the only task that reloads. It turns what happens (a change on disk, a request, a timer, the end of
//! some work) into events, and does what [`state`] decides: look at the disk, have plugins check changed templates,
//! build plugins, swap the snapshot, reply. A swap replaces the whole [`Snapshot`]; a failure changes only the log and
//! the [`Report`].
//!
//! | file        | job                                                                |
//! |-------------|--------------------------------------------------------------------|
//! | `start`     | the first load; after it, a server can start                       |
//! | `executor`  | events in, commands out                                            |
//! | `state/`    | the decisions, without I/O                                         |
//! | `look`      | what is on disk, compared with the last look                       |
//! | `attempt`   | gives a look up whose file system does not answer                  |
//! | `watch`     | change events of the file system; which files are being written    |
//! | `stamp`     | whether a component, or the signature beside it, has changed       |
//! | `places`    | which folders and links have to be watched                         |
//! | `check`     | which new texts of a folder may go live                            |
//! | `review`    | which live texts do not serve phones                               |
//! | `tasks`     | looks, checks and builds that run beside the executor              |
//! | `live`      | swaps results in: the snapshot, the report                          |
//! | `report`    | the state of reloads for operators; `record` updates and logs it   |
//! | `history`   | which versions of plugins were swapped                             |
//! | `snapshot`  | what one request sees                                              |

mod attempt;
mod check;
mod executor;
mod history;
mod live;
mod look;
mod places;
mod problem;
mod record;
mod report;
mod review;
mod snapshot;
mod stamp;
mod start;
mod state;
mod tasks;
#[cfg(test)]
mod tests;
mod watch;

pub use executor::Reloads;
pub use history::{PLUGIN_SWAPS_MAX, PluginSwap};
pub use look::LookError;
pub use problem::TemplateProblem;
pub use report::{Outcome, Refused, Report};
pub use snapshot::{Current, PendingTemplates, Snapshot};
pub use start::{Config, Error, FirstLoad, load};
