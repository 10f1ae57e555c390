//! One look at the disk: what is there now, compared with the last look.

use super::places::Places;
use super::stamp::ComponentStamp;
use super::watch::{EventQueue, Watch};
use crate::files::{NoAnswer, Progress, Roots};
use crate::plugin;
use crate::templates::{self, Disk, FileStamp, SearchPath, Visit, has_writer};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A file is left alone until it is this old, if nothing tells whether it is being written.
const YOUNG: Duration = Duration::from_millis(100);

/// Read errors in one message. Many errors often have one cause.
const ERRORS_NAMED_MAX: usize = 8;

/// The folders to look at.
pub(super) struct WatchedFolders {
    pub(super) templates: SearchPath,
    pub(super) plugins: PathBuf,
    /// The same folders, which may stop answering.
    pub(super) roots: Arc<Roots>,
}

/// What a look has found.
pub(super) struct Look {
    pub(super) disk: Disk,
    /// All component files, with their signatures.
    pub(super) components: BTreeMap<PathBuf, ComponentStamp>,
}

/// How a look went.
#[derive(Default)]
pub(super) struct LookOutcome {
    /// Files that are being written. The look contains them as they were before.
    pub(super) growing: HashSet<PathBuf>,
    /// What could not be read. The look contains it as it was before.
    pub(super) errors: Vec<LookError>,
    /// The plugin folder could not be read.
    pub(super) plugins_unread: bool,
    /// The system may not report when one of the growing files is complete.
    pub(super) restless: bool,
}

/// A folder or file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    #[error(transparent)]
    Templates(#[from] templates::Error),
    #[error(
        "cannot read the plugin folder {}: {source}; name one with --plugins or DIALPLATE_PLUGINS, or run `make plugins`",
        folder.display()
    )]
    Plugins { folder: PathBuf, source: std::io::Error },
    #[error(
        "there is no plugin (*.wasm) in {}; name another folder with --plugins or DIALPLATE_PLUGINS, or run `make plugins`",
        .0.display()
    )]
    NoPlugin(PathBuf),
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
}

impl WatchedFolders {
    pub(super) fn new(templates: SearchPath, plugins: PathBuf) -> Self {
        let roots = Roots::new(templates.folders().chain([&plugins]).cloned());
        Self { templates, plugins, roots }
    }

    /// The first look: it takes every file that can be read, also one that is being written.
    pub(super) fn look(&self, progress: &Progress) -> Result<(Look, Vec<LookError>), LookError> {
        let visit = Visit { is_growing: &|_, _| false, progress };
        let (disk, looked) = Disk::scan(self.templates.clone(), Arc::clone(&self.roots), &visit)?;
        let mut errors: Vec<_> = looked.errors.into_iter().map(LookError::Templates).collect();
        let components = match self.components(progress) {
            Err(error @ LookError::NoAnswer(_)) => {
                errors.push(error);
                BTreeMap::new()
            }
            components => components?,
        };
        Ok((Look { disk, components }, errors))
    }

    /// Has the system report changes from now on.
    fn watch(&self, watch: &mut Watch, progress: &Progress) {
        let places = || Places::of(self.templates.folders(), &self.plugins, progress);
        if watch.set(places(), progress) {
            // A new folder may have got subfolders before it was watched.
            watch.set(places(), progress);
        }
    }

    /// Looks again, after making sure that changes from now on are reported. With `at_once`, young files are not left
    /// alone.
    pub(super) fn look_again(
        &self,
        before: &Look,
        watch: &mut Watch,
        at_once: bool,
        progress: &Progress,
    ) -> (Look, LookOutcome) {
        self.watch(watch, progress);
        let queue = watch.queue();
        let is_growing = |path: &Path, stamp: &FileStamp| is_growing(queue, at_once, path, stamp);
        let (disk, looked) = before.disk.rescan(&Visit { is_growing: &is_growing, progress });
        let mut outcome = LookOutcome { growing: HashSet::from_iter(looked.unfinished), ..LookOutcome::default() };
        outcome.errors.extend(looked.errors.into_iter().map(LookError::Templates));
        let mut components = self.components(progress).unwrap_or_else(|error| {
            outcome.errors.push(error);
            outcome.plugins_unread = true;
            before.components.clone()
        });
        components.retain(|path, stamp| {
            let known = before.components.get(path);
            let grows = stamp.changed(path, known).iter().any(|(file, stamp)| is_growing(file, stamp));
            if grows {
                // With the old stamp, the next look finds the file changed.
                *stamp = known.copied().unwrap_or_default();
                outcome.growing.insert(path.clone());
            }
            !grows || known.is_some()
        });
        outcome.restless = outcome.growing.iter().any(|path| has_writer(path) != Some(true));
        (Look { disk, components }, outcome)
    }

    fn components(&self, progress: &Progress) -> Result<BTreeMap<PathBuf, ComponentStamp>, LookError> {
        if !progress.enter(&self.plugins) {
            return Err(NoAnswer(self.plugins.clone()).into());
        }
        let failed = |source| LookError::Plugins { folder: self.plugins.clone(), source };
        let files = plugin::files(&self.plugins).map_err(failed)?;
        let components: BTreeMap<_, _> =
            files.into_iter().map(|file| (file.clone(), ComponentStamp::of(&file))).collect();
        if components.is_empty() { Err(LookError::NoPlugin(self.plugins.clone())) } else { Ok(components) }
    }
}

impl LookOutcome {
    /// One message about everything that could not be read.
    pub(super) fn unread(&self) -> Option<String> {
        let named = self.errors.iter().take(ERRORS_NAMED_MAX).map(ToString::to_string);
        let more = self.errors.len().saturating_sub(ERRORS_NAMED_MAX);
        let more = (more > 0).then(|| format!("{more} more"));
        let all = named.chain(more).reduce(|all, error| format!("{all}; {error}"))?;
        Some(format!("{all}; everything loaded from there before stays active"))
    }
}

/// The kernel knows whether a file is open for writing. Where it does not tell, the reported events have to do.
fn is_growing(queue: &EventQueue, at_once: bool, path: &Path, stamp: &FileStamp) -> bool {
    has_writer(path).unwrap_or_else(|| queue.is_open(path)) || !at_once && stamp.is_younger_than(YOUNG)
}
