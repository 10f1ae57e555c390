//! One template folder, `yealink/t46u`, and the files in it.

use crate::facts::DisplayPath;
use crate::files::{NoAnswer, Progress, read_bounded};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A template is text that an administrator edits by hand; FusionPBX's largest has some 600 KB.
const FILE_BYTES_MAX: u64 = 4 << 20;
/// FusionPBX's largest folder has 25 files.
const FILES_MAX: usize = 256;
/// All files of a folder together; they are sent with a job if no snapshot contains them.
const FOLDER_BYTES_MAX: u64 = 16 << 20;

/// Folders inside a template folder, from which templates include files.
const INCLUDED_DEPTH_MAX: usize = 3;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the templates in {}: {source}", DisplayPath(path))]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{} is larger than {FILE_BYTES_MAX} bytes, the limit for a template", DisplayPath(.0))]
    FileTooLarge(PathBuf),
    #[error("{} holds more than {FILES_MAX} files or {FOLDER_BYTES_MAX} bytes", DisplayPath(.0))]
    FolderTooLarge(PathBuf),
    #[error("{} is empty and held templates before; to remove all of them on purpose, leave one empty folder in it", DisplayPath(.0))]
    Emptied(PathBuf),
    #[error("{} leads out of the template folders; put a copy in its place, or configure the folder it leads to", DisplayPath(.0))]
    Outside(PathBuf),
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
}

impl Error {
    /// The file or folder concerned.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Read { path, .. } | Self::NoAnswer(NoAnswer(path)) => path,
            Self::FileTooLarge(path) | Self::FolderTooLarge(path) | Self::Emptied(path) | Self::Outside(path) => path,
        }
    }

    /// Whether the file or folder is absent, as opposed to unreadable.
    pub(super) fn is_absence(&self) -> bool {
        matches!(self, Self::Read { source, .. } if is_absence(source))
    }
}

/// One template file. Its text is shared in memory by plugins, snapshots and looks.
#[derive(Clone, Eq)]
pub struct TemplateFile {
    /// The path below the template root, with `/` as separator.
    pub folder: String,
    /// The path in the folder; `../` and so on for a file of another folder that the templates of this one include.
    pub file: String,
    pub source: Arc<[u8]>,
}

