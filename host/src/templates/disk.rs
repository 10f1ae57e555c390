//! The template files on disk. A file that has not changed since the last look is not read again, and its text in memory
//! is reused.

use super::folder::{self, Error, TemplateFile, TemplateName};
use super::looked::Looked;
use super::shared::shared_by;
use super::stamp::FileStamp;
use super::texts::Texts;
use super::tree::{SearchPath, Tree};
use crate::files::{Progress, Roots};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The result of the last look.
pub struct Disk {
    tree: Tree,
    files: BTreeMap<PathBuf, Read>,
    /// The files of each folder.
    own: Texts,
    /// The same, with the files that they include from other folders.
    texts: Texts,
}

/// Problems of a look.
#[derive(Default)]
pub struct ScanOutcome {
    /// Files that were still being written, to be looked at again.
    pub unfinished: Vec<PathBuf>,
    /// What could not be read; the previous content stays.
    pub errors: Vec<Error>,
}

/// How a look goes about.
pub struct Visit<'a> {
    /// Whether a file is still being written.
    pub is_growing: &'a dyn Fn(&Path, &FileStamp) -> bool,
    pub progress: &'a Progress,
}

#[derive(Clone)]
struct Read {
    stamp: FileStamp,
    text: Arc<[u8]>,
    /// The file was so young when it was read that its stamp cannot show a later change.
    again: bool,
}

impl Disk {
    /// The first look. A folder of the search path that cannot be read is an error, because the operator named it. One
    /// that does not answer is left out.
    pub fn scan(path: SearchPath, roots: Arc<Roots>, visit: &Visit<'_>) -> Result<(Self, ScanOutcome), Error> {
        let nothing = Self::empty(Tree::unread(path, roots));
        nothing.tree.check(visit.progress)?;
        Ok(nothing.rescan(visit))
    }

    fn empty(tree: Tree) -> Self {
        Self { tree, files: BTreeMap::new(), own: Texts::default(), texts: Texts::default() }
    }

    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Reads the current files. A file that is being written keeps its previous text, or is left out if
    /// it had none. A folder whose layers change waits until none of its files is being written. What cannot be read
    /// stays as it was.
    pub fn rescan(&self, visit: &Visit<'_>) -> (Self, ScanOutcome) {
        let (tree, errors) = self.tree.scan(visit.progress);
        let mut look = Self::empty(tree.clone());
        let mut looked = ScanOutcome { unfinished: Vec::new(), errors };
        let unread: Vec<_> = looked.errors.iter().map(|error| error.path().to_owned()).collect();
        for (name, layers) in tree.folders() {
            if layers.iter().any(|layer| unread.iter().any(|path| layer.starts_with(path))) {
                look.keep(self, &name);
                continue;
            }
            let written = looked.unfinished.len();
            let mut text = |path: &Path| Ok(self.take(path, visit, &mut look.files, &mut looked));
            match folder::read_by(layers, &name, &mut text, visit.progress) {
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
        look.add_shared(self, visit, &mut looked);
        (look, looked)
    }

    /// Adds the files to each folder that it includes from elsewhere.
    fn add_shared(&mut self, before: &Self, visit: &Visit<'_>, looked: &mut ScanOutcome) {
        let in_roots = self.tree.files_in_roots(visit.progress);
        let mut read = |path: &Path| before.take(path, visit, &mut self.files, looked);
        let mut library = Looked { tree: &self.tree, texts: &self.own, in_roots: &in_roots, read: &mut read };
        for (name, own) in self.own.folders() {
            let shared = shared_by(&mut library, name, own);
            if shared.is_empty() {
                self.texts.share(name, own);
                continue;
            }
            let all: Vec<_> = shared.into_iter().chain(own.iter().cloned()).collect();
            match before.texts.folder(name).filter(|before| before[..] == all[..]) {
                Some(before) => self.texts.share(name, before),
                None => self.texts.set(name, all),
            }
        }
    }

    /// Keeps a folder as it was before.
    fn keep(&mut self, before: &Self, name: &TemplateName) {
        self.tree.take(&before.tree, name);
        for layer in self.tree.layers(name) {
            let files = before.files.range(layer.clone()..).take_while(|(path, _)| path.starts_with(layer));
            self.files.extend(files.map(|(path, read)| (path.clone(), read.clone())));
        }
        before.own.folder(name.as_str()).into_iter().for_each(|texts| self.own.share(name.as_str(), texts));
    }

    fn set(&mut self, before: &Self, name: &TemplateName, files: Vec<TemplateFile>) {
        match before.own.folder(name.as_str()).filter(|before| before[..] == files[..]) {
            Some(before) => self.own.share(name.as_str(), before),
            None if files.is_empty() => {}
            None => self.own.set(name.as_str(), files),
        }
    }

    /// The text of a file; the previous text if it cannot be read or is being written.
    fn take(
        &self,
        path: &Path,
        visit: &Visit<'_>,
        files: &mut BTreeMap<PathBuf, Read>,
        looked: &mut ScanOutcome,
    ) -> Option<Arc<[u8]>> {
        let read = match self.read_file(path, visit) {
            Ok((read, grows)) => {
                looked.unfinished.extend(grows.then(|| path.to_owned()));
                read
            }
            Err(error) if error.is_absence() => None,
            Err(error @ Error::Outside(_)) => {
                looked.errors.push(error);
                None
            }
            Err(error) => {
                looked.errors.push(error);
                self.files.get(path).cloned()
            }
        }?;
        let text = Arc::clone(&read.text);
        files.insert(path.to_owned(), read);
        Some(text)
    }

    /// The file, and whether it is being written; if so, the file as it was.
    fn read_file(&self, path: &Path, visit: &Visit<'_>) -> Result<(Option<Read>, bool), Error> {
        let (before, stamp) = (self.files.get(path), stamp(path)?);
        if let Some(same) = before.filter(|before| before.stamp == stamp && !before.again) {
            return Ok((Some(same.clone()), false));
        }
        let text = folder::read_file(path, self.tree.allowed())?;
        let again = stamp.may_be_reused();
        if let Some(same) = before.filter(|before| before.text[..] == text[..]) {
            return Ok((Some(Read { stamp, text: Arc::clone(&same.text), again }), false));
        }
        if (visit.is_growing)(path, &stamp) || self::stamp(path)? != stamp {
            // The old stamp makes the next look read it again.
            return Ok((before.cloned(), true));
        }
        Ok((Some(Read { stamp, text: text.into(), again }), false))
    }
}

fn stamp(path: &Path) -> Result<FileStamp, Error> {
    FileStamp::of(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}
