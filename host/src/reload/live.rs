//! What is live: the snapshot and the report. Results of checks and builds wait here until the state has them swapped
//! in.

use super::check::CheckedFolder;
use super::history;
use super::look::Look;
use super::record::log_loaded;
use super::report::{Outcome, Report};
use super::snapshot::{Current, Snapshot};
use super::state::{Built, Checked, Event, Owners, RefusedComponent};
use super::tasks::{BuildInput, EndedBuild, EndedCheck};
use crate::metrics::Metrics;
use crate::plugin::{LoadFailure, Plugins, off_the_path};
use crate::plugin_signature::Policy;
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

pub(super) struct Live {
    pub(super) current: Current,
    pub(super) report: Report,
    metrics: Arc<Metrics>,
    signatures: Policy,
    /// Checked folders that are not live yet, with the plugin that has checked them.
    checked: HashMap<String, (String, CheckedFolder)>,
    /// Plugins that are built and not live yet.
    built: Option<(BuildInput, Arc<Plugins>, Vec<LoadFailure>)>,
    /// The components whose expired signature was logged, by their hash.
    expired: HashSet<String>,
}

impl Owners for Plugins {
    fn owner(&self, folder: &str) -> Option<(&str, &str)> {
        let owner = Plugins::owner(self, folder)?;
        Some((owner.name(), owner.origin().sha256()))
    }
}

impl Live {
    pub(super) fn new(current: Current, report: Report, metrics: Arc<Metrics>, signatures: Policy) -> Self {
        Self { current, report, metrics, signatures, checked: HashMap::new(), built: None, expired: HashSet::new() }
    }

    pub(super) fn conclude(&mut self, outcome: Outcome, started: Instant) {
        self.report.set_last(outcome, started);
        self.metrics.reloaded(outcome.as_str());
    }

    /// Keeps the result of a check.
    pub(super) fn checked(&mut self, ended: EndedCheck) -> Event {
        let EndedCheck { plugin, version, outcome, .. } = ended;
        let (checked, left) = outcome.unwrap_or_else(|_| {
            self.report.set_trouble(Some(format!("the check of the templates of {plugin} crashed")));
            (Vec::new(), Vec::new())
        });
        let is_refused = |it: &CheckedFolder| it.found.iter().any(super::problem::FoundProblem::is_refusal);
        let folders = checked.iter().map(|it| (it.folder.clone(), is_refused(it))).collect();
        self.checked = checked.into_iter().map(|it| (it.folder.clone(), (plugin.clone(), it))).collect();
        Event::Checked(Checked { plugin, version, folders, left })
    }

    /// Makes texts live: the checked ones of some folders, and those on disk of others. Says which folders have
    /// changed.
    pub(super) fn swap_texts(
        &mut self,
        (checked, unchecked): (Vec<String>, Vec<String>),
        look: &Look,
        started: Instant,
    ) -> Option<Event> {
        let (snapshot, disk) = (self.current.load_full(), &look.disk);
        let mut texts = snapshot.texts.clone();
        for folder in checked {
            let Some((plugin, CheckedFolder { texts: new, found, .. })) = self.checked.remove(&folder) else {
                continue;
            };
            new.into_iter().for_each(|new| texts.set(&folder, new));
            self.report.checked(&plugin, &folder, found);
        }
        for folder in unchecked {
            match disk.texts().folder(&folder) {
                Some(files) => texts.share(&folder, files),
                None => texts.remove(&folder),
            }
            self.report.checked("", &folder, Vec::new());
        }
        let changed = texts.differing(&snapshot.texts);
        if changed.is_empty() && *disk.tree() == snapshot.tree {
            return None;
        }
        let (tree, plugins) = (disk.tree().clone(), Arc::clone(&snapshot.plugins));
        let (folders, ms) = (changed.join(" "), started.elapsed().as_millis());
        tracing::info!(template.folders = folders, duration_ms = ms, "templates reloaded");
        self.swap(Snapshot { tree, plugins, texts });
        (!changed.is_empty()).then_some(Event::TextsSwapped(changed))
    }

