//! What one request sees: the templates and the plugins that were prepared with them.

use crate::plugin::{Plugin, Plugins};
use crate::templates::{TemplateFile, TemplateLocation, Texts, Tree, file};
use std::sync::Arc;

/// Made as a whole, swapped as a whole, never changed.
pub struct Snapshot {
    pub tree: Tree,
    pub plugins: Arc<Plugins>,
    /// The texts that serve. A plugin may be prepared with older ones: then the folder travels with the job.
    pub texts: Texts,
}

/// What a job for a template folder carries.
pub enum PendingTemplates {
    /// Nothing: the plugin is prepared with the folder as it serves.
    Prepared,
    /// These; the plugin is prepared with others, or is not the folder's own.
    Texts(Vec<TemplateFile>),
    /// What lies there: the setting `template_dir` names a place that nobody looks at.
    OnDisk,
}

impl Snapshot {
    pub fn pending(&self, located: &TemplateLocation, plugin: &Plugin) -> PendingTemplates {
        let name = located.name.as_str();
        match self.texts.folder(name) {
            _ if !located.in_tree => PendingTemplates::OnDisk,
            Some(texts) if plugin.prepared(name, texts) => PendingTemplates::Prepared,
            Some(texts) => PendingTemplates::Texts(texts.to_vec()),
            // Its files on disk do not stand the trial.
            None => PendingTemplates::Texts(self.texts.for_all(name).unwrap_or_default().to_vec()),
        }
    }

    /// Whether a file serves, or lies there as a picture.
    pub fn has(&self, located: &TemplateLocation, name: &str) -> bool {
        let texts = self.texts.folder(located.name.as_str()).filter(|_| located.in_tree);
        texts.is_some_and(|files| file(files, name).is_some()) || located.has(name)
    }

    /// Whether a plugin's own folders are not all as it is prepared with them.
    pub(super) fn is_stale(&self) -> bool {
        self.plugins.iter().any(|plugin| self.is_behind(plugin))
    }

    pub(super) fn is_behind(&self, plugin: &Arc<Plugin>) -> bool {
        let owns = |folder: &str| self.plugins.owner(folder).is_some_and(|owner| Arc::ptr_eq(owner, plugin));
        let mut texts = self.texts.folders().filter(|(folder, _)| owns(folder));
        let mut count = 0;
        let current = texts.all(|(folder, files)| {
            count += files.len();
            plugin.prepared(folder, files)
        });
        // What is gone is prepared no longer.
        !current || count != plugin.templates()
    }
}
