//! `json_decode` into arrays. Values here are never objects: without the flag for arrays, text with an object is
//! refused, since `stdClass` would behave differently.

use super::args;
use crate::php::last_error::JsonError;
use crate::php::{Array, Context, Key, PhpError, Value, utf8};

const OBJECT_AS_ARRAY: i64 = 1;
const BIGINT_AS_STRING: i64 = 2;
pub const INVALID_UTF8_IGNORE: i64 = 1 << 20;
pub const INVALID_UTF8_SUBSTITUTE: i64 = 1 << 21;
pub const THROW_ON_ERROR: i64 = 1 << 22;

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    flags: i64,
    saw_object: bool,
    /// What is wrong, once a method has returned `None`.
    error: JsonError,
}

/// PHP's `json_decode`: null for text that is not JSON.
pub fn json_decode(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let flags = args::int_or(args, 3, 0)?;
    let arrays = match args.get(1) {
        None | Some(Value::Null) => flags & OBJECT_AS_ARRAY != 0,
        Some(_) => args::flag_or(args, 1, false)?,
    };
    let depth = args::size(args::int_or(args, 2, 512)?).filter(|d| *d > 0);
    let depth = depth.ok_or_else(|| args::bad(2, "be greater than 0"))?.min(context.limits.nesting);
    context.allow_entries(text.len() / 4)?;
    let mut reader = Reader { text: &text, at: 0, depth, flags, saw_object: false, error: JsonError::Syntax };
    let result = reader.document();
    let error = if result.is_some() { JsonError::None } else { reader.error };
    if flags & THROW_ON_ERROR == 0 {
        context.last_errors.json = error;
    }
    let Some(value) = result else {
        return if flags & THROW_ON_ERROR == 0 { Ok(Value::Null) } else { Err(PhpError::error(error.message())) };
    };
    if reader.saw_object && !arrays {
        return Err(PhpError::error("objects are not available in templates: pass true as the second argument"));
    }
    Ok(value)
}

impl Reader<'_> {
    fn document(&mut self) -> Option<Value> {
        let value = self.value()?;
        self.space();
        match self.peek() {
            None => Some(value),
            Some(_) => self.unexpected(),
        }
    }

    fn fail<T>(&mut self, error: JsonError) -> Option<T> {
        self.error = error;
        None
    }

    /// Fails at a byte that can begin nothing, or that is out of place.
    fn unexpected<T>(&mut self) -> Option<T> {
        let rest = &self.text[self.at..];
        self.fail(match rest.first() {
            Some(0..0x20) => JsonError::ControlCharacter,
            Some(0x80..) if utf8::next_char(rest).is_err() => JsonError::Utf8,
            _ => JsonError::Syntax,
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// The end of a list or an object.
    fn close(&mut self, end: u8, other: u8) -> Option<()> {
        match self.peek() {
            Some(b) if b == end => self.take(end),
            Some(b) if b == other => self.fail(JsonError::StateMismatch),
            _ => self.unexpected(),
        }
    }

    /// `true`, `null` …, in any case as in PHP.
    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        let end = self.at + word.len();
        let found = self.text.get(self.at..end)?.eq_ignore_ascii_case(word.as_bytes());
        self.at = end;
        found.then_some(value)
    }

    fn value(&mut self) -> Option<Value> {
        self.space();
        match self.peek()? {
            b'{' => self.nested(Reader::object),
            b'[' => self.nested(Reader::list),
            b'"' => self.string().map(Value::from),
            b't' | b'T' => self.word("true", Value::Bool(true)),
            b'f' | b'F' => self.word("false", Value::Bool(false)),
            b'n' | b'N' => self.word("null", Value::Null),
            _ => self.number(),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Value>) -> Option<Value> {
        // PHP takes a limit of 1 for scalars only.
        if self.depth <= 1 {
            return self.fail(JsonError::Depth);
        }
        self.depth -= 1;
        self.at += 1;
        let value = read(self);
        self.depth += 1;
        value
    }

    fn object(&mut self) -> Option<Value> {
        self.saw_object = true;
        let mut out = Array::new();
        if self.take(b'}').is_some() {
            return Some(Value::array(out));
        }
        loop {
            self.space();
            (self.peek()? == b'"').then_some(())?;
            let key = Key::from(&*self.string()?);
            self.take(b':')?;
            let value = self.value()?;
            out.insert(key, value);
            if self.take(b',').is_none() {
                self.close(b'}', b']')?;
                return Some(Value::array(out));
            }
        }
    }

    fn list(&mut self) -> Option<Value> {
        let mut out = Vec::new();
        if self.take(b']').is_some() {
            return Some(Value::list(out));
        }
        loop {
            out.push(self.value()?);
            if self.take(b',').is_none() {
                self.close(b']', b'}')?;
                return Some(Value::list(out));
            }
        }
    }

    fn string(&mut self) -> Option<Vec<u8>> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            // PHP takes the end of the text for a NUL.
            let Some(b @ 0x20..) = self.peek() else { return self.fail(JsonError::ControlCharacter) };
            match b {
                b'"' => {
                    self.at += 1;
                    return Some(out);
                }
                b'\\' => {
                    self.at += 1;
                    self.escape(&mut out)?;
                }
                _ => self.character(&mut out)?,
            }
        }
    }

    /// One character as it stands.
    fn character(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let rest = &self.text[self.at..];
        let length = match utf8::next_char(rest) {
            Ok((_, length)) => {
                out.extend_from_slice(&rest[..length]);
                length
            }
            Err(_) if self.flags & INVALID_UTF8_IGNORE != 0 => 1,
            Err(_) if self.flags & INVALID_UTF8_SUBSTITUTE != 0 => {
                out.extend_from_slice("\u{fffd}".as_bytes());
                1
            }
            Err(_) => return self.fail(JsonError::Utf8),
        };
        self.at += length;
        Some(())
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let b = self.peek()?;
        self.at += 1;
        out.push(match b {
            b'"' | b'\\' | b'/' => b,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let unit = self.hex4()?;
                let mut units = vec![unit];
                if (0xd800..0xdc00).contains(&unit) {
                    if !self.text[self.at..].starts_with(b"\\u") {
                        return self.fail(JsonError::Utf16);
                    }
                    self.at += 2;
                    units.push(self.hex4()?);
                }
                let Ok(text) = String::from_utf16(&units) else { return self.fail(JsonError::Utf16) };
                out.extend_from_slice(text.as_bytes());
                return Some(());
            }
            _ => return None,
        });
        Some(())
    }

    fn hex4(&mut self) -> Option<u16> {
        let digits = self.text.get(self.at..self.at + 4)?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
        self.at += 4;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || leading_zero && whole > 1 {
            return None;
        }
        let mut is_float = false;
        if self.peek() == Some(b'.') {
            self.at += 1;
            is_float = true;
            (self.digits() > 0).then_some(())?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            is_float = true;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            (self.digits() > 0).then_some(())?;
        }
        let text = std::str::from_utf8(&self.text[start..self.at]).ok()?;
        if is_float {
            return text.parse().ok().map(Value::Float);
        }
        match text.parse::<i64>() {
            // PHP reads "-0" as a float.
            Ok(0) if text.starts_with('-') => Some(Value::Float(-0.0)),
            Ok(n) => Some(Value::Int(n)),
            Err(_) if self.flags & BIGINT_AS_STRING != 0 => Some(Value::from(text)),
            Err(_) => text.parse().ok().map(Value::Float),
        }
    }
}
