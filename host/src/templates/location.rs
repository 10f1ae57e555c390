//! The place of one device's templates, and its files on disk.

use super::elsewhere::Elsewhere;
use super::folder::{self, Error, TemplateFile, TemplateName};
use crate::files::{Progress, Root, Roots};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The location of a device's templates.
#[derive(Clone)]
pub struct TemplateLocation {
    pub name: TemplateName,
    /// The layers of the template folder: of two files of one name, that of the later layer counts.
    pub(super) layers: Vec<PathBuf>,
    /// Whether the tree, and so the prepared plugin, contains the folder. A folder elsewhere, or one created since the
    /// last scan, is not in it.
    pub in_tree: bool,
    /// The folder is in that of the setting `template_dir`.
    pub(super) elsewhere: Option<Elsewhere>,
    pub(super) roots: Arc<Roots>,
    /// The folders whose files may be served.
    pub(super) allowed: Arc<[PathBuf]>,
}

impl TemplateLocation {
    /// Its template files; `None` if the folder was removed.
    pub async fn read(&self) -> Result<Option<Vec<TemplateFile>>, Error> {
        let mut found = Vec::new();
        for layer in &self.layers {
            let (path, name, allowed) = (layer.clone(), self.name.clone(), Arc::clone(&self.allowed));
            let read = move || {
                let mut text = |path: &Path| Ok(Some(folder::read_file(path, &allowed)?.into()));
                folder::read_folder(&path, &name, &mut text, &Progress::default())
            };
            found.extend(self.root(layer).ask(read).await??);
        }
        let own = folder::merge(found);
        match (own, &self.elsewhere, self.layers.first()) {
            (Some(own), Some(elsewhere), Some(layer)) => {
                let (elsewhere, name, allowed) = (elsewhere.clone(), self.name.clone(), Arc::clone(&self.allowed));
                let add_shared = move || {
                    let mut files = elsewhere.shared_by(name.as_str(), &own, &allowed);
                    files.extend(own);
                    files
                };
                Ok(Some(self.root(layer).ask(add_shared).await?))
            }
            (own, ..) => Ok(own),
        }
    }

    /// The layers of the template folder: of two files of one name, that of the later layer counts.
    pub fn layers(&self) -> &[PathBuf] {
        &self.layers
    }

    /// The path of one of its files.
    pub async fn path(&self, file: &str) -> Result<Option<PathBuf>, Error> {
        self.first(file, |path, _| Ok(path.to_owned())).await
    }

    pub async fn has(&self, file: &str) -> Result<bool, Error> {
        Ok(self.first(file, |_, _| Ok(())).await?.is_some())
    }

    /// The unrendered content of one of its files.
    pub async fn read_file(&self, file: &str) -> Result<Option<Vec<u8>>, Error> {
        self.first(file, folder::read_file).await
    }

    /// Calls a function with the path of a file, if it exists.
    async fn first<T: Send + 'static>(
        &self,
        file: &str,
        call: fn(&Path, &[PathBuf]) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let Some(file) = TemplateName::parse(file) else { return Ok(None) };
        for layer in self.layers.iter().rev() {
            let (path, allowed) = (layer.join(file.as_str()), Arc::clone(&self.allowed));
            let found = self.root(layer).ask(move || path.is_file().then(|| call(&path, &allowed))).await?;
            if let Some(result) = found {
                return result.map(Some);
            }
        }
        Ok(None)
    }

    /// The folder that bounds the calls for a layer.
    fn root(&self, layer: &Path) -> Arc<Root> {
        let elsewhere = || self.allowed.iter().find(|folder| layer.starts_with(folder)).map(PathBuf::as_path);
        let configured = self.roots.containing(layer).cloned();
        configured.unwrap_or_else(|| self.roots.named(elsewhere().unwrap_or(layer)))
    }
}
