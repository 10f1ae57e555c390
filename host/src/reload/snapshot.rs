//! What one request sees: templates, and the plugins that were prepared with them.

use crate::plugin::{Plugin, Plugins};
use crate::templates::{self, TemplateFile, TemplateLocation, Texts, Tree, file};
use arc_swap::ArcSwap;
use std::sync::Arc;

/// The live snapshot. A request takes it once.
pub type Current = Arc<ArcSwap<Snapshot>>;

/// Templates and plugins that belong together. A snapshot is immutable; a reload swaps in a new one.
pub struct Snapshot {
    pub tree: Tree,
    pub plugins: Arc<Plugins>,
    /// The live texts. A plugin may be prepared with older ones; then each job carries the folder's texts.
    pub texts: Texts,
}

/// The texts that a job for a template folder has to carry.
pub enum PendingTemplates {
    /// None: the plugin is prepared with the folder's live texts.
    Prepared,
    /// These: the plugin is prepared with other texts, or the folder belongs to another plugin.
    Texts(Vec<TemplateFile>),
    /// Those on disk: the setting `template_dir` names a folder outside the watched ones.
    OnDisk,
}

impl Snapshot {
    pub fn pending(&self, located: &TemplateLocation, plugin: &Plugin) -> PendingTemplates {
        let name = located.name.as_str();
        match self.texts.folder(name) {
            _ if !located.in_tree => PendingTemplates::OnDisk,
            Some(texts) if plugin.prepared(name, texts) => PendingTemplates::Prepared,
            Some(texts) => PendingTemplates::Texts(texts.to_vec()),
            // The folder's own files failed their check.
            None => PendingTemplates::Texts(self.texts.for_all(name).unwrap_or_default().to_vec()),
        }
    }

    /// Whether the folder has a live text of this name, or a file that is not a template, such as a picture.
    pub async fn has(&self, located: &TemplateLocation, name: &str) -> Result<bool, templates::Error> {
        let texts = self.texts.folder(located.name.as_str()).filter(|_| located.in_tree);
        if texts.is_some_and(|files| file(files, name).is_some()) {
            return Ok(true);
        }
        located.has(name).await
    }
}
