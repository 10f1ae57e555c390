//! Tests of a plugin as files: each case is a folder, and each folder is a test of its own name.
//!
//! The plugin's crate turns its unit-test binary over to [`run`]. In `Cargo.toml`:
//!
//! ```toml
//! [lib]
//! crate-type = ["cdylib"]
//! harness = false # `main` in lib.rs runs the cases
//!
//! [dev-dependencies]
//! dialplate-sdk = { path = "…", features = ["cases"] }
//! ```
//!
//! and in `src/lib.rs`:
//!
//! ```ignore
//! #[cfg(test)]
//! fn main() -> std::process::ExitCode {
//!     dialplate_sdk::testing::cases::run(&Acme, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
//! }
//! ```
//!
//! `cargo test -p dialplate-acme` runs all tests, `cargo test -p dialplate-acme -- phone_book` those with `phone_book` in
//! their name. The folder `tests` holds:
//!
//! | file | contents |
//! |---|---|
//! | `cases/<name>/device.toml` | one request: device, settings, rows; see [`device`] |
//! | `cases/<name>/expected` | the document, or the failure; see [`Outcome`] |
//! | `cases/<name>/…` | every other file is a template of the device's folder; without one, those of `templates/` beside `tests/` count |
//! | `description` | the vendors of the plugin's description, with OUIs, spelling and NOTIFY events |
//! | `user_agents.toml` | User-Agents, and the address and the template that the plugin reads from each |
//!
//! A failing test prints a diff. `BLESS=1 cargo test -p dialplate-acme` writes `expected` and `description` anew; read the
//! changes with `git diff` before committing them.

pub mod device;
mod snapshot;
mod user_agents;

use self::device::Case;
use crate::types::{self, Action, Document, Failure};
use crate::vendor::Vendor;
use libtest_mimic::{Arguments, Failed, Trial};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Runs the cases of a vendor as one test each, and the tests `description`, `user_agents` and
/// `user_agents_cover_every_pattern`. `folder` is the absolute path of the crate's `tests`. Understands the arguments
/// of Rust's own test harness.
pub fn run(vendor: &'static (dyn Vendor + Sync), folder: &str) -> ExitCode {
    let folder = PathBuf::from(folder);
    let mut trials = match cases(&folder.join("cases")) {
        Ok(names) => names.into_iter().map(|path| case(vendor, path)).collect(),
        Err(error) => vec![failing("cases", error)],
    };
    let description = folder.join("description");
    trials.push(trial("description", move || snapshot::check(&description, shown_description(vendor).as_bytes())));
    let agents = folder.join("user_agents.toml");
    let file = agents.clone();
    trials.push(trial("user_agents", move || user_agents::check(&vendor.describe(), &file)));
    trials.push(trial("user_agents_cover_every_pattern", move || user_agents::cover(&vendor.describe(), &agents)));
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// What a case came to, written as in its file `expected`: two header lines, an empty line and the body, which is
/// compared byte for byte.
///
/// ```text
/// Content-Type: text/plain;charset=UTF-8
/// File: {$mac}.cfg
///
/// account.1.label = Front desk
/// ```
///
/// A failure is written as `Failure: template` and so on, with the message below it.
pub struct Outcome(pub Result<Document, Failure>);

impl Outcome {
    /// The bytes of the file `expected`.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Ok(Document { content_type, file, body }) => {
                let mut bytes = format!("Content-Type: {content_type}\nFile: {file}\n\n").into_bytes();
                bytes.extend_from_slice(body);
                bytes
            }
            Err(failure) => shown_failure(failure).into_bytes(),
        }
    }
}

fn shown_failure(failure: &Failure) -> String {
    match failure {
        Failure::NoSuchFile(file) => format!("Failure: no-such-file\n\n{file}\n"),
        Failure::Template(fault) => {
            let crate::types::Fault { template, line, column, message, .. } = fault;
            format!("Failure: template\n\n{template}:{line}:{column}: {message}\n")
        }
        Failure::Limit(message) => format!("Failure: limit\n\n{message}\n"),
        Failure::Other(message) => format!("Failure: other\n\n{message}\n"),
    }
}

/// The description without its version, which changes with every release, and its User-Agents, which have a test of
/// their own.
fn shown_description(vendor: &dyn Vendor) -> String {
    let description = vendor.describe();
    let mut shown = format!("plugin {}\nserves any other vendor: {}\n", description.name, description.any);
    for types::Vendor { name, ouis, events } in &description.vendors {
        let case = if vendor.has_upper_case_address(name) { "upper" } else { "lower" };
        let _ = writeln!(shown, "\nvendor {name}\n  addresses: {case} case");
        if !ouis.is_empty() {
            let _ = writeln!(shown, "  OUIs: {}", ouis.join(" "));
        }
        for event in events {
            let action = match event.action {
                Action::Resync => "resync",
                Action::Reboot => "reboot",
            };
            let _ = writeln!(shown, "  {action}: {}", event.event);
        }
    }
    shown
}

/// The folders of the cases, by name.
fn cases(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = folder.read_dir().map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| format!("cannot read {}: {error}", folder.display()))?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn case(vendor: &'static (dyn Vendor + Sync), path: PathBuf) -> Trial {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    trial(&name, move || {
        let outcome = Outcome(Case::read(&path)?.render(vendor));
        snapshot::check(&path.join("expected"), &outcome.to_bytes())
    })
}

fn trial(name: &str, test: impl FnOnce() -> Result<(), String> + Send + 'static) -> Trial {
    Trial::test(name, move || test().map_err(Failed::from))
}

fn failing(name: &str, error: String) -> Trial {
    trial(name, move || Err(error))
}
