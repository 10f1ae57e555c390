//! The list of loaded plugins and templates, for the admin endpoint and `dialplate plugin list`.

use crate::facts::DisplayPath;
use crate::metrics::Metrics;
use crate::plugin::Plugin;
use crate::plugin_signature::SignatureState;
use crate::reload::{Outcome, Refused, Report, Snapshot};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::SystemTime;

/// The loaded plugins and templates, and the files that could not be loaded. Times are in RFC 3339 format.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct Listing {
    /// The version of the server.
    pub version: String,
    pub plugins: Vec<ListedPlugin>,
    /// Component files that the server refused.
    pub refused: Vec<RefusedFile>,
    pub templates: Templates,
    pub reload: ReloadState,
    /// Folders of templates or plugins whose file system does not answer.
    #[serde(default)]
    pub silent: Vec<String>,
}

/// The answer to a request that lifts limits.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cleared {
    /// How many counters were cleared, those below their limit included.
    pub counters: usize,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListedPlugin {
    pub name: String,
    pub version: String,
    pub vendors: Vec<String>,
    /// Whether the plugin also serves the vendors that no other plugin serves.
    pub any: bool,
    pub file: String,
    /// The SHA-256 hash of the component file when it was loaded.
    pub sha256: String,
    /// Absent if the server trusts no key, and so looks at no signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<ListedSignature>,
    /// The time when this component was prepared with its templates.
    pub since: String,
    pub templates: usize,
    pub template_faults: usize,
    pub memory_bytes: usize,
    /// The number of renders since the server started, over all versions of the plugin.
    pub renders: u64,
    pub failures: u64,
    pub last_failure: Option<ListedFailure>,
    pub state: PluginStatus,
    /// The reason if the state is not `ok`.
    pub because: Option<String>,
}

/// A component's signature when it was loaded.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum ListedSignature {
    Unsigned,
    /// By a trusted key.
    Valid {
        key: String,
        /// The last day.
        expires: Option<String>,
        /// That day is over. The component serves until the server starts again or reads it again.
        #[serde(default)]
        expired: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PluginStatus {
    Ok,
    /// The plugin failed too often in a row, is retried periodically, and has no replacement.
    Failing,
    /// The plugin failed too often in a row, and its last good version is active.
    LastGoodServes,
    /// The changed component file was refused, and the loaded version stays active.
    OldServes,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct ListedFailure {
    pub at: String,
    /// The kind of failure, one word.
    pub kind: String,
    pub message: String,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct RefusedFile {
    pub file: String,
    pub error: String,
    pub since: String,
    /// Whether the version loaded before stays active.
    pub old_serves: bool,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct Templates {
    pub folders: usize,
    pub files: usize,
    /// The template files whose text on disk is not active, or fails, or has a line that fails.
    pub wrong: Vec<WrongFile>,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct WrongFile {
    /// Folder and file, or only the folder if the file is unknown.
    pub template: String,
    pub error: String,
    pub since: String,
    /// Whether the previous text stays active. If not, requests for the template fail.
    pub old_serves: bool,
    /// It did not serve before, and is not the default file of its folder.
    #[serde(default)]
    pub warning: bool,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct ReloadState {
    /// Why the server polls the disk twice a second instead of watching it.
    pub polling_because: Option<String>,
    /// The read error of the last scan.
    pub trouble: Option<String>,
    /// The number of snapshots replaced since the server started.
    pub swaps: u64,
    pub last: Option<LastReload>,
}

#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct LastReload {
    pub at: String,
    pub duration_ms: u64,
    /// `swapped`, `refused` or `unchanged`.
    pub outcome: String,
}

/// The answer to a requested reload.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reloaded {
    /// The number of snapshots replaced since the server started.
    pub swaps: u64,
    /// One sentence for each file on disk that is not active, or that phones need and do not get.
    pub wrong: Vec<String>,
    /// One sentence for each other file that does not serve.
    #[serde(default)]
    pub warnings: Vec<String>,
}

impl Reloaded {
    pub fn of(report: &Report) -> Self {
        let mut wrong = report.complaints();
        wrong.extend(report.growing.iter().map(|file| format!("{} is being written, and left out", DisplayPath(file))));
        Self { swaps: report.swaps, wrong, warnings: report.warnings() }
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
            warning: !wrong.is_error,
        });
        let last = report.last.map(|last| LastReload {
            at: rfc3339(last.at),
            duration_ms: u64::try_from(last.took.as_millis()).unwrap_or(u64::MAX),
            outcome: Outcome::as_str(last.outcome).to_owned(),
        });
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            plugins: snapshot
                .plugins
                .iter()
                .map(|plugin| ListedPlugin::of(plugin, snapshot, report, metrics))
                .collect(),
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
            silent: snapshot.tree.silent().iter().map(|folder| DisplayPath(folder).to_string()).collect(),
        }
    }
}

impl ListedSignature {
    fn of(state: &SignatureState) -> Option<Self> {
        match state {
            SignatureState::Unchecked => None,
            SignatureState::Unsigned => Some(Self::Unsigned),
            SignatureState::Valid(signed) => Some(Self::Valid {
                key: signed.key.to_string(),
                expires: signed.statement.expires.map(|last| last.to_string()),
                expired: state.ended(Timestamp::now()).is_some(),
            }),
        }
    }
}

impl ListedPlugin {
    fn of(plugin: &Arc<Plugin>, snapshot: &Snapshot, report: &Report, metrics: &Metrics) -> Self {
        let (description, origin, health) = (plugin.description(), plugin.origin(), plugin.health());
        let refused = report.refused.iter().find(|refused| refused.file == origin.file && refused.old_serves);
        let state = match refused {
            _ if health.is_failing() && snapshot.plugins.old(plugin).is_some() => PluginStatus::LastGoodServes,
            _ if health.is_failing() => PluginStatus::Failing,
            Some(_) => PluginStatus::OldServes,
            None => PluginStatus::Ok,
        };
        let groups = health.failing_for.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let failing = health.is_failing().then(|| match health.last_failure {
            Some(last) => format!("{} ({groups})", last.message),
            None => groups,
        });
        let tally = metrics.tally(plugin.name());
        Self {
            name: plugin.name().to_owned(),
            version: description.version.clone(),
            vendors: description.vendors.iter().map(|vendor| vendor.name.clone()).collect(),
            any: description.any,
            file: DisplayPath(&origin.file).to_string(),
            sha256: origin.sha256().to_owned(),
            signature: ListedSignature::of(origin.signature()),
            since: rfc3339(origin.since),
            templates: plugin.templates(),
            template_faults: plugin.faults().len(),
            memory_bytes: plugin.prepared_bytes(),
            renders: tally.renders,
            failures: tally.failures,
            last_failure: tally.last_failure.map(|last| ListedFailure {
                at: rfc3339(last.at),
                kind: last.kind.to_owned(),
                message: last.message,
            }),
            state,
            because: failing.or_else(|| refused.map(|refused| refused.error.clone())),
        }
    }

    pub fn is_failing(&self) -> bool {
        matches!(self.state, PluginStatus::Failing | PluginStatus::LastGoodServes)
    }
}

/// Formats a time in whole seconds, the precision needed to find an event in a log.
fn rfc3339(moment: SystemTime) -> String {
    let moment = jiff::Timestamp::try_from(moment).unwrap_or_default();
    jiff::Timestamp::from_second(moment.as_second()).unwrap_or_default().to_string()
}
