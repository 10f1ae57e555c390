//! Which live files do not serve phones: those that do not compile, and those that fail for a sample device.

use super::problem::{FoundProblem, ProblemKind, name};
use super::snapshot::Snapshot;
use crate::plugin::{self, OffThePath, Plugin, Plugins, off_the_path};
use crate::templates::{TemplateFile, Texts};
use std::future::pending;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How long the review of one folder may take. A file takes some milliseconds.
const FOLDER_MAX: Duration = Duration::from_secs(5);

/// The result for one folder.
pub(super) struct ReviewedFolder {
    pub(super) plugin: String,
    pub(super) folder: String,
    /// The texts that were reviewed.
    pub(super) texts: Arc<[TemplateFile]>,
    pub(super) found: Vec<FoundProblem>,
}

/// A review in progress, and the plugins that it covers with those before it.
struct Running {
    review: OffThePath<Vec<ReviewedFolder>>,
    plugins: Vec<Weak<Plugin>>,
}

/// The review that runs, if one does.
#[derive(Default)]
pub(super) struct Reviews {
    running: Option<Running>,
    /// The plugins whose folders have been reviewed.
    covered: Vec<Weak<Plugin>>,
}

impl Reviews {
    /// Reviews the folders of the plugins that no finished review has covered. Takes the place of a review that runs.
    pub(super) fn start(&mut self, snapshot: Arc<Snapshot>) {
        let (plugins, covered) = (snapshot.plugins.iter().map(Arc::downgrade).collect(), self.covered.clone());
        let review = async move { Ok(review(&snapshot.plugins, &snapshot.texts, &covered).await) };
        self.running = Some(Running { review: off_the_path(true, review), plugins });
    }

    pub(super) fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Waits for the end of the review, if there is one. The result is empty if the review crashed.
    pub(super) async fn end(&mut self) -> Vec<ReviewedFolder> {
        let Some(Running { review, plugins }) = &mut self.running else { return pending().await };
        let reviewed = review.await;
        if reviewed.is_ok() {
            self.covered = std::mem::take(plugins);
        }
        self.running = None;
        reviewed.unwrap_or_default()
    }
}

/// Reviews all folders that have a plugin, except those of the covered plugins.
pub(super) async fn review(plugins: &Plugins, texts: &Texts, covered: &[Weak<Plugin>]) -> Vec<ReviewedFolder> {
    let is_covered = |plugin: &Arc<Plugin>| covered.iter().any(|known| known.as_ptr() == Arc::as_ptr(plugin));
    let mut reviewed = Vec::new();
    for (folder, files) in texts.folders() {
        let Some(plugin) = plugins.owner(folder).filter(|plugin| !is_covered(plugin)) else { continue };
        let faults: Vec<_> = plugin.faults().iter().filter(|fault| fault.folder == folder).collect();
        let mut found: Vec<_> = faults
            .iter()
            .map(|fault| FoundProblem::live(&fault.file, fault.fault.to_string(), ProblemKind::Compile))
            .collect();
        let compiling = files.iter().filter(|file| !faults.iter().any(|fault| fault.file == file.file));
        let trying = async {
            for file in compiling {
                found.extend(try_live(plugin, (folder, files), &file.file).await);
            }
        };
        // What has been found until then counts.
        let _ = tokio::time::timeout(FOLDER_MAX, trying).await;
        FoundProblem::add_remarks(&mut found, plugin.remarks().iter().filter(|remark| remark.folder == *folder));
        weigh(plugin, (folder, files), &mut found).await;
        let (plugin, folder, texts) = (plugin.name().to_owned(), folder.to_owned(), Arc::clone(files));
        reviewed.push(ReviewedFolder { plugin, folder, texts, found });
    }
    reviewed
}

/// The problem of a live text that compiles, if it has one.
pub(super) async fn try_live(
    plugin: &Plugin,
    (folder, texts): (&str, &[TemplateFile]),
    file: &str,
) -> Option<FoundProblem> {
    let error = plugin::try_file(plugin, (folder, texts), file).await.err()?;
    Some(FoundProblem::live(file, format!("{}: {error}", name(folder, file)), ProblemKind::Render))
}

/// Tells errors from warnings among the problems of a folder.
pub(super) async fn weigh(plugin: &Plugin, (folder, texts): (&str, &[TemplateFile]), found: &mut [FoundProblem]) {
    if found.is_empty() {
        return;
    }
    let default = plugin::default_file(plugin, (folder, texts)).await;
    found.iter_mut().for_each(|problem| problem.weigh(default.as_deref()));
}
