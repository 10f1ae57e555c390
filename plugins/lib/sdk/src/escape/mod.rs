//! How a value that a user can edit is written into a file, so that it stays a value.
//!
//! What a file is, and where in it the value comes, is read off what has been written of it; benign values give
//! FusionPBX's bytes. Three differences from FusionPBX, which writes everything raw:
//!
//! - in XML a value cannot end the text, attribute, section, comment or name that it stands in. What an XML file can
//!   hold as it is stays as it is: quotes in text, `>` outside of `]]>`, and references (`&amp;`, `&#8364;`), which
//!   administrators put into names to get a working file out of FusionPBX. What XML 1.0 cannot hold becomes a space;
//! - in a file of lines a value cannot begin another line, and not end the quotes or the name that it stands in. No
//!   phone documents how to quote there, so what would do that becomes a character that does not;
//! - FusionPBX deletes `${…}` from contacts' names in files called `.xml`. Nothing here evaluates a value, so it stays.

mod lines;
mod scan;
#[cfg(test)]
mod tests;
mod xml;

use scan::State;
use std::cell::RefCell;

/// How far apart the places are whose state is remembered: what is read again when output is taken back.
const MARKS_APART: usize = 4096;

/// Writes the untrusted values of one document.
pub struct Escaper {
    /// States at places of the document, in order; the first is its start.
    marks: RefCell<Vec<Mark>>,
}

#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    state: State,
}

impl Escaper {
    /// `file` is the template's name: it decides where nothing has been written that could.
    pub fn new(file: &str) -> Self {
        let is_xml = file.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("xml"));
        let state = if is_xml { State::StartXml } else { State::Start };
        Self { marks: RefCell::new(vec![Mark { at: 0, state }]) }
    }

    /// Appends `value` to `out`, the document up to here; its first `kept` bytes are those it had after the last call.
    /// Over a whole document every byte is read once, and [`MARKS_APART`] at most for each time that output is taken
    /// back.
    pub fn write(&self, value: &[u8], out: &mut Vec<u8>, kept: usize) {
        if value.iter().all(|&byte| is_plain(byte)) {
            out.extend_from_slice(value);
            return;
        }
        let mut marks = self.marks.borrow_mut();
        let state = read(&mut marks, out, kept);
        let after = match state {
            State::Start | State::Bare => {
                lines::write(value, false, out);
                State::Bare
            }
            State::Quoted => {
                lines::write(value, true, out);
                State::Quoted
            }
            inside => {
                xml::write(value, inside, out);
                return;
            }
        };
        // Quotes of a value are none of the line's.
        marks.push(Mark { at: out.len(), state: after });
    }
}

/// Bytes that mean nothing anywhere.
fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_'
}

/// The state at the end of `out`.
fn read(marks: &mut Vec<Mark>, out: &[u8], kept: usize) -> State {
    while marks.len() > 1 && marks.last().is_some_and(|mark| mark.at > kept) {
        marks.pop();
    }
    let Some(mut mark) = marks.last().copied() else { return State::Start };
    while out.len() - mark.at > MARKS_APART {
        let end = mark.at + MARKS_APART;
        mark = Mark { at: end, state: mark.state.after(&out[mark.at..end]) };
        marks.push(mark);
    }
    mark.state.after(&out[mark.at..])
}
