//! `mb_encode_mimeheader`: text of mail headers as encoded words.
//!
//! Source: RFC 2047, and the behaviour of PHP 8.2, which encodes all that follows the first word that needs it.

use super::args;
use super::multibyte::supported;
use super::register::makes;
use crate::php::charset::{Charset, find, transfer};
use crate::php::{Context, Function, PhpError, Value, utf8};

pub const FUNCTIONS: &[Function] = &[makes("mb_encode_mimeheader", 1, 5, encode)];

/// The columns of a line before words are moved to the next one.
const LINE: usize = 74;
/// The last column at which an encoded word still begins.
const WORD_START: usize = 60;
/// The bytes of the line break that PHP keeps.
const LINE_BREAK_MAX: usize = 8;
/// The most work for one character: the word that it extends is encoded anew.
const WORK: usize = 2 * LINE;

fn encode(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let charset_name = args::text_or(args, 1, b"UTF-8")?;
    let charset = supported(&charset_name, 1)?;
    if matches!(charset, Charset::Base64 | Charset::QuotedPrintable | Charset::HtmlEntities | Charset::Utf7Imap) {
        return Err(args::bad(1, "be the character set of a mail header"));
    }
    let quoted = matches!(args::text_or(args, 2, b"B")?.first(), Some(b'Q' | b'q'));
    let line_break = args::text_or(args, 3, b"\r\n")?;
    let line_break = args::c_string(&line_break);
    let indent = usize::try_from(args::int_or(args, 4, 0)?).unwrap_or(0);
    context.charge(text.len().saturating_mul(WORK))?;
    let mut header = Header {
        out: Vec::new(),
        line_start: 0,
        indent: if indent < LINE { indent } else { 0 },
        fold: [&line_break[..line_break.len().min(LINE_BREAK_MAX)], b" "].concat(),
        charset,
        quoted,
        opening: opening(&charset_name, quoted).into_bytes(),
    };
    header.write(&characters(&text));
    context.allow_bytes(header.out.len())?;
    Ok(Value::from(header.out))
}

/// `=?UTF-8?B?`
fn opening(charset_name: &[u8], quoted: bool) -> String {
    let name = find(charset_name).map_or("UTF-8", |encoding| encoding.mail_name());
    format!("=?{name}?{}?", if quoted { 'Q' } else { 'B' })
}

/// The characters of UTF-8, without an incomplete one at the end.
fn characters(text: &[u8]) -> Vec<char> {
    let last = text.utf8_chunks().last().map_or(&b""[..], |chunk| chunk.invalid());
    let is_incomplete = std::str::from_utf8(last).is_err_and(|error| error.error_len().is_none());
    let whole = if is_incomplete { &text[..text.len() - last.len()] } else { text };
    utf8::chars(whole).map(|c| c.unwrap_or('?')).collect()
}

struct Header {
    out: Vec<u8>,
    /// The start of the current line in `out`.
    line_start: usize,
    /// The columns before the text in its first line.
    indent: usize,
    /// What begins a new line.
    fold: Vec<u8>,
    charset: Charset,
    quoted: bool,
    opening: Vec<u8>,
}

impl Header {
    fn write(&mut self, chars: &[char]) {
        let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '=' | '?' | '_');
        // The word that is not written yet, with the spaces before it.
        let (mut word, mut has_letters) = (0, false);
        for (i, &c) in chars.iter().enumerate() {
            if is_plain(c) {
                has_letters = true;
            } else if c == ' ' && has_letters && i - word < LINE {
                self.put_plain(&chars[word..i]);
                (word, has_letters) = (i + 1, false);
            } else if c != ' ' || has_letters {
                self.separate(self.opening.len(), WORD_START);
                self.put_encoded(&chars[word..]);
                return;
            }
        }
        if word < chars.len() && self.out.is_empty() {
            self.put_word(&chars[word..]);
        } else if word < chars.len() {
            self.put_plain(&chars[word..]);
        }
    }

    /// The columns of the current line.
    fn column(&self) -> usize {
        self.out.len() - self.line_start + self.indent
    }

    /// Begins a line if a word of this width would end behind a column, else separates it by a space.
    fn separate(&mut self, width: usize, last_column: usize) {
        if self.column() + width > last_column {
            self.begin_line();
        } else if !self.out.is_empty() {
            self.out.push(b' ');
        }
    }

    fn begin_line(&mut self) {
        self.out.extend_from_slice(&self.fold);
        self.line_start = self.out.len();
        self.indent = 0;
    }

    fn put_plain(&mut self, word: &[char]) {
        self.separate(word.len(), LINE);
        self.put_word(word);
    }

    fn put_word(&mut self, word: &[char]) {
        self.out.extend(word.iter().map(|c| *c as u8));
    }

    /// Writes encoded words, each as long as the line allows.
    fn put_encoded(&mut self, chars: &[char]) {
        let mut rest = chars;
        while !rest.is_empty() {
            self.out.extend_from_slice(&self.opening);
            let (mut count, mut encoded) = (1, self.transferred(&rest[..1]));
            while count < rest.len() {
                let longer = self.transferred(&rest[..=count]);
                if self.column() + longer.len() >= LINE {
                    break;
                }
                (count, encoded) = (count + 1, longer);
            }
            self.out.extend_from_slice(&encoded);
            self.out.extend_from_slice(b"?=");
            rest = &rest[count..];
            if !rest.is_empty() {
                self.begin_line();
            }
        }
    }

    fn transferred(&self, chars: &[char]) -> Vec<u8> {
        let bytes = self.charset.encode(chars);
        if self.quoted { transfer::encode_quoted_word(&bytes) } else { transfer::encode_base64_word(&bytes) }
    }
}
