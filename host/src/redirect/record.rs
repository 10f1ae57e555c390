//! The record of what was sent to a service, so that nothing is sent twice after an interruption: a line before each call, and
//! one behind it. An interruption between them leaves a phone in doubt, and the service is asked about it.

use super::provider::ServiceError;
use super::run::{Action, Outcome, Task};
use crate::files::{read_bounded, replace};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

/// A hundred thousand phones, each twice registered.
const BYTES_MAX: u64 = 128 << 20;

/// The file is written anew if it has so many lines more than phones.
const SPARE_LINES: usize = 20_000;

/// What is recorded of a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    Registered {
        url: String,
    },
    Removed,
    /// Something was sent, and no answer arrived. `before` is what held until then.
    InDoubt {
        sent: Sent,
        before: Option<Box<Recorded>>,
    },
}

/// What was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    Register { url: String },
    Remove,
}

/// Why the record cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    #[error("the record {0}: {1}")]
    File(PathBuf, io::Error),
    #[error("the record {0} is larger than {BYTES_MAX} bytes; remove it, and the service is asked about each phone")]
    TooLarge(PathBuf),
    #[error("the record {0}:{1} cannot be read; remove that line, and its phone is sent again")]
    Line(PathBuf, usize),
    #[error("another command is working with the record {0}; wait until it has ended")]
    Busy(PathBuf),
}

#[derive(Serialize, Deserialize)]
struct Line {
    address: String,
    action: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    url: String,
    state: String,
}

const SENT: &str = "sent";
const DONE: &str = "done";
const FAILED: &str = "failed";

impl Line {
    fn new(address: &str, action: Action, url: &str, state: &str) -> Self {
        let url = if action == Action::Register { url } else { "" };
        let (address, action) = (address.to_owned(), action.word().to_owned());
        Self { address, action, url: url.to_owned(), state: state.to_owned() }
    }

    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}

pub struct Record {
    path: PathBuf,
    phones: BTreeMap<String, Recorded>,
    /// `None`: nothing is written.
    file: Option<File>,
}

impl Record {
    /// Reads the record of a service, and keeps other commands from writing to it.
    ///
    /// # Errors
    /// The file cannot be read or written, or another command has it.
    pub fn open(path: PathBuf) -> Result<Self, RecordError> {
        // Before the lock, another command may still write.
        let mut file = lock(&path)?;
        let (phones, lines, whole) = read(&path)?;
        if lines > phones.len() + SPARE_LINES || !whole {
            rewrite(&path, &file, &phones).map_err(|error| RecordError::File(path.clone(), error))?;
            file = lock(&path)?;
        }
        Ok(Self { path, phones, file: Some(file) })
    }

    /// What was recorded, for a command that sends nothing.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn look(path: PathBuf) -> Result<Self, RecordError> {
        let (phones, ..) = read(&path)?;
        Ok(Self { path, phones, file: None })
    }

    pub fn of(&self, address: &str) -> Option<&Recorded> {
        self.phones.get(address)
    }

    pub fn phones(&self) -> impl Iterator<Item = (&str, &Recorded)> {
        self.phones.iter().map(|(address, recorded)| (address.as_str(), recorded))
    }

    /// Notes that a task is about to be sent.
    ///
    /// # Errors
    /// The line cannot be written; then nothing must be sent.
    pub fn sent(&mut self, task: &Task) -> Result<(), RecordError> {
        self.write(task, SENT)
    }

    /// Notes what became of a task that was sent.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn finished(&mut self, task: &Task, outcome: &Outcome) -> Result<(), RecordError> {
        // After a failed call nobody knows whether the service has done it.
        match outcome {
            Outcome::Failed(ServiceError::Unreachable(_) | ServiceError::Faulty(_)) => Ok(()),
            Outcome::Failed(_) => self.write(task, FAILED),
            _ => self.write(task, DONE),
        }
    }

    fn write(&mut self, task: &Task, state: &str) -> Result<(), RecordError> {
        let line = Line::new(task.device.address.as_str(), task.action, &task.device.url, state);
        if let Some(file) = &mut self.file {
            let written = file.write_all(line.text().as_bytes());
            written.map_err(|error| RecordError::File(self.path.clone(), error))?;
        }
        apply(&mut self.phones, line);
        Ok(())
    }
}

