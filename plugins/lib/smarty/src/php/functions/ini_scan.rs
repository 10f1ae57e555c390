//! The tokens of an INI file.
//!
//! Source: the behaviour of PHP 8.2. In each place, the longest token counts, and of two equally long ones the first.
//! PHP also ends the text where a comment, a name or a quoted text is still open at its end.

use super::ini_lengths::{blanks, constant_length, newline, number_length, text_length, trim};

/// How values are read: `INI_SCANNER_NORMAL`, `INI_SCANNER_RAW`, `INI_SCANNER_TYPED`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Normal,
    /// Values are text up to the end of the line or a comment.
    Raw,
    /// Values that are words or numbers keep their types.
    Typed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    End,
    EndOfLine,
    /// The `[` of a section.
    Section,
    /// The `]` of a section or an offset.
    Close,
    /// A name at the start of a line.
    Label(&'a [u8]),
    /// A name that `[` follows.
    Offset(&'a [u8]),
    Equals,
    Operator(u8),
    True,
    False,
    Null,
    Constant(&'a [u8]),
    Number(&'a [u8]),
    Text(&'a [u8]),
    /// Text between double quotes, with its escapes.
    Quoted(&'a [u8]),
    /// A double quote.
    Quote,
    /// `${`
    Variable,
    VariableName(&'a [u8]),
    VariableEnd,
    /// What may not stand at the start of a line.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    LineStart,
    Value,
    RawValue,
    Section,
    RawSection,
    Offset,
    Quotes,
    VariableName,
}

#[derive(Debug)]
pub struct Scanner<'a> {
    rest: &'a [u8],
    mode: Mode,
    place: Place,
    /// The places around quotes and variables.
    outer: Vec<Place>,
}

const NAME_ENDS: &[u8] = b"=\n\r\t;&|^$~(){}!\"[";
const VALUE_ENDS: &[u8] = b"= \t\n\r;&|^~()!\"'";
const SECTION_ENDS: &[u8] = b"\n\r;\"']";
const OPERATORS: &[u8] = b"&|^~()!";

/// The words with a meaning of their own, in any letter case.
const WORDS: [(&str, Token<'static>); 8] = [
    ("true", Token::True),
    ("on", Token::True),
    ("yes", Token::True),
    ("false", Token::False),
    ("off", Token::False),
    ("none", Token::False),
    ("no", Token::False),
    ("null", Token::Null),
];

/// The word at the start of a text, and its length.
fn word(text: &[u8]) -> Option<(Token<'static>, usize)> {
    let starts = |word: &str| text.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()));
    WORDS.iter().find(|(word, _)| starts(word)).map(|(word, token)| (token.clone(), word.len()))
}

impl<'a> Scanner<'a> {
    #[must_use]
    pub fn new(text: &'a [u8], mode: Mode) -> Scanner<'a> {
        let marked = text.strip_prefix(b"\xef\xbb\xbf").filter(|rest| !rest.is_empty());
        Scanner { rest: marked.unwrap_or(text), mode, place: Place::LineStart, outer: Vec::new() }
    }

    #[must_use]
    pub fn is_typed(&self) -> bool {
        self.mode == Mode::Typed
    }

    pub fn next(&mut self) -> Token<'a> {
        if self.rest.is_empty() {
            return match self.place {
                Place::Value | Place::RawValue => self.turn(0, Place::LineStart, Token::EndOfLine),
                _ => Token::End,
            };
        }
        match self.place {
            Place::LineStart => self.line_start(),
            Place::Value => self.value(),
            Place::RawValue => self.raw_value(),
            Place::Section | Place::Offset => self.section_or_offset(),
            Place::RawSection => self.raw_section(),
            Place::Quotes => self.quotes(),
            Place::VariableName => self.variable_name(),
        }
    }

    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }

    fn turn(&mut self, length: usize, place: Place, token: Token<'a>) -> Token<'a> {
        self.take(length);
        self.place = place;
        token
    }

    fn enter(&mut self, length: usize, place: Place, token: Token<'a>) -> Token<'a> {
        self.outer.push(self.place);
        self.turn(length, place, token)
    }

    fn leave(&mut self, length: usize, token: Token<'a>) -> Token<'a> {
        let outer = self.outer.pop().unwrap_or(Place::LineStart);
        self.turn(length, outer, token)
    }

    /// The end of a line, with blanks and a comment before it.
    fn line_end(&mut self) -> Option<Token<'a>> {
        let before = blanks(self.rest);
        let mut end = before;
        if self.rest.get(before) == Some(&b';') {
            match self.rest.iter().position(|b| matches!(b, b'\r' | b'\n')) {
                Some(at) => end = at,
                None => return Some(Token::End),
            }
        }
        let newline = newline(&self.rest[end..]);
        (newline > 0).then(|| self.turn(end + newline, Place::LineStart, Token::EndOfLine))
    }

    fn line_start(&mut self) -> Token<'a> {
        if let Some(token) = self.line_end() {
            return token;
        }
        let before = blanks(self.rest);
        let name = self.rest.iter().take_while(|b| !NAME_ENDS.contains(b)).count();
        if self.rest.get(before) == Some(&b'=') {
            let length = before + 1 + blanks(&self.rest[before + 1..]);
            let place = if self.mode == Mode::Raw { Place::RawValue } else { Place::Value };
            return self.turn(length, place, Token::Equals);
        }
        if before > name {
            self.take(before);
            return self.next();
        }
        let text = trim(&self.rest[..name]);
        match self.rest.get(name) {
            None => Token::End,
            Some(b'[') if name == 0 => {
                let place = if self.mode == Mode::Raw { Place::RawSection } else { Place::Section };
                self.turn(1, place, Token::Section)
            }
            Some(b'[') => {
                let length = name + 1 + blanks(&self.rest[name + 1..]);
                self.turn(length, Place::Offset, Token::Offset(text))
            }
            Some(_) if name == 0 => self.turn(1, Place::LineStart, Token::Other),
            Some(_) => match word(self.rest) {
                Some((token, length)) if length + blanks(&self.rest[length..]) >= name => {
                    self.turn(name, Place::LineStart, token)
                }
                _ => self.turn(name, Place::LineStart, Token::Label(text)),
            },
        }
    }

    /// What begins with a quote or `${`, in a value, a section or an offset.
    fn nested(&mut self) -> Option<Token<'a>> {
        let before = blanks(self.rest);
        match &self.rest[before..] {
            [b'"', ..] => Some(self.enter(before + 1, Place::Quotes, Token::Quote)),
            [b'$', b'{', ..] if before == 0 => Some(self.enter(2, Place::VariableName, Token::Variable)),
            [b'\'', text @ ..] if before == 0 => {
                let end = text.iter().position(|b| *b == b'\'');
                match end {
                    None => Some(Token::End),
                    Some(0) => None,
                    Some(end) => {
                        self.take(end + 2);
                        Some(Token::Text(&text[..end]))
                    }
                }
            }
            _ => None,
        }
    }

    fn value(&mut self) -> Token<'a> {
        if let Some(token) = self.line_end().or_else(|| self.nested()) {
            return token;
        }
        let before = blanks(self.rest);
        let first = self.rest[0];
        if before > 0 {
            return Token::Text(self.take(before));
        }
        if first == b'=' {
            return self.turn(0, Place::LineStart, Token::EndOfLine);
        }
        if OPERATORS.contains(&first) {
            return self.turn(1 + blanks(&self.rest[1..]), Place::Value, Token::Operator(first));
        }
        let Some(text) = text_length(self.rest, VALUE_ENDS, false) else {
            return Token::End;
        };
        let (constant, number) = (constant_length(self.rest), number_length(self.rest));
        let most = text.max(constant).max(number);
        if let Some((token, length)) = word(self.rest) {
            let length = length + blanks(&self.rest[length..]);
            if length >= most {
                return self.turn(length, Place::Value, token);
            }
        }
        match most {
            0 => self.turn(1, Place::LineStart, Token::EndOfLine),
            _ => self.constant_number_or_text(constant, number, most),
        }
    }

    fn constant_number_or_text(&mut self, constant: usize, number: usize, most: usize) -> Token<'a> {
        let text = self.take(most);
        match most {
            _ if constant == most => Token::Constant(text),
            _ if number == most => Token::Number(text),
            _ => Token::Text(text),
        }
    }

    fn section_or_offset(&mut self) -> Token<'a> {
        let is_offset = self.place == Place::Offset;
        let before = blanks(self.rest);
        match &self.rest[before..] {
            [b']', after @ ..] if before == 0 && !is_offset => {
                let blanks = blanks(after);
                return self.turn(1 + blanks + newline(&after[blanks..]), Place::LineStart, Token::Close);
            }
            [b']', ..] if is_offset => return self.turn(before + 1, Place::LineStart, Token::Close),
            _ => {}
        }
        if let Some(token) = self.nested() {
            return token;
        }
        let Some(text) = text_length(self.rest, SECTION_ENDS, true) else {
            return Token::End;
        };
        let (constant, number) = (constant_length(self.rest), number_length(self.rest));
        match text.max(constant).max(number) {
            0 => Token::End,
            most => self.constant_number_or_text(constant, number, most),
        }
    }

    fn raw_section(&mut self) -> Token<'a> {
        if self.rest[0] == b']' {
            let blanks = blanks(&self.rest[1..]);
            let length = 1 + blanks;
            return self.turn(length + newline(&self.rest[length..]), Place::LineStart, Token::Close);
        }
        match self.rest.iter().position(|b| matches!(b, b']' | b'\n' | b'\r')) {
            None | Some(0) => Token::End,
            Some(end) => Token::Text(self.take(end)),
        }
    }

    /// The line up to a comment, without double quotes around it. Within them, `;` is no comment.
    fn raw_value(&mut self) -> Token<'a> {
        if let Some(token) = self.line_end() {
            return token;
        }
        let end = self.rest.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(self.rest.len());
        let line = self.take(end);
        let line = &line[blanks(line)..];
        let is_quoted = line.first() == Some(&b'"');
        let mut comment = None;
        for (at, b) in line.iter().enumerate().skip(1) {
            match b {
                b';' => comment = comment.or(Some(at)),
                b'"' if is_quoted => comment = None,
                _ => {}
            }
        }
        let text = trim(&line[..comment.unwrap_or(line.len())]);
        let inner = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
        Token::Text(inner.unwrap_or(text))
    }

    fn quotes(&mut self) -> Token<'a> {
        match self.rest {
            [b'"', after @ ..] => return self.leave(1 + blanks(after), Token::Quote),
            [b'$', b'{', ..] => return self.enter(2, Place::VariableName, Token::Variable),
            _ => {}
        }
        let mut at = 0;
        loop {
            match &self.rest[at..] {
                [] | [b'"', ..] | [b'$', b'{', ..] => break,
                // The `\` at the end of a path escapes no quote that ends the line.
                [b'\\', b'"'] | [b'\\', b'"', b'\n' | b'\r', ..] => {
                    at += 1;
                    break;
                }
                [b'\\', _, ..] => at += 2,
                _ => at += 1,
            }
        }
        Token::Quoted(self.take(at))
    }

    fn variable_name(&mut self) -> Token<'a> {
        if self.rest[0] == b'}' {
            return self.leave(1, Token::VariableEnd);
        }
        let name = self.rest.iter().take_while(|b| !NAME_ENDS.contains(b)).count();
        if name == 0 || name == self.rest.len() {
            return Token::End;
        }
        Token::VariableName(self.take(name))
    }
}
