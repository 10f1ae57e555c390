//! What is loaded, as the admin endpoint tells it and `dialplate plugin list` shows it.

use crate::facts::DisplayPath;
use crate::metrics::Metrics;
use crate::plugin::Plugin;
use crate::reload::{Outcome, Refused, Report, Snapshot};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::SystemTime;

/// Everything that is loaded and what is not. Times are RFC 3339.
#[derive(Serialize, Deserialize)]
pub struct Listing {
    /// The server's.
    pub version: String,
    pub plugins: Vec<Loaded>,
    /// Components that do not serve.
    pub refused: Vec<RefusedFile>,
    pub templates: Templates,
    pub reload: ReloadState,
}

#[derive(Serialize, Deserialize)]
pub struct Loaded {
    pub name: String,
    pub version: String,
    pub vendors: Vec<String>,
    /// It also serves what no other plugin serves.
    pub any: bool,
    pub file: String,
    /// Of the component as it was read.
    pub sha256: String,
    /// When this component was prepared with its templates.
    pub since: String,
    pub templates: usize,
    pub template_faults: usize,
    pub memory_bytes: usize,
    /// Since the start of the server, whatever version rendered.
    pub renders: u64,
    pub failures: u64,
    pub last_failure: Option<Failure>,
    pub state: State,
    /// Why it is not `ok`.
    pub because: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Ok,
    /// It failed too often in a row and is tried now and then; nothing else serves in its place.
    Failing,
    /// It failed too often in a row, and the last good version serves.
    LastGoodServes,
    /// Its file has changed to something that is refused, and what was loaded serves on.
    OldServes,
}

#[derive(Serialize, Deserialize)]
pub struct Failure {
    pub at: String,
    /// A word.
    pub kind: String,
    pub message: String,
}

#[derive(Serialize, Deserialize)]
pub struct RefusedFile {
    pub file: String,
    pub error: String,
    pub since: String,
    /// What was loaded from the file before serves on.
    pub old_serves: bool,
}

#[derive(Serialize, Deserialize)]
pub struct Templates {
    pub folders: usize,
    pub files: usize,
    /// Those that do not serve as they stand on disk.
    pub wrong: Vec<WrongFile>,
}

#[derive(Serialize, Deserialize)]
pub struct WrongFile {
    /// Folder and file, or the folder where it is not known which file it is.
    pub template: String,
    pub error: String,
    pub since: String,
    /// The text before serves on; else requests for it fail.
    pub old_serves: bool,
}

#[derive(Serialize, Deserialize)]
pub struct ReloadState {
    /// Why the disk is looked at twice a second instead of being told of changes.
    pub polling_because: Option<String>,
    /// What the last look could not read.
    pub trouble: Option<String>,
    /// Snapshots that were replaced since the start.
    pub swaps: u64,
    pub last: Option<LastReload>,
}

#[derive(Serialize, Deserialize)]
pub struct LastReload {
    pub at: String,
    pub duration_ms: u64,
    /// `swapped`, `refused` or `unchanged`.
    pub outcome: String,
}

/// The answer to a reload that was asked for.
#[derive(Serialize, Deserialize)]
pub struct Reloaded {
    /// Snapshots that were replaced since the start.
    pub swaps: u64,
    /// Everything on disk that does not serve, one sentence each.
    pub wrong: Vec<String>,
}

impl Reloaded {
    pub fn of(report: &Report) -> Self {
        let mut wrong = report.complaints();
        wrong.extend(report.growing.iter().map(|file| format!("{} is being written, and left out", DisplayPath(file))));
        Self { swaps: report.swaps, wrong }
    }
}

impl Listing {
    pub fn of(snapshot: &Snapshot, report: &Report, metrics: &Metrics) -> Self {
        let refused = |it: &Refused| RefusedFile {
            file: DisplayPath(&it.file).to_string(),
            error: it.error.clone(),
            since: rfc3339(it.since),
            old_serves: it.old_serves,
        };
        let wrong = report.templates().map(|(template, wrong)| WrongFile {
            template,
            error: wrong.message.clone(),
            since: rfc3339(wrong.since),
            old_serves: wrong.old_serves,
        });
        let last = report.last.map(|last| LastReload {
            at: rfc3339(last.at),
            duration_ms: u64::try_from(last.took.as_millis()).unwrap_or(u64::MAX),
            outcome: Outcome::as_str(last.outcome).to_owned(),
        });
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            plugins: snapshot.plugins.iter().map(|plugin| Loaded::of(plugin, snapshot, report, metrics)).collect(),
            refused: report.refused.iter().map(refused).collect(),
            templates: Templates {
                folders: snapshot.texts.folders().len(),
                files: snapshot.texts.files().count(),
                wrong: wrong.collect(),
            },
            reload: ReloadState {
                polling_because: report.polling.clone(),
                trouble: report.trouble.clone(),
                swaps: report.swaps,
                last,
            },
        }
    }
}

impl Loaded {
    fn of(plugin: &Arc<Plugin>, snapshot: &Snapshot, report: &Report, metrics: &Metrics) -> Self {
        let (description, origin, health) = (plugin.description(), plugin.origin(), plugin.health());
        let refused = report.refused.iter().find(|refused| refused.file == origin.file && refused.old_serves);
        let state = match refused {
            _ if health.failing && snapshot.plugins.old(plugin).is_some() => State::LastGoodServes,
            _ if health.failing => State::Failing,
            Some(_) => State::OldServes,
            None => State::Ok,
        };
        let last_health = health.last_failure.filter(|_| health.failing).map(|last| last.message);
        let tally = metrics.tally(plugin.name());
        Self {
            name: plugin.name().to_owned(),
            version: description.version.clone(),
            vendors: description.vendors.iter().map(|vendor| vendor.name.clone()).collect(),
            any: description.any,
            file: DisplayPath(&origin.file).to_string(),
            sha256: origin.sha256().to_owned(),
            since: rfc3339(origin.since),
            templates: plugin.templates(),
            template_faults: plugin.faults().len(),
            memory_bytes: plugin.prepared_bytes(),
            renders: tally.renders,
            failures: tally.failures,
            last_failure: tally.last_failure.map(|last| Failure {
                at: rfc3339(last.at),
                kind: last.kind.to_owned(),
                message: last.message,
            }),
            state,
            because: last_health.or_else(|| refused.map(|refused| refused.error.clone())),
        }
    }

    pub fn is_failing(&self) -> bool {
        matches!(self.state, State::Failing | State::LastGoodServes)
    }
}

/// To the second: whoever reads it compares it with a log.
fn rfc3339(moment: SystemTime) -> String {
    let moment = jiff::Timestamp::try_from(moment).unwrap_or_default();
    jiff::Timestamp::from_second(moment.as_second()).unwrap_or_default().to_string()
}
