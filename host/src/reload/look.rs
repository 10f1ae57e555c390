//! What lies on disk now, against what lay there before.

use super::places::Places;
use super::watch::{News, Watch};
use crate::plugin;
use crate::templates::{self, Disk, FileStamp, SearchPath, has_writer};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file of which nobody says whether it is being written is left alone until it is this old.
const YOUNG: Duration = Duration::from_millis(100);

/// What cannot be read is often one cause many times; this many say which.
const ERRORS_NAMED_MAX: usize = 8;

/// The folders that are looked at.
pub(super) struct Folders {
    pub(super) templates: SearchPath,
    pub(super) plugins: PathBuf,
}

/// What a look has found.
pub(super) struct Look {
    pub(super) disk: Disk,
    /// A link that leads nowhere has no stamp.
    pub(super) components: BTreeMap<PathBuf, Option<FileStamp>>,
}

/// What goes with it.
#[derive(Default)]
pub(super) struct Beside {
    /// Files that were being written.
    pub(super) growing: HashSet<PathBuf>,
    /// What could not be read; of that, what was found before counts.
    pub(super) errors: Vec<LookError>,
    /// The plugin folder is among it.
    pub(super) plugins_unread: bool,
    /// Of the growing files, one may come to rest without a word from the system.
    pub(super) restless: bool,
}

/// What could not be read.
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
    #[error("looking at the disk broke down; only a restart helps")]
    Broken,
}

impl Folders {
    /// The first look: whatever lies there counts, except what cannot be read.
    pub(super) fn look(&self) -> Result<(Look, Vec<LookError>), LookError> {
        let (disk, looked) = Disk::scan(self.templates.clone(), &|_, _| false)?;
        let errors = looked.errors.into_iter().map(LookError::Templates).collect();
        Ok((Look { disk, components: self.components()? }, errors))
    }

    /// Sees to it that what happens from now on is told.
    pub(super) fn watch(&self, watch: &mut Watch) {
        if watch.set(Places::of(self.templates.folders(), &self.plugins)) {
            // Something new could have folders in it by now that were not there when it was found.
            watch.set(Places::of(self.templates.folders(), &self.plugins));
        }
    }

    /// Looks again, after having seen to it that what happens from now on is told. With `at_once` no file is left
    /// alone for being young.
    pub(super) fn look_again(&self, before: &Look, watch: &mut Watch, at_once: bool) -> (Look, Beside) {
        self.watch(watch);
        let news = watch.news();
        let is_growing = |path: &Path, stamp: &FileStamp| is_growing(news, at_once, path, stamp);
        let (disk, looked) = before.disk.rescan(&is_growing);
        let mut beside = Beside { growing: HashSet::from_iter(looked.unfinished), ..Beside::default() };
        beside.errors.extend(looked.errors.into_iter().map(LookError::Templates));
        let mut components = self.components().unwrap_or_else(|error| {
            beside.errors.push(error);
            beside.plugins_unread = true;
            before.components.clone()
        });
        components.retain(|path, stamp| {
            let known = before.components.get(path).copied();
            let grows = stamp.is_some_and(|stamp| known != Some(Some(stamp)) && is_growing(path, &stamp));
            if grows {
                // As it was, so that the next look finds it changed.
                *stamp = known.flatten();
                beside.growing.insert(path.clone());
            }
            !grows || known.is_some()
        });
        beside.restless = beside.growing.iter().any(|path| has_writer(path) != Some(true));
        (Look { disk, components }, beside)
    }

    fn components(&self) -> Result<BTreeMap<PathBuf, Option<FileStamp>>, LookError> {
        let failed = |source| LookError::Plugins { folder: self.plugins.clone(), source };
        let files = plugin::files(&self.plugins).map_err(failed)?;
        let components: BTreeMap<_, _> =
            files.into_iter().map(|file| (file.clone(), FileStamp::of(&file).ok())).collect();
        if components.is_empty() { Err(LookError::NoPlugin(self.plugins.clone())) } else { Ok(components) }
    }
}

impl Beside {
    /// What could not be read, in words.
    pub(super) fn unread(&self) -> Option<String> {
        let named = self.errors.iter().take(ERRORS_NAMED_MAX).map(ToString::to_string);
        let more = self.errors.len().saturating_sub(ERRORS_NAMED_MAX);
        let more = (more > 0).then(|| format!("{more} more"));
        let all = named.chain(more).reduce(|all, error| format!("{all}; {error}"))?;
        Some(format!("{all}; what was loaded of it serves on"))
    }
}

/// By the kernel's word, or by what was told of the file where the kernel gives none.
fn is_growing(news: &News, at_once: bool, path: &Path, stamp: &FileStamp) -> bool {
    has_writer(path).unwrap_or_else(|| news.is_open(path)) || !at_once && stamp.is_younger_than(YOUNG)
}
