//! `mb_decode_mimeheader`: the text of mail headers with encoded words.
//!
//! Source: RFC 2047, and the behaviour of PHP 8.2.

use super::args;
use super::register::makes;
use crate::php::charset::{Charset, Encoding, find, transfer};
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("mb_decode_mimeheader", 1, 1, decode)];

/// The longest beginning of an encoded word that PHP looks at.
const BEGINNING_MAX: usize = 100;

fn decode(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let mut header = Header::default();
    for &b in text.iter() {
        header.read(b)?;
    }
    header.end();
    context.allow_bytes(header.out.len())?;
    Ok(Value::from(header.out))
}

/// Where in the syntax of `=?charset?B?text?=` the next byte stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Plain,
    /// After `=`.
    Equals,
    Charset,
    /// Before `B` or `Q`.
    Transfer,
    /// After `B` or `Q`.
    TransferEnd,
    Text,
    /// After a `?` in the text.
    TextEnd,
    /// After an encoded word, where white space may be dropped.
    AfterWord,
    /// After a line break behind an encoded word.
    FoldAfterWord,
    Fold,
}

#[derive(Default)]
struct Header {
    place: Place,
    out: String,
    /// What is plain text unless an encoded word follows.
    pending: Vec<u8>,
    /// The position of the charset's name in `pending`.
    name_start: usize,
    encoding: Option<&'static Encoding>,
    quoted: bool,
    /// The text of an encoded word.
    encoded: Vec<u8>,
}

fn is_newline(b: u8) -> bool {
    matches!(b, b'\r' | b'\n')
}

impl Header {
    fn read(&mut self, b: u8) -> Result<(), PhpError> {
        match self.place {
            Place::Plain if is_newline(b) => self.place = Place::Fold,
            Place::Plain if b == b'=' => self.hold(b, Place::Equals),
            Place::Plain => self.put(b),
            Place::Equals => self.after_equals(b),
            Place::Charset => self.in_charset(b),
            Place::Transfer if matches!(b, b'B' | b'b' | b'Q' | b'q') => {
                self.quoted = matches!(b, b'Q' | b'q');
                self.hold(b, Place::TransferEnd);
            }
            Place::TransferEnd if b == b'?' => self.begin_text()?,
            Place::Transfer | Place::TransferEnd => self.give_up(b),
            Place::Text if b == b'?' => self.place = Place::TextEnd,
            Place::Text => self.encoded.push(b),
            Place::TextEnd if b == b'=' => {
                self.end_text();
                self.place = Place::AfterWord;
            }
            Place::TextEnd if b == b'?' => self.encoded.push(b),
            Place::TextEnd => {
                self.encoded.extend([b'?', b]);
                self.place = Place::Text;
            }
            Place::AfterWord if is_newline(b) => self.place = Place::FoldAfterWord,
            Place::AfterWord => match b {
                b'=' => self.hold(b, Place::Equals),
                b' ' | b'\t' => self.pending.push(b),
                _ => self.give_up(b),
            },
            Place::FoldAfterWord | Place::Fold => self.in_fold(b),
        }
        Ok(())
    }

    fn hold(&mut self, b: u8, place: Place) {
        self.pending.push(b);
        self.place = place;
    }

    /// Plain text is ASCII.
    fn put(&mut self, b: u8) {
        self.out.push(if b.is_ascii() { char::from(b) } else { '?' });
    }

    fn put_pending(&mut self) {
        for b in std::mem::take(&mut self.pending) {
            self.put(b);
        }
    }

    /// What was held is plain text, and so is this byte unless it ends the line.
    fn give_up(&mut self, b: u8) {
        self.put_pending();
        if is_newline(b) {
            self.place = Place::Fold;
        } else {
            self.put(b);
            self.place = Place::Plain;
        }
    }

    fn after_equals(&mut self, b: u8) {
        match b {
            b'?' => {
                self.hold(b, Place::Charset);
                self.name_start = self.pending.len();
            }
            b'=' => {
                self.put_pending();
                self.pending.push(b);
            }
            _ => self.give_up(b),
        }
    }

    fn in_charset(&mut self, b: u8) {
        if b == b'?' {
            let known = find(args::c_string(&self.pending[self.name_start..]));
            let place = if known.is_some() { Place::Transfer } else { Place::Charset };
            self.encoding = known;
            self.hold(b, place);
        } else if self.pending.len() >= BEGINNING_MAX {
            self.put_pending();
            self.put(b);
            self.place = Place::Plain;
        } else if is_newline(b) {
            self.give_up(b);
        } else {
            self.pending.push(b);
        }
    }

    fn begin_text(&mut self) -> Result<(), PhpError> {
        if let Some(Encoding { name, charset: None, .. }) = self.encoding {
            return Err(args::bad(0, &format!("have words in supported encodings, \"{name}\" given")));
        }
        self.pending.clear();
        self.place = Place::Text;
        Ok(())
    }

    fn end_text(&mut self) {
        let encoded = std::mem::take(&mut self.encoded);
        let bytes = if self.quoted { transfer::decode_quoted(&encoded) } else { transfer::decode_base64(&encoded) };
        let charset = self.encoding.and_then(|encoding| encoding.charset).unwrap_or(Charset::Utf8);
        self.out.extend(charset.decode(&bytes));
    }

    fn in_fold(&mut self, b: u8) {
        if is_newline(b) || matches!(b, b' ' | b'\t') {
            return;
        }
        if b != b'=' {
            self.pending.push(b' ');
            self.give_up(b);
            return;
        }
        if self.place == Place::FoldAfterWord {
            self.pending.push(b' ');
        } else {
            self.put(b' ');
        }
        self.hold(b, Place::Equals);
    }

    fn end(&mut self) {
        if matches!(self.place, Place::Text | Place::TextEnd) {
            self.end_text();
        }
        self.put_pending();
    }
}
