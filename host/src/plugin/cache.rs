//! The cache of compiled plugins on disk, so that a start need not compile: `<key>.cwasm` is the machine code that is
//! mapped into the server, `<key>.note` its metadata.
//!
//! The server runs whatever a mapped file contains. So the folder and its files must belong to the server's user and be
//! closed to all others. A file is mapped only if its SHA-256 is the one in the note, and the SHA-256 of note and key
//! is the one on the note's first line. A partial write, a bad disk, an edit or a renamed file makes the server compile
//! again. wasmtime itself refuses code of another version, another processor or other settings.

use super::digest::{DIGEST_CHARS, hex};
use super::draft::{self, Draft};
use super::limits::Config;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A note holds names of templates and settings: a few MB for the largest vendor.
const NOTE_BYTES_MAX: u64 = 64 << 20;

/// File extensions: code and note.
const ENDINGS: [&str; 2] = ["cwasm", "note"];

/// Bytes that are read at once to compute a digest.
const READ_BYTES: usize = 1 << 18;

pub(super) struct Cache {
    folder: PathBuf,
    owner: u32,
    bytes_max: u64,
}

/// Identifies what a compiled plugin was made from: a SHA-256 in hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key(String);

/// Collects the parts that a key depends on. Parts are delimited, so that no two lists of parts give the same key.
pub(super) struct KeyMaker(Sha256);

impl KeyMaker {
    pub(super) fn new(kind: &str) -> Self {
        let mut maker = Self(Sha256::new());
        maker.part(kind.as_bytes());
        maker.part(env!("CARGO_PKG_VERSION").as_bytes());
        maker
    }