    /// Keeps the result of a build.
    pub(super) fn built(&mut self, ended: EndedBuild) -> Event {
        let EndedBuild { build, outcome } = ended;
        let snapshot = self.current.load_full();
        let Ok((plugins, failures)) = outcome else {
            self.report.set_trouble(Some("a build of plugins crashed; the loaded ones stay active".to_owned()));
            return Event::Built(None);
        };
        let same = plugins.iter().len() == snapshot.plugins.iter().len()
            && plugins.iter().zip(snapshot.plugins.iter()).all(|(new, old)| Arc::ptr_eq(new, old));
        let plugins = if same { Arc::clone(&snapshot.plugins) } else { Arc::new(plugins) };
        let event = Built { owners: Arc::<Plugins>::clone(&plugins), refused: refusals(&failures) };
        self.built = Some((build, plugins, failures));
        Event::Built(Some(event))
    }

    /// Makes the plugins of the last build live, together with the texts that are live by now.
    pub(super) fn swap_plugins(&mut self) {
        let Some((build, plugins, failures)) = self.built.take() else { return };
        let snapshot = self.current.load_full();
        let failed = |file: &PathBuf| failures.iter().any(|failure| failure.file == *file);
        let is_refused = |file: &PathBuf| build.files.contains(file) && (build.held.contains(file) || failed(file));
        self.report.keep_refused(|refused| is_refused(&refused.file));
        self.report.refuse(&failures);
        self.report.prepared(&plugins, &snapshot.texts);
        log_loaded(&plugins, Some(&snapshot.plugins));
        let same = Arc::ptr_eq(&plugins, &snapshot.plugins);
        if !same {
            let swaps = Arc::make_mut(&mut self.report.plugin_swaps);
            history::note(swaps, &snapshot.plugins, &plugins, SystemTime::now());
            self.swap(Snapshot { tree: snapshot.tree.clone(), plugins, texts: snapshot.texts.clone() });
            self.warm_up();
            self.note_versions();
        }
        if build.of_components || !failures.is_empty() {
            let outcome = match (failures.is_empty(), same) {
                (false, _) => Outcome::Refused,
                (true, false) => Outcome::Swapped,
                (true, true) => Outcome::Unchanged,
            };
            self.conclude(outcome, build.started);
        }
    }

    fn swap(&mut self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
        self.report.swaps += 1;
    }

    /// Notes which version of each plugin serves, if an older one must not follow.
    pub(super) fn note_versions(&self) {
        let Some(versions) = self.signatures.record().cloned() else { return };
        let live: Vec<_> = self.current.load().plugins.live_versions().collect();
        // Nothing waits for it. A build compares with what serves besides, and later notes do not depend on earlier ones.
        drop(tokio::task::spawn_blocking(move || {
            if let Err(error) = versions.note(&live) {
                tracing::warn!(%error, "cannot record the plugins' versions; after a restart older ones would be accepted");
            }
        }));
    }

    /// Logs once of each signature that has expired while its component serves.
    pub(super) fn note_expired(&mut self, now: Timestamp) {
        for plugin in self.current.load().plugins.iter() {
            let Some(last) = plugin.origin().signature().ended(now) else { continue };
            if self.expired.insert(plugin.origin().sha256().to_owned()) {
                let name = plugin.name();
                tracing::warn!(plugin.name = name, expired_after = %last, "the signature of a plugin expired; it serves until the server starts again, which refuses it then");
            }
        }
    }

    /// Compiles what checks need, so that the first edit of a template need not wait for a compiler.
    pub(super) fn warm_up(&self) {
        let snapshot = self.current.load_full();
        let warm_up = async move {
            for plugin in snapshot.plugins.iter() {
                // If it fails, the check of the next edit reports the error.
                let _ = plugin.warm_up().await;
            }
            Ok(())
        };
        // Nothing waits for the result.
        drop(off_the_path(true, warm_up));
    }
}

/// The refusals among the failures of a load.
pub(super) fn refusals(failures: &[LoadFailure]) -> Vec<RefusedComponent> {
    failures.iter().map(|it| RefusedComponent { file: it.file.clone(), folders: it.folders.clone() }).collect()
}
