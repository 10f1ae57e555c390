//! What the authors and the operators of plugins examine a component with, without a server: what it says about itself, its
//! cases, and whether it keeps to the contract of the interface. A component runs in the engine of `plugin`, with the limits
//! of the server's configuration.

mod capture;
mod case;
mod case_text;
mod check;
mod config;
mod diff;
mod error;
mod inspect;
mod neighbours;
mod outcome;
mod project;
mod scope;
mod secret_forms;
mod secret_places;
mod secrets;
mod served;
mod shown;
mod signature;
mod stand_in;
mod test;
mod test_text;
mod texts;

pub use capture::{CaptureError, CaptureQuestion, Captured, CaseFile, CaseFiles};
pub use check::{CheckReport, SEED, check};
pub use config::Config;
pub use diff::unified;
pub use error::Error;
pub use inspect::{Inspection, inspect};
pub use neighbours::{Neighbour, clash, examine, examine_all, neighbours};
pub use project::Project;
pub use served::{CaseUsage, ServedCase, render_served};
pub use shown::{grouped, shown, visible};
pub use signature::{InspectedSignature, SignedComponent, admit, admit_rollback, sign, valid_through, verify};
pub use test::{TestReport, test};