/// Opens the file for appending, and locks it.
fn lock(path: &Path) -> Result<File, RecordError> {
    let wrong = |error| RecordError::File(path.to_owned(), error);
    let file = OpenOptions::new().create(true).append(true).open(path).map_err(wrong)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(RecordError::Busy(path.to_owned())),
        Err(TryLockError::Error(error)) => return Err(wrong(error)),
    }
    // Another command may have replaced the file between the opening and the lock.
    let is_live = file.metadata().and_then(|ours| Ok(ours.ino() == path.metadata()?.ino())).map_err(wrong)?;
    if is_live { Ok(file) } else { Err(RecordError::Busy(path.to_owned())) }
}

/// Replaces the file with one that has no line too many. An interruption leaves the old file or the new one.
fn rewrite(path: &Path, old: &File, phones: &BTreeMap<String, Recorded>) -> io::Result<()> {
    let owner = old.metadata()?;
    let text: String = phones.iter().map(|(address, recorded)| lines_of(address, recorded)).collect();
    replace(path, text.as_bytes(), owner.mode() & 0o7777)?;
    match path.metadata()?.uid() == owner.uid() {
        true => Ok(()),
        // A command of root leaves the file to the server's user.
        false => chown(path, Some(owner.uid()), Some(owner.gid())),
    }
}

/// The phones, the number of lines, and whether the last line is whole.
fn read(path: &Path) -> Result<(BTreeMap<String, Recorded>, usize, bool), RecordError> {
    let bytes = match read_bounded(path, BYTES_MAX) {
        Ok(bytes) => bytes.ok_or_else(|| RecordError::TooLarge(path.to_owned()))?,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(RecordError::File(path.to_owned(), error)),
    };
    let text = String::from_utf8_lossy(&bytes);
    let whole = text.is_empty() || text.ends_with('\n');
    let count = text.lines().count();
    let mut phones = BTreeMap::new();
    for (at, line) in text.lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(line) => apply(&mut phones, line),
            // An interruption may have cut the last line off: its call was not made, or its end is in doubt.
            Err(_) if at + 1 == count && !whole => {}
            Err(_) => return Err(RecordError::Line(path.to_owned(), at + 1)),
        }
    }
    Ok((phones, count, whole))
}

fn apply(phones: &mut BTreeMap<String, Recorded>, line: Line) {
    let Line { address, action, url, state } = line;
    let is_register = action == Action::Register.word();
    let before = match phones.remove(&address) {
        Some(Recorded::InDoubt { before, .. }) => before,
        Some(other) => Some(Box::new(other)),
        None => None,
    };
    let now = match state.as_str() {
        SENT => {
            let sent = if is_register { Sent::Register { url } } else { Sent::Remove };
            Some(Recorded::InDoubt { sent, before })
        }
        DONE if is_register => Some(Recorded::Registered { url }),
        DONE => Some(Recorded::Removed),
        _ => before.map(|before| *before),
    };
    if let Some(now) = now {
        phones.insert(address, now);
    }
}

/// The lines that give this again.
fn lines_of(address: &str, recorded: &Recorded) -> String {
    let line = |action, url: &str, state| Line::new(address, action, url, state).text();
    match recorded {
        Recorded::Registered { url } => line(Action::Register, url, DONE),
        Recorded::Removed => line(Action::Remove, "", DONE),
        Recorded::InDoubt { sent, before } => {
            let first = before.as_ref().map(|before| lines_of(address, before)).unwrap_or_default();
            first
                + &match sent {
                    Sent::Register { url } => line(Action::Register, url, SENT),
                    Sent::Remove => line(Action::Remove, "", SENT),
                }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, Permissions};
    use std::io::Read;
    use std::os::unix::fs::PermissionsExt;

    const LINE: &str = "{\"address\":\"001565aabbcc\",\"action\":\"remove\",\"state\":\"done\"}\n";

    #[test]
    fn record_of_another_command_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let holder = Record::open(path.clone()).unwrap();
        // A wrong line would be noticed if the file were read before it is locked.
        fs::write(&path, "x\n").unwrap();
        assert!(matches!(Record::open(path.clone()), Err(RecordError::Busy(_))));
        drop(holder);
        assert!(matches!(Record::open(path), Err(RecordError::Line(_, 1))));
    }

    #[test]
    fn rewrite_replaces_the_file_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("record");
        let cut = LINE.to_owned() + "{\"address\":\"00";
        fs::write(&path, &cut).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let mut old = File::open(&path).unwrap();
        let record = Record::open(path.clone()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), LINE);
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
        let mut text = String::new();
        old.read_to_string(&mut text).unwrap();
        assert_eq!(text, cut, "the old file was never written to");
        assert!(matches!(Record::open(path), Err(RecordError::Busy(_))), "the new file is locked");
        drop(record);
    }
}
