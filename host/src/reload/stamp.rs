//! What tells that a component has changed, or the signature beside it.

use crate::plugin_signature::signature_file;
use crate::templates::FileStamp;
use std::path::{Path, PathBuf};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ComponentStamp {
    /// `None`: a link that leads nowhere.
    pub(super) component: Option<FileStamp>,
    /// `None`: there is no signature.
    pub(super) signature: Option<FileStamp>,
}

impl ComponentStamp {
    pub(super) fn of(component: &Path) -> Self {
        let stamp = |file: &Path| FileStamp::of(file).ok();
        Self { component: stamp(component), signature: stamp(&signature_file(component)) }
    }

    /// Those of the two files that are there and differ from an earlier look.
    pub(super) fn changed(&self, component: &Path, before: Option<&Self>) -> Vec<(PathBuf, FileStamp)> {
        let before = before.copied().unwrap_or_default();
        let files = [
            (component.to_owned(), self.component, before.component),
            (signature_file(component), self.signature, before.signature),
        ];
        let changed = files.into_iter().filter(|(_, now, before)| now != before);
        changed.filter_map(|(file, now, _)| Some((file, now?))).collect()
    }
}
