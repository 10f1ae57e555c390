//! The template files as they stand on disk. What has not changed since the last look is not read again, and its text
//! stays the same one in memory.

use super::folder::{self, Error, TemplateFile, TemplateName};
use super::stamp::FileStamp;
use super::texts::Texts;
use super::tree::{SearchPath, Tree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the last look found.
pub struct Disk {
    tree: Tree,
    files: BTreeMap<PathBuf, Read>,
    texts: Texts,
}

/// How a look went, beside what it found.
#[derive(Default)]
pub struct ScanOutcome {
    /// Files that were being written: they are to be looked at again.
    pub unfinished: Vec<PathBuf>,
    /// What could not be read; of that, what was known stays.
    pub errors: Vec<Error>,
}

/// Whether somebody is writing a file.
pub type Growing<'a> = &'a dyn Fn(&Path, &FileStamp) -> bool;

#[derive(Clone)]
struct Read {
    stamp: FileStamp,
    text: Arc<[u8]>,
    /// It was so young when it was read that its stamp does not tell whether it has changed since.
    again: bool,
}

impl Disk {
    /// The first look. A folder of the search path that cannot be read is an error: it was named by somebody.
    pub fn scan(path: SearchPath, growing: Growing<'_>) -> Result<(Self, ScanOutcome), Error> {
        let nothing = Self { tree: Tree::unread(path), files: BTreeMap::new(), texts: Texts::default() };
        nothing.tree.check()?;
        Ok(nothing.rescan(growing))
    }

    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Reads what is there. A file of which `growing` says that it is being written keeps the text it had, and one
    /// that had none is left out; a folder that comes to be made up of others waits until nothing in it is being
    /// written. What cannot be read stays as it was.
    pub fn rescan(&self, growing: Growing<'_>) -> (Self, ScanOutcome) {
        let (tree, errors) = self.tree.scan();
        let mut look = Self { tree: tree.clone(), files: BTreeMap::new(), texts: Texts::default() };
        let mut looked = ScanOutcome { unfinished: Vec::new(), errors };
        let unread: Vec<_> = looked.errors.iter().map(|error| error.path().to_owned()).collect();
        for (name, layers) in tree.folders() {
            if layers.iter().any(|layer| unread.iter().any(|path| layer.starts_with(path))) {
                look.keep(self, &name);
                continue;
            }
            let written = looked.unfinished.len();
            let files =
                folder::read_by(layers, &name, &mut |path| Ok(self.take(path, growing, &mut look.files, &mut looked)));
            match files {
                Ok(_) if looked.unfinished.len() > written && layers != self.tree.layers(&name) => {
                    look.keep(self, &name)
                }
                Ok(files) => look.set(self, &name, files.unwrap_or_default()),
                Err(error) => {
                    looked.errors.push(error);
                    look.keep(self, &name);
                }
            }
        }
        (look, looked)
    }

    /// A folder stays as it was before.
    fn keep(&mut self, before: &Self, name: &TemplateName) {
        self.tree.take(&before.tree, name);
        for layer in self.tree.layers(name) {
            let files = before.files.range(layer.clone()..).take_while(|(path, _)| path.starts_with(layer));
            self.files.extend(files.map(|(path, read)| (path.clone(), read.clone())));
        }
        before.texts.folder(name.as_str()).into_iter().for_each(|texts| self.texts.share(name.as_str(), texts));
    }

    fn set(&mut self, before: &Self, name: &TemplateName, files: Vec<TemplateFile>) {
        match before.texts.folder(name.as_str()).filter(|before| before[..] == files[..]) {
            Some(before) => self.texts.share(name.as_str(), before),
            None if files.is_empty() => {}
            None => self.texts.set(name.as_str(), files),
        }
    }

    /// The text of a file: the one that it had where it cannot be read or is being written.
    fn take(
        &self,
        path: &Path,
        growing: Growing<'_>,
        files: &mut BTreeMap<PathBuf, Read>,
        looked: &mut ScanOutcome,
    ) -> Option<Arc<[u8]>> {
        let read = match self.read_file(path, growing) {
            Ok((read, grows)) => {
                looked.unfinished.extend(grows.then(|| path.to_owned()));
                read
            }
            Err(error) if error.is_absence() => None,
            Err(error) => {
                looked.errors.push(error);
                self.files.get(path).cloned()
            }
        }?;
        let text = Arc::clone(&read.text);
        files.insert(path.to_owned(), read);
        Some(text)
    }

    /// The file, and whether it is growing; then it is the file as it was.
    fn read_file(&self, path: &Path, growing: Growing<'_>) -> Result<(Option<Read>, bool), Error> {
        let (before, stamp) = (self.files.get(path), stamp(path)?);
        if let Some(same) = before.filter(|before| before.stamp == stamp && !before.again) {
            return Ok((Some(same.clone()), false));
        }
        let text = folder::read_file(path)?;
        let again = stamp.may_be_reused();
        if let Some(same) = before.filter(|before| before.text[..] == text[..]) {
            return Ok((Some(Read { stamp, text: Arc::clone(&same.text), again }), false));
        }
        if growing(path, &stamp) || self::stamp(path)? != stamp {
            // With its old stamp it is read again.
            return Ok((before.cloned(), true));
        }
        Ok((Some(Read { stamp, text: text.into(), again }), false))
    }
}

fn stamp(path: &Path) -> Result<FileStamp, Error> {
    FileStamp::of(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}
