//! `json_encode`, and the error of the last call. `json_read` has `json_decode`.

use super::args;
use super::json_read::{self, INVALID_UTF8_IGNORE, INVALID_UTF8_SUBSTITUTE, THROW_ON_ERROR};
use super::register::{makes, moves};
use crate::php::last_error::JsonError;
use crate::php::{Array, Context, Function, Key, PhpError, Str, Value, number, utf8};

pub const FUNCTIONS: &[Function] = &[
    makes("json_encode", 1, 3, json_encode),
    makes("json_decode", 1, 4, json_read::json_decode),
    moves("json_last_error", 0, 0, |c, _| Ok(Value::Int(c.last_errors.json as i64))),
    moves("json_last_error_msg", 0, 0, |c, _| Ok(Value::text(c.last_errors.json.message()))),
];

const HEX_TAG: i64 = 1;
const HEX_AMP: i64 = 2;
const HEX_APOS: i64 = 4;
const HEX_QUOT: i64 = 8;
const FORCE_OBJECT: i64 = 16;
const NUMERIC_CHECK: i64 = 32;
const UNESCAPED_SLASHES: i64 = 64;
const PRETTY_PRINT: i64 = 128;
const UNESCAPED_UNICODE: i64 = 256;
const PARTIAL_OUTPUT_ON_ERROR: i64 = 512;
const PRESERVE_ZERO_FRACTION: i64 = 1024;
const UNESCAPED_LINE_TERMINATORS: i64 = 2048;

/// A value has no JSON; json_encode then returns false.
struct Unwritable;

struct Writer {
    flags: i64,
    depth_max: usize,
    /// The last error; one ends the work unless partial output is allowed.
    error: JsonError,
    out: Vec<u8>,
}

fn json_encode(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let flags = args::int_or(args, 1, 0)?;
    let depth = args::size(args::int_or(args, 2, 512)?).unwrap_or(0);
    let nesting = context.limits.nesting;
    let mut writer = Writer { flags, depth_max: depth.min(nesting), error: JsonError::None, out: Vec::new() };
    let result = writer.value(&args[0], 0);
    context.allow_bytes(writer.out.len())?;
    let throws = flags & THROW_ON_ERROR != 0 && flags & PARTIAL_OUTPUT_ON_ERROR == 0;
    if !throws {
        context.last_errors.json = writer.error;
    }
    match result {
        Ok(()) => Ok(Value::from(writer.out)),
        Err(Unwritable) if throws => Err(PhpError::error(writer.error.message())),
        Err(Unwritable) if depth > nesting && writer.out.len() > nesting => {
            Err(PhpError::limit("nesting of arrays exceeds the limit"))
        }
        Err(Unwritable) => Ok(Value::Bool(false)),
    }
}

impl Writer {
    fn has(&self, flag: i64) -> bool {
        self.flags & flag != 0
    }

    /// Handles a value without JSON: writes the replacement if partial output is allowed.
    fn fail(&mut self, error: JsonError, instead: &[u8]) -> Result<(), Unwritable> {
        self.error = error;
        if !self.has(PARTIAL_OUTPUT_ON_ERROR) {
            return Err(Unwritable);
        }
        self.out.extend_from_slice(instead);
        Ok(())
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Unwritable> {
        match value {
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Bool(b) => self.out.extend_from_slice(if *b { b"true" } else { b"false" }),
            Value::Int(n) => number::append_int(*n, &mut self.out),
            Value::Float(x) => self.float(*x)?,
            Value::Str(text) => self.text(text, self.has(NUMERIC_CHECK))?,
            Value::Array(array) => self.array(array, depth)?,
        }
        Ok(())
    }

    fn float(&mut self, x: f64) -> Result<(), Unwritable> {
        if !x.is_finite() {
            return self.fail(JsonError::InfOrNan, b"0");
        }
        let start = self.out.len();
        number::append_float_exact(x, &mut self.out);
        self.out[start..].make_ascii_lowercase();
        if self.has(PRESERVE_ZERO_FRACTION) && !self.out[start..].iter().any(|b| matches!(b, b'.' | b'e')) {
            self.out.extend_from_slice(b".0");
        }
        Ok(())
    }

    fn line(&mut self, depth: usize) {
        if self.has(PRETTY_PRINT) {
            self.out.push(b'\n');
            self.out.resize(self.out.len() + 4 * depth, b' ');
        }
    }

    fn array(&mut self, array: &Array, depth: usize) -> Result<(), Unwritable> {
        let is_list = array.is_list() && !self.has(FORCE_OBJECT);
        let (open, close) = if is_list { (b'[', b']') } else { (b'{', b'}') };
        if depth >= self.depth_max {
            self.fail(JsonError::Depth, b"")?;
        }
        self.out.push(open);
        for (i, (key, value)) in array.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            self.line(depth + 1);
            if !is_list {
                match key {
                    Key::Int(n) => {
                        self.out.push(b'"');
                        number::append_int(*n, &mut self.out);
                        self.out.push(b'"');
                    }
                    Key::Str(name) => self.text(name, false)?,
                }
                self.out.extend_from_slice(if self.has(PRETTY_PRINT) { b": " } else { b":" });
            }
            self.value(value, depth + 1)?;
        }
        if !array.is_empty() {
            self.line(depth);
        }
        self.out.push(close);
        Ok(())
    }

    fn text(&mut self, text: &Str, as_number: bool) -> Result<(), Unwritable> {
        use crate::php::convert::{Number, Numeric, numeric};
        if as_number {
            match numeric(text) {
                Numeric::Whole(Number::Int(n)) => {
                    number::append_int(n, &mut self.out);
                    return Ok(());
                }
                Numeric::Whole(Number::Float(x)) => return self.float(x),
                _ => {}
            }
        }
        let start = self.out.len();
        self.out.push(b'"');
        let mut at = 0;
        while at < text.len() {
            match utf8::next_char(&text[at..]) {
                Ok((c, length)) => {
                    self.character(c);
                    at += length;
                }
                Err(_) if self.has(INVALID_UTF8_IGNORE) => at += 1,
                Err(_) if self.has(INVALID_UTF8_SUBSTITUTE) => {
                    self.character('\u{fffd}');
                    at += 1;
                }
                Err(_) => {
                    self.out.truncate(start);
                    return self.fail(JsonError::Utf8, b"null");
                }
            }
        }
        self.out.push(b'"');
        Ok(())
    }

    fn character(&mut self, c: char) {
        let short: &[u8] = match c {
            '"' if self.has(HEX_QUOT) => b"\\u0022",
            '"' => b"\\\"",
            '\\' => b"\\\\",
            '/' if !self.has(UNESCAPED_SLASHES) => b"\\/",
            '\u{8}' => b"\\b",
            '\u{c}' => b"\\f",
            '\n' => b"\\n",
            '\r' => b"\\r",
            '\t' => b"\\t",
            '<' if self.has(HEX_TAG) => b"\\u003C",
            '>' if self.has(HEX_TAG) => b"\\u003E",
            '&' if self.has(HEX_AMP) => b"\\u0026",
            '\'' if self.has(HEX_APOS) => b"\\u0027",
            _ => b"",
        };
        let line_end = matches!(c, '\u{2028}' | '\u{2029}') && !self.has(UNESCAPED_LINE_TERMINATORS);
        if !short.is_empty() {
            self.out.extend_from_slice(short);
        } else if c < ' ' || !c.is_ascii() && (!self.has(UNESCAPED_UNICODE) || line_end) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                self.out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        } else {
            self.out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
