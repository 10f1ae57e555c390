//! All texts of one template file in the search path, also those that another one overrides.

use super::folder::{self, Error, TemplateName};
use super::tree::Tree;
use std::path::PathBuf;
use std::sync::Arc;

/// The text of a template file in one folder of the search path.
pub struct TextVersion {
    /// The template folder on disk.
    pub layer: PathBuf,
    pub source: Vec<u8>,
}

impl Tree {
    /// The texts of a file of a template folder: of all roots in their order, then of the custom folder. Files that may not be
    /// served are left out.
    ///
    /// # Errors
    /// A file cannot be read, or its file system does not answer.
    pub async fn versions(&self, folder: &str, file: &str) -> Result<Vec<TextVersion>, Error> {
        let (Some(name), Some(file)) = (TemplateName::parse(folder), TemplateName::parse(file)) else {
            return Ok(Vec::new());
        };
        let mut layers: Vec<_> = self.search_path().folders().map(|root| root.join(name.as_str())).collect();
        let served = self.layers(&name).iter().filter(|layer| !layers.contains(layer)).cloned();
        let served: Vec<_> = served.collect();
        layers.splice(0..0, served);
        let mut versions = Vec::new();
        for layer in layers {
            let (path, allowed) = (layer.join(file.as_str()), Arc::clone(self.allowed()));
            let read =
                self.root_of(&layer).ask(move || path.is_file().then(|| folder::read_file(&path, &allowed))).await?;
            match read.transpose() {
                Ok(Some(source)) => versions.push(TextVersion { layer, source }),
                Ok(None) | Err(Error::Outside(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(versions)
    }
}