    pub(super) fn part(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// Adds what the machine code depends on, and the limits that it was checked against.
    pub(super) fn engine(&mut self, engine: &wasmtime::Engine, config: &Config) {
        config.of_builds().iter().for_each(|limit| self.part(&limit.to_le_bytes()));
        std::hash::Hash::hash(&engine.precompile_compatibility_hash(), self);
    }

    pub(super) fn finish(self) -> Key {
        Key(hex(self.0))
    }
}

/// wasmtime exposes what machine code depends on only through `Hash`.
impl std::hash::Hasher for KeyMaker {
    fn write(&mut self, bytes: &[u8]) {
        self.part(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

impl Cache {
    /// Creates the folder if it is absent; refuses one that other users could write to.
    pub(super) fn open(folder: &Path, bytes_max: u64) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let cache = Self { folder: folder.to_owned(), owner: 0, bytes_max };
        // The owner of a new file is the server's effective user.
        let owner = cache.draft()?.file().metadata()?.uid();
        let found = fs::metadata(folder)?;
        if found.uid() != owner || found.mode() & 0o077 != 0 {
            return Err(io::Error::other("it must belong to the server's user and be closed to others (chmod 700)"));
        }
        cache.remove_leftovers();
        Ok(Self { owner, ..cache })
    }

    pub(super) fn note<T: DeserializeOwned>(&self, key: &Key) -> Option<T> {
        let mut text = String::new();
        self.open_own(&self.path(key, "note"))?.take(NOTE_BYTES_MAX).read_to_string(&mut text).ok()?;
        let (digest, json) = text.split_once('\n')?;
        if digest != note_digest(key, json) {
            return None;
        }
        serde_json::from_str(json).ok()
    }

    pub(super) fn put_note(&self, key: &Key, note: &impl Serialize) -> io::Result<()> {
        let json = serde_json::to_string(note)?;
        let bytes = (DIGEST_CHARS + 1 + json.len()) as u64;
        if bytes > NOTE_BYTES_MAX {
            return Err(io::Error::other(format!("its note has {bytes} bytes, more than {NOTE_BYTES_MAX}")));
        }
        self.make_room(bytes);
        let mut draft = self.draft()?;
        for part in [note_digest(key, &json).as_bytes(), b"\n", json.as_bytes()] {
            draft.write(part)?;
        }
        draft.keep(&self.path(key, "note"))
    }

    /// Code that is in the cache. Its SHA-256 is `digest`, which `put_code` returned.
    pub(super) fn code(&self, key: &Key, digest: &str) -> Option<File> {
        let mut file = self.open_own(&self.path(key, "cwasm"))?;
        if hex(digest_of(&mut file).ok()?) != digest {
            return None;
        }
        // A full cache removes the oldest files first, and this one is in use.
        let _ = file.set_modified(SystemTime::now());
        Some(file)
    }

    /// A new file for code, of which nobody knows yet how much it is.
    pub(super) fn draft(&self) -> io::Result<Draft> {
        Draft::create(&self.folder)
    }

    /// Keeps code under its key and returns its digest for the note. The note is written last: code without a note is
    /// never read.
    pub(super) fn put_code(&self, key: &Key, code: &mut Draft) -> io::Result<String> {
        self.make_room(code.bytes());
        code.keep(&self.path(key, "cwasm"))?;
        Ok(code.digest())
    }

    fn path(&self, key: &Key, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", key.0))
    }

    /// Opens a file that only the server's user can access; refuses links.
    fn open_own(&self, path: &Path) -> Option<File> {
        let file = open_file(path).ok()?;
        let found = file.metadata().ok()?;
        (found.is_file() && found.uid() == self.owner && found.mode() & 0o077 == 0).then_some(file)
    }

    /// Removes the oldest code, each with its note, until `bytes` more fit. Code that this process has mapped is kept for
    /// the next start.
    fn make_room(&self, bytes: u64) {
        let mapped = fs::read("/proc/self/maps").unwrap_or_default();
        let mapped = String::from_utf8_lossy(&mapped);
        let mut kept: BTreeMap<PathBuf, (SystemTime, u64)> = BTreeMap::new();
        for (modified, length, path) in ENDINGS.iter().flat_map(|ending| self.files(ending)) {
            let (newest, total) = kept.entry(path.with_extension("")).or_insert((modified, 0));
            (*newest, *total) = (modified.max(*newest), *total + length);
        }
        let mut kept: Vec<_> = kept.into_iter().map(|(path, (newest, length))| (newest, length, path)).collect();
        kept.sort_unstable();
        let mut total = kept.iter().map(|(_, length, _)| length).sum::<u64>().saturating_add(bytes);
        for (_, length, path) in kept {
            if total <= self.bytes_max {
                break;
            }
            if path.file_name().is_some_and(|name| mapped.contains(&*name.to_string_lossy())) {
                continue;
            }
            // Another server may have removed it already.
            ENDINGS.iter().for_each(|ending| drop(fs::remove_file(path.with_extension(ending))));
            total -= length;
        }
    }

    /// Removes partial files of servers that were killed. A locked file is still being written.
    fn remove_leftovers(&self) {
        for (_, _, path) in self.files(draft::ENDING) {
            if open_file(&path).is_ok_and(|file| file.try_lock().is_ok()) {
                let _ = fs::remove_file(path);
            }
        }
    }

    fn files(&self, ending: &str) -> Vec<(SystemTime, u64, PathBuf)> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let found = entries.filter_map(|entry| {
            let (found, path) = (entry.metadata().ok()?, entry.path());
            let wanted = path.extension().is_some_and(|extension| extension == ending);
            wanted.then_some((found.modified().ok()?, found.len(), path))
        });
        found.collect()
    }
}

/// Does not follow links, and does not block on pipes.
fn open_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)
}

/// Includes the key, so that a renamed note is not valid.
fn note_digest(key: &Key, json: &str) -> String {
    let mut digest = Sha256::new_with_prefix(&key.0);
    digest.update(json);
    hex(digest)
}

fn digest_of(file: &mut File) -> io::Result<Sha256> {
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; READ_BYTES]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(digest),
            read => digest.update(&buffer[..read]),
        }
    }
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
