//! Which live files do not serve phones: those that do not compile, and those that fail for a sample device.

use super::problem::{FoundProblem, name};
use crate::plugin::{self, Plugin, Plugins};
use crate::templates::{TemplateFile, Texts};
use std::sync::Arc;
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

/// Reviews all folders that have a plugin.
pub(super) async fn review(plugins: &Plugins, texts: &Texts) -> Vec<ReviewedFolder> {
    let mut reviewed = Vec::new();
    for (folder, files) in texts.folders() {
        let Some(plugin) = plugins.owner(folder) else { continue };
        let faults: Vec<_> = plugin.faults().iter().filter(|fault| fault.folder == folder).collect();
        let mut found: Vec<_> =
            faults.iter().map(|fault| FoundProblem::live(&fault.file, fault.fault.to_string(), false)).collect();
        let compiling = files.iter().filter(|file| !faults.iter().any(|fault| fault.file == file.file));
        let trying = async {
            for file in compiling {
                found.extend(try_live(plugin, (folder, files), &file.file).await);
            }
        };
        // What has been found until then counts.
        let _ = tokio::time::timeout(FOLDER_MAX, trying).await;
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
    Some(FoundProblem::live(file, format!("{}: {error}", name(folder, file)), true))
}

/// Tells errors from warnings among the problems of a folder.
pub(super) async fn weigh(plugin: &Plugin, (folder, texts): (&str, &[TemplateFile]), found: &mut [FoundProblem]) {
    if found.is_empty() {
        return;
    }
    let default = plugin::default_file(plugin, (folder, texts)).await;
    found.iter_mut().for_each(|problem| problem.weigh(default.as_deref()));
}
