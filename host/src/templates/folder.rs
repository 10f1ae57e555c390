//! One template folder, `yealink/t46u`, and the files in it.

use crate::facts::Shown;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A template is text that an administrator edits by hand; FusionPBX's largest has some 600 KB.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// FusionPBX's largest folder has 25 files.
const FILES_MAX: usize = 256;
/// All files of a folder together; they travel with a job when no snapshot has them.
const FOLDER_BYTES_MAX: u64 = 16 << 20;

/// Folders within a template folder, for templates to include from.
const INCLUDED_DEPTH_MAX: usize = 3;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the templates in {}: {source}", Shown(path))]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{} is larger than {FILE_BYTES_MAX} bytes, which no template is", Shown(.0))]
    FileTooLarge(PathBuf),
    #[error("{} holds more than {FILES_MAX} files or {FOLDER_BYTES_MAX} bytes", Shown(.0))]
    FolderTooLarge(PathBuf),
}

/// One template file. Its text is shared: whoever prepared it, serves it, or compares it with the disk has the same.
#[derive(Clone, Eq)]
pub struct TemplateFile {
    /// Below the template root, with `/` between.
    pub folder: String,
    pub file: String,
    pub source: Arc<[u8]>,
}

impl PartialEq for TemplateFile {
    fn eq(&self, other: &Self) -> bool {
        let same = || Arc::ptr_eq(&self.source, &other.source) || self.source == other.source;
        self.file == other.file && self.folder == other.folder && same()
    }
}

/// A template folder's name below a root: plain components, so that it cannot lead out of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TemplateName(String);

impl TemplateName {
    /// `None` for a name that is empty, absolute, or has `.` or `..` in it.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Option<Vec<_>> = Path::new(text)
            .components()
            .map(|part| match part {
                Component::Normal(name) => name.to_str(),
                _ => None,
            })
            .collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| Self(parts.join("/")))
    }

    /// The same template in a domain's own tree.
    pub fn of_domain(&self, domain: &Self) -> Self {
        Self(format!("{}/{}", domain.0, self.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads every file of one folder, in the order of their names, and of the folders in it: templates may include those
/// as `folder/file`. Pictures are no templates and are left out. `None` when there is no such folder.
fn read_folder(path: &Path, name: &TemplateName, text: TextOf<'_>) -> Result<Option<Vec<TemplateFile>>, Error> {
    if !path.is_dir() {
        return Ok(None);
    }
    let mut found = Found { files: Vec::new(), bytes: 0, text };
    found.add_files(path, name, "")?;
    // `<vendor>` holds models, and whatever else holds more than a template's parts is no template folder either.
    let is_template = name.as_str().contains('/');
    let own = found.files.len();
    if is_template && found.add_folders(path, name, "", 1).is_err() {
        found.files.truncate(own);
    }
    found.files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(Some(found.files))
}

/// Reads a template folder that several folders make up: of two files of one name the later folder's counts. `None`
/// when none of them is there.
pub fn read(layers: &[PathBuf], name: &TemplateName) -> Result<Option<Vec<TemplateFile>>, Error> {
    read_by(layers, name, &mut |path| Ok(Some(read_file(path)?.into())))
}

/// The text of the file at a path.
pub(super) type TextOf<'a> = &'a mut dyn FnMut(&Path) -> Result<Option<Arc<[u8]>>, Error>;

/// The same, each file read by `text`, which may leave one out.
pub(super) fn read_by(
    layers: &[PathBuf],
    name: &TemplateName,
    text: TextOf<'_>,
) -> Result<Option<Vec<TemplateFile>>, Error> {
    let mut files: Option<BTreeMap<String, TemplateFile>> = None;
    for layer in layers {
        let Some(found) = read_folder(layer, name, text)? else { continue };
        files.get_or_insert_default().extend(found.into_iter().map(|file| (file.file.clone(), file)));
    }
    Ok(files.map(|files| files.into_values().collect()))
}

struct Found<'a> {
    files: Vec<TemplateFile>,
    bytes: u64,
    text: TextOf<'a>,
}

impl Found<'_> {
    /// The files right in `path`, their names after `prefix`.
    fn add_files(&mut self, path: &Path, name: &TemplateName, prefix: &str) -> Result<(), Error> {
        for (file, path) in entries(path)? {
            // The file behind a link counts: administrators link folders and files of models that are alike.
            if !path.is_file() || picture_type(&file).is_some() {
                continue;
            }
            let Some(source) = (self.text)(&path)? else { continue };
            self.bytes += source.len() as u64;
            self.files.push(TemplateFile { folder: name.as_str().to_owned(), file: format!("{prefix}{file}"), source });
            if self.files.len() > FILES_MAX || self.bytes > FOLDER_BYTES_MAX {
                return Err(Error::FolderTooLarge(path));
            }
        }
        Ok(())
    }

    fn add_folders(&mut self, path: &Path, name: &TemplateName, prefix: &str, depth: usize) -> Result<(), Error> {
        for (folder, path) in entries(path)? {
            if path.is_dir() && depth <= INCLUDED_DEPTH_MAX {
                let prefix = format!("{prefix}{folder}/");
                self.add_files(&path, name, &prefix)?;
                self.add_folders(&path, name, &prefix, depth + 1)?;
            }
        }
        Ok(())
    }
}

/// The content type of a picture, by the ending of its name.
pub fn picture_type(file: &str) -> Option<&'static str> {
    let (_, ending) = file.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "png" => Some("image/png"),
        "jpg" | "jpeg" => Some("image/jpeg"),
        "gif" => Some("image/gif"),
        "bmp" => Some("image/bmp"),
        _ => None,
    }
}

/// What lies in a folder, by names that are text.
pub fn entries(path: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut entries = Vec::new();
    for entry in path.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if let Ok(name) = entry.file_name().into_string() {
            entries.push((name, entry.path()));
        }
    }
    Ok(entries)
}

pub fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut source = Vec::new();
    let file = std::fs::File::open(path).map_err(failed)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut source).map_err(failed)?;
    if source.len() as u64 > FILE_BYTES_MAX {
        return Err(Error::FileTooLarge(path.to_owned()));
    }
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::TemplateName;

    #[test]
    fn a_name_cannot_lead_out_of_its_root() {
        for text in ["", "..", "../etc", "yealink/../../etc", "/etc", "/"] {
            assert_eq!(TemplateName::parse(text), None, "{text}");
        }
        assert_eq!(TemplateName::parse("yealink//t46u/").unwrap().as_str(), "yealink/t46u");
    }
}
