//! Events and commands: what goes into the state, and what comes out of it.

use crate::reload::stamp::ComponentStamp;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Names a waiter.
pub(in crate::reload) type WaiterId = u64;

/// Component files as a look finds them, with their signatures.
pub(in crate::reload) type Files = BTreeMap<PathBuf, ComponentStamp>;

/// A component that a build has refused.
#[derive(Clone, Debug)]
pub(in crate::reload) struct RefusedComponent {
    pub(in crate::reload) file: PathBuf,
    /// The template folders that may be the cause.
    pub(in crate::reload) folders: Vec<String>,
}

/// Which plugin a template folder belongs to.
pub(in crate::reload) trait Owners: Send + Sync {
    /// The name of the plugin, and the version of its component: another component has another version.
    fn owner(&self, folder: &str) -> Option<(&str, &str)>;
}

pub(in crate::reload) enum Event {
    Tick,
    /// The file system reported changes, and has been quiet since.
    FilesChanged,
    /// An operator wants a reload now. `None`: no client waits for the result (SIGHUP).
    ReloadRequested(Option<WaiterId>),
    /// The running look has ended; `None` if it crashed.
    Looked(Option<LookFindings>),
    /// A plugin has checked its folders, or some of them.
    Checked(Checked),
    /// The texts of these folders went live.
    TextsSwapped(Vec<String>),
    /// The running build has ended; `None` if it crashed.
    Built(Option<Built>),
}

/// What a look has found.
#[derive(Default)]
pub(in crate::reload) struct LookFindings {
    /// Template folders that differ from the last look, and whether the folder is still on disk.
    pub(in crate::reload) folders: Vec<(String, bool)>,
    /// All component files; `None` if the plugin folder cannot be read.
    pub(in crate::reload) components: Option<Files>,
    /// Files that are being written, and were left alone.
    pub(in crate::reload) growing: HashSet<PathBuf>,
    /// The system may not report when one of the growing files is complete.
    pub(in crate::reload) restless: bool,
    /// The system does not report all changes.
    pub(in crate::reload) polling: bool,
}

pub(in crate::reload) struct Checked {
    pub(in crate::reload) plugin: String,
    /// The component that checked, as in [`Owners::owner`].
    pub(in crate::reload) version: String,
    /// The folders, and whether a text of the folder was refused.
    pub(in crate::reload) folders: Vec<(String, bool)>,
    /// FolderSlots for which there was no time.
    pub(in crate::reload) left: Vec<String>,
}

pub(in crate::reload) struct Built {
    pub(in crate::reload) owners: Arc<dyn Owners>,
    pub(in crate::reload) refused: Vec<RefusedComponent>,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::reload) enum Command {
    /// Look at the disk. With `at_once`, young files are not left alone.
    Look { at_once: bool },
    /// Have a plugin check these folders, in this order.
    Check { plugin: String, folders: Vec<String> },
    /// Make the checked texts of some folders live, and the texts on disk of others (a folder that is gone is removed).
    SwapTexts { checked: Vec<String>, unchecked: Vec<String> },
    /// Build all plugins except those of `held` files, which keep the component they have.
    Build { held: HashSet<PathBuf>, of_components: bool },
    /// Make the plugins of the build that has just ended live.
    SwapPlugins,
    /// Everything that these waiters asked about is settled.
    Reply(Vec<WaiterId>),
}