impl TemplateFile {
    /// Whether the file is one of another folder.
    pub fn is_shared(&self) -> bool {
        self.file.starts_with("../")
    }
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
    /// `None` for a name that is empty or absolute, or has a part that begins with a dot: `.` and `..` lead elsewhere,
    /// and hidden files such as `.git` are not for phones.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Option<Vec<_>> = Path::new(text)
            .components()
            .map(|part| match part {
                Component::Normal(name) => name.to_str().filter(|name| !name.starts_with('.')),
                _ => None,
            })
            .collect();
        parts.filter(|parts| !parts.is_empty()).map(|parts| Self(parts.join("/")))
    }

    /// The same template in the tree of a domain.
    pub fn of_domain(&self, domain: &Self) -> Self {
        Self(format!("{}/{}", domain.0, self.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Reads every file of one folder and of its subfolders, in the order of their names; templates include the latter as
/// `folder/file`. Pictures are left out. `None` if the folder does not exist.
pub(super) fn read_folder(
    path: &Path,
    name: &TemplateName,
    text: TextOf<'_>,
    progress: &Progress,
) -> Result<Option<Vec<TemplateFile>>, Error> {
    let mut found = Found { files: Vec::new(), bytes: 0, text, progress };
    match found.add_files(path, name, "") {
        Err(error) if error.path() == path && error.is_absence() => return Ok(None),
        added => added?,
    }
    // `<vendor>` holds models. A folder with more than a template's parts is not a template folder either.
    let is_template = name.as_str().contains('/');
    let own = found.files.len();
    if is_template {
        match found.add_folders(path, name, "", 1) {
            Err(Error::FolderTooLarge(_)) => found.files.truncate(own),
            added => added?,
        }
    }
    found.files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(Some(found.files))
}

/// The text of the file at a path; `None` leaves it out.
pub(super) type TextOf<'a> = &'a mut dyn FnMut(&Path) -> Result<Option<Arc<[u8]>>, Error>;

/// Reads a template folder that consists of several layers. `None` if no layer exists.
pub(super) fn read_by(
    layers: &[PathBuf],
    name: &TemplateName,
    text: TextOf<'_>,
    progress: &Progress,
) -> Result<Option<Vec<TemplateFile>>, Error> {
    let mut found = Vec::new();
    for layer in layers {
        found.extend(read_folder(layer, name, text, progress)?);
    }
    Ok(merge(found))
}

/// The files of a folder from those of its layers: of two files of one name, that of the later layer counts.
pub(super) fn merge(layers: Vec<Vec<TemplateFile>>) -> Option<Vec<TemplateFile>> {
    let mut files: Option<BTreeMap<String, TemplateFile>> = None;
    for layer in layers {
        files.get_or_insert_default().extend(layer.into_iter().map(|file| (file.file.clone(), file)));
    }
    files.map(|files| files.into_values().collect())
}

struct Found<'a> {
    files: Vec<TemplateFile>,
    bytes: u64,
    text: TextOf<'a>,
    progress: &'a Progress,
}

impl Found<'_> {
    /// The files directly in `path`, their names prefixed with `prefix`.
    fn add_files(&mut self, path: &Path, name: &TemplateName, prefix: &str) -> Result<(), Error> {
        if !self.progress.enter(path) {
            return Err(NoAnswer(path.to_owned()).into());
        }
        for (file, path) in entries(path)? {
            self.progress.enter(&path);
            if !matches!(kind(&path), Some(Kind::File | Kind::Unreadable)) || picture_type(&file).is_some() {
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
            if kind(&path) == Some(Kind::Folder) && depth <= INCLUDED_DEPTH_MAX {
                let prefix = format!("{prefix}{folder}/");
                let added = self.add_files(&path, name, &prefix);
                match added.and_then(|()| self.add_folders(&path, name, &prefix, depth + 1)) {
                    // Removed since its parent was read.
                    Err(error) if error.is_absence() => {}
                    added => added?,
                }
            }
        }
        Ok(())
    }
}

/// The content type of a picture, by its file name extension.
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

/// The entries of a folder whose names are UTF-8. Hidden entries are skipped: editors and configuration managers keep
/// swap files and earlier copies there.
pub fn entries(path: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let mut entries = Vec::new();
    for entry in path.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().into_string().ok().filter(|name| !name.starts_with('.'));
        entries.extend(name.map(|name| (name, entry.path())));
    }
    Ok(entries)
}

/// The kind of entry at a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// It cannot be examined; reading it gives the error.
    Unreadable,
}

/// The kind of entry at a path. Links are followed, because administrators link folders and files of similar models.
pub(super) fn kind(path: &Path) -> Option<Kind> {
    match path.metadata() {
        Ok(found) if found.is_file() => Some(Kind::File),
        Ok(found) if found.is_dir() => Some(Kind::Folder),
        Err(error) if !is_absence(&error) => Some(Kind::Unreadable),
        _ => None,
    }
}

/// A circular link counts as absent.
fn is_absence(error: &std::io::Error) -> bool {
    let absent = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory);
    absent || error.raw_os_error() == Some(libc::ELOOP)
}

/// The bytes of a file whose real place is below one of these folders. Links are followed, but not out of them: a
/// user who can put a link there must not be able to read every file of this machine.
pub(super) fn read_file(path: &Path, roots: &[PathBuf]) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Read { path: path.to_owned(), source };
    let place = path.canonicalize().map_err(failed)?;
    let is_below = |root: &Path| place.starts_with(root);
    // Only a root that is a link, or below one, needs a look at the disk.
    let is_below_real = |root: &PathBuf| root.canonicalize().is_ok_and(|root| is_below(&root));
    if !roots.iter().any(|root| is_below(root)) && !roots.iter().any(is_below_real) {
        return Err(Error::Outside(path.to_owned()));
    }
    read_bounded(&place, FILE_BYTES_MAX).map_err(failed)?.ok_or_else(|| Error::FileTooLarge(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::TemplateName;

    #[test]
    fn template_name_cannot_lead_out_of_its_root() {
        for text in ["", "..", "../etc", "yealink/../../etc", "/etc", "/", ".git/config", "yealink/.old/x"] {
            assert_eq!(TemplateName::parse(text), None, "{text}");
        }
        assert_eq!(TemplateName::parse("yealink//t46u/").unwrap().as_str(), "yealink/t46u");
    }
}
