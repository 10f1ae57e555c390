//! Escapes values that a user can edit, so that they cannot change the structure of the file.
//!
//! The escaper derives the format of the file and the position of the value from the output written so far. Harmless
//! values produce FusionPBX's bytes. There are three differences from FusionPBX, which writes every value raw:
//!
//! - in XML a value cannot end the text, attribute, section, comment or name that contains it. Everything that XML allows
//!   there stays: quotes in text, `>` outside of `]]>`, and references (`&amp;`, `&#8364;`), which administrators put into
//!   names so that FusionPBX produces a valid file. A character that XML 1.0 does not allow becomes a space;
//! - in a file of lines a value cannot start another line, nor end the quotes or the name that contains it. No vendor
//!   documents how to quote there, so a character that would do that is replaced by a harmless one;
//! - FusionPBX deletes `${…}` from contacts' names in files called `.xml`. Nothing here evaluates a value, so the text
//!   stays.

mod lines;
mod scan;
#[cfg(test)]
mod tests;
mod xml;

use scan::State;
use std::cell::RefCell;

/// The distance between remembered states, in bytes: at most this much is scanned again after output was taken back.
const MARKS_APART: usize = 4096;

/// Writes the untrusted values of one document.
pub struct Escaper {
    /// States at positions of the document, in order; the first is its start.
    marks: RefCell<Vec<Mark>>,
}

#[derive(Clone, Copy)]
struct Mark {
    at: usize,
    state: State,
}

impl Escaper {
    /// `file` is the template's name. It decides the format as long as the output does not.
    pub fn new(file: &str) -> Self {
        let is_xml = file.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("xml"));
        let state = if is_xml { State::StartXml } else { State::Start };
        Self { marks: RefCell::new(vec![Mark { at: 0, state }]) }
    }

    /// Appends `value` to `out`, the document so far, of which the first `kept` bytes are unchanged since the last call.
    /// Every byte of a document is scanned once, plus at most [`MARKS_APART`] bytes each time that output is taken back.
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
        // A quote within a value does not open or close the line's quotes.
        marks.push(Mark { at: out.len(), state: after });
    }
}

/// Whether a byte has no meaning in any format.
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
