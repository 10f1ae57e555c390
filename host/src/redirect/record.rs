//! The record of what was sent to a service, so that nothing is sent twice after an interruption: a line before each call, and
//! one behind it. An interruption between them leaves a phone in doubt, and the service is asked about it.

use super::provider::ServiceError;
use super::run::{Action, Outcome, Task};
use crate::files::read_bounded;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
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
        let (phones, lines, whole) = read(&path)?;
        let wrong = |error| RecordError::File(path.clone(), error);
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(RecordError::Busy(path)),
            Err(std::fs::TryLockError::Error(error)) => return Err(wrong(error)),
        }
        if lines > phones.len() + SPARE_LINES || !whole {
            file.set_len(0).map_err(wrong)?;
            for (address, recorded) in &phones {
                file.write_all(lines_of(address, recorded).as_bytes()).map_err(wrong)?;
            }
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
        let line = Line {
            address: task.device.address.to_string(),
            action: task.action.word().to_owned(),
            url: if task.action == Action::Register { task.device.url.clone() } else { String::new() },
            state: state.to_owned(),
        };
        let text = serde_json::to_string(&line).unwrap_or_default() + "\n";
        if let Some(file) = &mut self.file {
            file.write_all(text.as_bytes()).map_err(|error| RecordError::File(self.path.clone(), error))?;
        }
        apply(&mut self.phones, line);
        Ok(())
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
    let line = |action: Action, url: &str, state: &str| {
        let line = Line {
            address: address.to_owned(),
            action: action.word().to_owned(),
            url: url.to_owned(),
            state: state.to_owned(),
        };
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    };
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
