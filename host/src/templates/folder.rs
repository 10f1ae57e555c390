//! One template folder, `yealink/t46u`, and the files in it.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

/// A template is text that an administrator edits by hand; FusionPBX's largest has some 600 KB.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// FusionPBX's largest folder has 25 files.
const FILES_MAX: usize = 256;
/// All files of a folder together; they travel with a job when no snapshot has them.
const FOLDER_BYTES_MAX: u64 = 16 << 20;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the templates in {}: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{} is larger than {FILE_BYTES_MAX} bytes, which no template is", .0.display())]
    FileTooLarge(PathBuf),
    #[error("{} holds more than {FILES_MAX} files or {FOLDER_BYTES_MAX} bytes", .0.display())]
    FolderTooLarge(PathBuf),
}

/// One template file as it stands on disk.
#[derive(Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// Below the template root, with `/` between.
    pub folder: String,
    pub file: String,
    pub source: Vec<u8>,
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

/// Reads every file of one folder, in the order of their names. `None` when there is no such folder.
pub fn read(root: &Path, name: &TemplateName) -> Result<Option<Vec<TemplateFile>>, Error> {
    let path = root.join(name.as_str());
    if !path.is_dir() {
        return Ok(None);
    }
    let failed = |source| Error::Read { path: path.clone(), source };
    let mut files = Vec::new();
    let mut bytes = 0;
    for entry in path.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let Ok(file) = entry.file_name().into_string() else { continue };
        // The file behind a link counts: administrators link folders and files of models that are alike.
        if !entry.path().is_file() {
            continue;
        }
        let source = read_file(&entry.path())?;
        bytes += source.len() as u64;
        files.push(TemplateFile { folder: name.as_str().to_owned(), file, source });
        if files.len() > FILES_MAX || bytes > FOLDER_BYTES_MAX {
            return Err(Error::FolderTooLarge(path));
        }
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(Some(files))
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
