//! The template files as they stand on disk. What has not changed since the last look is not read again, and its text
//! stays the same one in memory.

use super::folder::{self, Error};
use super::stamp::Stamp;
use super::texts::Texts;
use super::tree::Tree;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the last look found.
#[derive(Default)]
pub struct Disk {
    files: HashMap<PathBuf, Read>,
    texts: Texts,
}

/// How a look went, beside what it found.
#[derive(Default)]
pub struct Looked {
    /// Files that were being written: they are to be looked at again soon.
    pub growing: Vec<PathBuf>,
    /// Folders that could not be read; the texts they had stay.
    pub errors: Vec<Error>,
}

#[derive(Clone)]
struct Read {
    stamp: Stamp,
    text: Arc<[u8]>,
    /// It was so young when it was read that its stamp does not tell whether it has changed since.
    again: bool,
}

impl Disk {
    pub fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Reads what the tree has. A file of which `growing` says that it is being written keeps the text it had, and
    /// one that had none is left out.
    pub fn read(&self, tree: &Tree, growing: &dyn Fn(&Path, &Stamp) -> bool) -> (Self, Looked) {
        let (mut look, mut looked) = (Self::default(), Looked::default());
        for (name, layers) in tree.folders() {
            let files = folder::read_by(layers, &name, &mut |path| {
                let (read, grows) = self.read_file(path, growing)?;
                looked.growing.extend(grows.then(|| path.to_owned()));
                Ok(read.map(|read| {
                    let text = Arc::clone(&read.text);
                    look.files.insert(path.to_owned(), read);
                    text
                }))
            });
            let before = self.texts.folder(name.as_str());
            match files {
                Ok(files) => {
                    let files = files.unwrap_or_default();
                    match before.filter(|before| before[..] == files[..]) {
                        Some(before) => look.texts.share(name.as_str(), before),
                        None if files.is_empty() => {}
                        None => look.texts.set(name.as_str(), files),
                    }
                }
                Err(error) => {
                    looked.errors.push(error);
                    before.into_iter().for_each(|before| look.texts.share(name.as_str(), before));
                }
            }
        }
        (look, looked)
    }

    /// The file, and whether it is growing; then it is the file as it was.
    fn read_file(&self, path: &Path, growing: &dyn Fn(&Path, &Stamp) -> bool) -> Result<(Option<Read>, bool), Error> {
        let before = self.files.get(path);
        let Some(stamp) = stamp(path)? else { return Ok((None, false)) };
        if let Some(same) = before.filter(|before| before.stamp == stamp && !before.again) {
            return Ok((Some(same.clone()), false));
        }
        let text = folder::read_file(path)?;
        let again = stamp.may_be_reused();
        if let Some(same) = before.filter(|before| before.text[..] == text[..]) {
            return Ok((Some(Read { stamp, text: Arc::clone(&same.text), again }), false));
        }
        if growing(path, &stamp) || self::stamp(path)? != Some(stamp) {
            // With its old stamp it is read again.
            return Ok((before.cloned(), true));
        }
        Ok((Some(Read { stamp, text: text.into(), again }), false))
    }
}

/// `None` for a file that has just gone.
fn stamp(path: &Path) -> Result<Option<Stamp>, Error> {
    match Stamp::of(path) {
        Ok(stamp) => Ok(Some(stamp)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}
