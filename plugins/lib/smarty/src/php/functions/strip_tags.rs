//! `strip_tags`.
//!
//! Source: the behaviour of PHP's state machine: text, tag, `<?…?>`, `<!…>` and comment, with quotes and nested `<`
//! inside.

use super::args;
use super::register::makes;
use crate::php::convert::is_space;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("strip_tags", 1, 2, call)];

fn call(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let allowed = match args.get(1) {
        Some(Value::Array(names)) => names.values().map(|n| name_of(&[b"<", &*n.to_bytes(), b">"].concat())).collect(),
        _ => allowed_names(&args::text(args, 1)?),
    };
    Ok(Value::from(strip(&text, &allowed)))
}

fn allowed_names(list: &[u8]) -> Vec<Vec<u8>> {
    list.split(|b| *b == b'<').skip(1).map(|rest| name_of(&[b"<", rest].concat())).collect()
}

/// The name of a tag in lower case: `b` for `</B class=x>`.
fn name_of(tag: &[u8]) -> Vec<u8> {
    let mut name = Vec::new();
    for &b in tag {
        match b {
            b'<' | b'/' => {}
            b'>' => break,
            _ if is_space(b) => {
                if !name.is_empty() {
                    break;
                }
            }
            _ => name.push(b.to_ascii_lowercase()),
        }
    }
    name
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Tag,
    Script,
    Declaration,
    Comment,
}

struct Stripper<'a> {
    text: &'a [u8],
    allowed: &'a [Vec<u8>],
    out: Vec<u8>,
    /// The current tag, kept if some tags are allowed.
    tag: Vec<u8>,
    state: State,
    depth: usize,
    /// The open quote inside a tag, or 0.
    quote: u8,
    parentheses: usize,
    last: u8,
}

/// The text without tags, comments and `<?…?>`; tags whose name is in `allowed` stay.
#[must_use]
pub fn strip(text: &[u8], allowed: &[Vec<u8>]) -> Vec<u8> {
    let mut s = Stripper {
        text,
        allowed,
        out: Vec::with_capacity(text.len()),
        tag: Vec::new(),
        state: State::Text,
        depth: 0,
        quote: 0,
        parentheses: 0,
        last: 0,
    };
    for (at, &b) in text.iter().enumerate() {
        match s.state {
            State::Text => s.in_text(at, b),
            State::Tag => s.in_tag(at, b),
            State::Script => s.in_script(at, b),
            State::Declaration => s.in_declaration(at, b),
            State::Comment => s.in_comment(at, b),
        }
    }
    s.out
}

impl Stripper<'_> {
    fn before(&self, at: usize, n: usize) -> u8 {
        at.checked_sub(n).map_or(0, |i| self.text[i])
    }

    fn in_text(&mut self, at: usize, b: u8) {
        match b {
            0 => {}
            b'<' => {
                if self.text.get(at + 1).is_some_and(|n| is_space(*n)) {
                    self.out.push(b);
                    return;
                }
                self.last = b'<';
                self.state = State::Tag;
                self.tag.clear();
                self.keep(b);
            }
            b'>' => {
                if self.depth > 0 {
                    self.depth -= 1;
                } else if self.quote == 0 {
                    self.out.push(b);
                }
            }
            _ => self.out.push(b),
        }
    }

    fn keep(&mut self, b: u8) {
        if !self.allowed.is_empty() {
            self.tag.push(b);
        }
    }

    fn in_tag(&mut self, at: usize, b: u8) {
        match b {
            0 => {}
            b'<' => {
                let space = self.text.get(at + 1).is_some_and(|n| is_space(*n));
                if self.quote == 0 && !space {
                    self.depth += 1;
                } else if self.quote == 0 {
                    self.keep(b);
                }
            }
            b'>' if self.depth > 0 => self.depth -= 1,
            b'>' if self.quote != 0 => {}
            b'>' => {
                self.last = b'>';
                self.keep(b);
                if self.allowed.contains(&name_of(&self.tag)) && !self.allowed.is_empty() {
                    let tag = std::mem::take(&mut self.tag);
                    self.out.extend_from_slice(&tag);
                }
                self.end();
            }
            b'"' | b'\'' => {
                let opens = self.quote == 0;
                if at > 0 && (opens || self.quote == b) {
                    self.quote = if opens { b } else { 0 };
                }
                self.keep(b);
            }
            b'!' if self.last == b'<' && self.before(at, 1) == b'<' => {
                self.state = State::Declaration;
                self.last = b;
            }
            b'?' if self.before(at, 1) == b'<' => {
                self.state = State::Script;
                self.parentheses = 0;
                self.last = 0;
            }
            _ => self.keep(b),
        }
    }

    fn end(&mut self) {
        self.state = State::Text;
        self.quote = 0;
        self.depth = 0;
        self.tag.clear();
    }

    fn in_script(&mut self, at: usize, b: u8) {
        match b {
            b'(' if !matches!(self.last, b'"' | b'\'') => {
                self.last = b'(';
                self.parentheses += 1;
            }
            b')' if !matches!(self.last, b'"' | b'\'') => {
                self.last = b')';
                self.parentheses = self.parentheses.saturating_sub(1);
            }
            b'>' if self.depth > 0 => self.depth -= 1,
            b'>' if self.quote == 0 && self.parentheses == 0 && self.before(at, 1) == b'?' => {
                self.end();
            }
            b'"' | b'\'' if self.before(at, 1) != b'\\' => {
                if self.last == b {
                    self.last = 0;
                } else if self.last != b'\\' {
                    self.last = b;
                }
                self.toggle_quote(b);
            }
            b'l' | b'L' => {
                // `<?xml` is a declaration and treated like a tag.
                let start = at.checked_sub(4).map(|s| &self.text[s..at]);
                if start.is_some_and(|s| s.eq_ignore_ascii_case(b"<?xm")) {
                    self.state = State::Tag;
                }
            }
            _ => {}
        }
    }

    fn toggle_quote(&mut self, b: u8) {
        if self.quote == 0 {
            self.quote = b;
        } else if self.quote == b {
            self.quote = 0;
        }
    }

    fn in_declaration(&mut self, at: usize, b: u8) {
        match b {
            b'>' if self.depth > 0 => self.depth -= 1,
            b'>' if self.quote == 0 => self.end(),
            b'"' | b'\'' if self.before(at, 1) != b'\\' => self.toggle_quote(b),
            b'-' if self.before(at, 1) == b'-' && self.before(at, 2) == b'!' => self.state = State::Comment,
            _ => {}
        }
    }

    fn in_comment(&mut self, at: usize, b: u8) {
        if b == b'>' && self.quote == 0 && self.before(at, 1) == b'-' && self.before(at, 2) == b'-' {
            self.end();
        }
    }
}
