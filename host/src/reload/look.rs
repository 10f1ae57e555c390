//! What lies on disk now, against what lay there before.

use super::places::Places;
use super::watch::{News, Watch};
use crate::plugin;
use crate::templates::{self, Disk, SearchPath, Stamp, Tree};
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A file of which nobody says whether it is being written is left alone until it is this old.
const YOUNG: Duration = Duration::from_millis(100);

/// The folders that are looked at.
pub(super) struct Folders {
    pub(super) templates: SearchPath,
    pub(super) plugins: PathBuf,
}

/// What a look has found.
pub(super) struct Look {
    pub(super) tree: Tree,
    pub(super) disk: Disk,
    /// A link that leads nowhere has no stamp.
    pub(super) components: BTreeMap<PathBuf, Option<Stamp>>,
}

/// What goes with it.
#[derive(Default)]
pub(super) struct Beside {
    /// Files that were being written.
    pub(super) growing: HashSet<PathBuf>,
    /// Template folders that could not be read.
    pub(super) errors: Vec<templates::Error>,
}

/// Why there is nothing to go by.
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
    /// The first look: whatever lies there counts.
    pub(super) fn look(&self) -> Result<Look, LookError> {
        let tree = Tree::scan(self.templates.clone())?;
        let (disk, mut looked) = Disk::default().read(&tree, &|_, _| false);
        match looked.errors.pop() {
            Some(error) => Err(error.into()),
            None => Ok(Look { tree, disk, components: self.components()? }),
        }
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
    pub(super) fn look_again(
        &self,
        before: &Look,
        watch: &mut Watch,
        at_once: bool,
    ) -> Result<(Look, Beside), LookError> {
        self.watch(watch);
        let tree = Tree::scan(self.templates.clone())?;
        let news = watch.news();
        let (disk, looked) = before.disk.read(&tree, &|path, stamp| is_growing(news, at_once, path, stamp));
        let mut components = self.components()?;
        let mut growing = HashSet::from_iter(looked.growing);
        components.retain(|path, stamp| {
            let known = before.components.get(path).copied();
            let grows =
                stamp.is_some_and(|stamp| known != Some(Some(stamp)) && is_growing(news, at_once, path, &stamp));
            if grows {
                // As it was, so that the next look finds it changed.
                *stamp = known.flatten();
                growing.insert(path.clone());
            }
            !grows || known.is_some()
        });
        let beside = Beside { growing, errors: looked.errors };
        Ok((Look { tree, disk, components }, beside))
    }

    fn components(&self) -> Result<BTreeMap<PathBuf, Option<Stamp>>, LookError> {
        let failed = |source| LookError::Plugins { folder: self.plugins.clone(), source };
        let files = plugin::files(&self.plugins).map_err(failed)?;
        let components: BTreeMap<_, _> = files.into_iter().map(|file| (file.clone(), Stamp::of(&file).ok())).collect();
        if components.is_empty() { Err(LookError::NoPlugin(self.plugins.clone())) } else { Ok(components) }
    }
}

fn is_growing(news: &News, at_once: bool, path: &Path, stamp: &Stamp) -> bool {
    news.is_open(path) || !at_once && stamp.is_younger_than(YOUNG)
}
