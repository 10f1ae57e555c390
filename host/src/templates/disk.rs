//! The template files on disk. A file that has not changed since the last look is not read again, and its text in memory
//! is reused.

use super::folder::{self, Error, TemplateFile, TemplateName};
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
        let nothing = Self { tree: Tree::unread(path, roots), files: BTreeMap::new(), texts: Texts::default() };
        nothing.tree.check(visit.progress)?;
        Ok(nothing.rescan(visit))
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
        let mut look = Self { tree: tree.clone(), files: BTreeMap::new(), texts: Texts::default() };
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
        self.read_root(&mut look, visit, &mut looked);
        (look, looked)
    }

    /// Reads the files directly in the roots, which no folder holds: templates include common parts from there. Of two
    /// files of one name, that of the custom folder counts, then that of the first root.
    fn read_root(&self, look: &mut Self, visit: &Visit<'_>, looked: &mut ScanOutcome) {
        let mut found: BTreeMap<String, TemplateFile> = BTreeMap::new();
        let roots: Vec<PathBuf> = self.tree.search_path().folders().rev().cloned().collect();
        for root in roots.iter().filter(|root| visit.progress.enter(root)) {
            let files = folder::entries(root).unwrap_or_default();
            let files = files.into_iter().filter(|(name, path)| {
                picture_type(name).is_none() && folder::kind(path) == Some(Kind::File)
            });
            for (file, path) in files.take(ROOT_FILES_MAX) {
                if let Some(source) = self.take(&path, visit, &mut look.files, looked) {
                    found.insert(file.clone(), TemplateFile { folder: String::new(), file, source });
                }
            }
        }
        look.texts.set_root(found.into_values().collect());
    }

    /// Keeps a folder as it was before.
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
