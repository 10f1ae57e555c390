//! `parse_ini_string`.
//!
//! Source: the behaviour of PHP 8.2. A render has no environment, so that `${name}` is empty.

use std::rc::Rc;

use super::args;
use super::ini_scan::{Mode, Scanner, Token};
use super::register::makes;
use crate::php::constants::constant;
use crate::php::convert::{Number, Numeric, numeric};
use crate::php::number::strtol;
use crate::php::{Array, Context, Function, Key, KeyRef, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("parse_ini_string", 1, 3, parse_ini_string)];

fn parse_ini_string(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let has_sections = args::flag_or(args, 1, false)?;
    // PHP keeps the lower half of the number.
    let mode = match args::int_or(args, 2, 0)? as i32 {
        0 => Mode::Normal,
        1 => Mode::Raw,
        2 => Mode::Typed,
        _ => return Ok(Value::Bool(false)),
    };
    let mut scanner = Scanner::new(args::c_string(&text), mode);
    let next = scanner.next();
    let mut reader = Reader { context, scanner, next, entries: Entries::default(), has_sections, keeps_types: false };
    match reader.statements() {
        Ok(()) => Ok(Value::array(reader.entries.root)),
        Err(Stop::Syntax) => Ok(Value::Bool(false)),
        Err(Stop::Error(error)) => Err(error),
    }
}

enum Stop {
    /// PHP returns false.
    Syntax,
    Error(PhpError),
}

impl From<PhpError> for Stop {
    fn from(error: PhpError) -> Stop {
        Stop::Error(error)
    }
}

struct Reader<'a, 'c> {
    context: &'a Context<'c>,
    scanner: Scanner<'a>,
    next: Token<'a>,
    entries: Entries,
    has_sections: bool,
    /// True while the value of an entry is read in the typed mode.
    keeps_types: bool,
}

impl<'a> Reader<'a, '_> {
    fn advance(&mut self) -> Token<'a> {
        std::mem::replace(&mut self.next, self.scanner.next())
    }

    fn expect(&mut self, token: &Token<'_>) -> Result<(), Stop> {
        if self.advance() == *token { Ok(()) } else { Err(Stop::Syntax) }
    }

    fn statements(&mut self) -> Result<(), Stop> {
        loop {
            match self.advance() {
                Token::End => return Ok(()),
                Token::EndOfLine => {}
                Token::Section => {
                    let name = self.strings(false)?;
                    self.expect(&Token::Close)?;
                    if self.has_sections {
                        self.entries.begin_section(&name.unwrap_or_default().to_bytes());
                    }
                }
                Token::Label(name) => {
                    if self.next == Token::Equals {
                        self.advance();
                        let value = self.value()?;
                        self.entries.put(name, value);
                    }
                }
                Token::Offset(name) => {
                    let key = self.strings(true)?.unwrap_or_default().to_bytes().into_owned();
                    self.expect(&Token::Close)?;
                    self.expect(&Token::Equals)?;
                    let value = self.value()?;
                    self.entries.put_into(name, &key, value);
                }
                _ => return Err(Stop::Syntax),
            }
            self.context.allow_entries(self.entries.count)?;
        }
    }

    fn value(&mut self) -> Result<Value, Stop> {
        let word = match self.next {
            Token::EndOfLine => (Value::text(""), Value::text("")),
            Token::True => (Value::Bool(true), Value::text("1")),
            Token::False => (Value::Bool(false), Value::text("")),
            Token::Null => (Value::Null, Value::text("")),
            _ => {
                self.keeps_types = self.scanner.is_typed();
                let value = self.expression(self.context.limits.nesting);
                self.keeps_types = false;
                return value;
            }
        };
        self.advance();
        Ok(if self.scanner.is_typed() { word.0 } else { word.1 })
    }

    /// Operands with `|`, `&` and `^` between them, which all bind alike.
    fn expression(&mut self, nesting: usize) -> Result<Value, Stop> {
        let mut left = self.operand(nesting)?;
        while let Token::Operator(operator @ (b'|' | b'&' | b'^')) = self.next {
            self.advance();
            let right = self.operand(nesting)?;
            let (a, b) = (small_int(&left), small_int(&right));
            let result = match operator {
                b'|' => a | b,
                b'&' => a & b,
                _ => a ^ b,
            };
            left = Value::from(result.to_string());
        }
        Ok(left)
    }

    fn operand(&mut self, nesting: usize) -> Result<Value, Stop> {
        let too_deep = || PhpError::limit("nesting of operators exceeds the limit");
        let Token::Operator(operator) = self.next else {
            return self.strings(true)?.ok_or(Stop::Syntax);
        };
        self.advance();
        let inner = nesting.checked_sub(1).ok_or_else(too_deep)?;
        let operand = match operator {
            b'(' => {
                let value = self.expression(inner)?;
                self.expect(&Token::Operator(b')'))?;
                return Ok(value);
            }
            b'~' | b'!' => small_int(&self.operand(inner)?),
            _ => return Err(Stop::Syntax),
        };
        let result = if operator == b'~' { !operand } else { i32::from(operand == 0) };
        Ok(Value::from(result.to_string()))
    }

    /// Texts that follow each other; `None` if there is none. A single one keeps its type.
    fn strings(&mut self, has_constants: bool) -> Result<Option<Value>, Stop> {
        let mut parts = Vec::new();
        while let Some(part) = self.string(has_constants)? {
            parts.push(part);
        }
        Ok(if parts.len() > 1 { Some(joined(&parts)) } else { parts.pop() })
    }

    fn string(&mut self, has_constants: bool) -> Result<Option<Value>, Stop> {
        let value = match self.next {
            Token::Constant(name) if has_constants => constant_text(name),
            Token::Constant(text) | Token::Text(text) => Value::from(text.to_vec()),
            Token::Number(text) => self.number(text),
            Token::Variable | Token::Quote => return self.quoted_or_variable().map(Some),
            _ => return Ok(None),
        };
        self.advance();
        Ok(Some(value))
    }

    fn quoted_or_variable(&mut self) -> Result<Value, Stop> {
        if self.advance() == Token::Variable {
            self.variable()?;
            return Ok(Value::text(""));
        }
        let mut text = Vec::new();
        loop {
            match self.advance() {
                Token::Quoted(part) => unescape(part, &mut text),
                Token::Variable => self.variable()?,
                Token::Quote => return Ok(Value::from(text)),
                _ => return Err(Stop::Syntax),
            }
        }
    }

    fn variable(&mut self) -> Result<(), Stop> {
        match self.advance() {
            Token::VariableName(_) => self.expect(&Token::VariableEnd),
            _ => Err(Stop::Syntax),
        }
    }

    /// A number is one only where values keep their types; sections and offsets are texts.
    fn number(&self, text: &[u8]) -> Value {
        match numeric(text) {
            Numeric::Whole(Number::Int(n)) if self.keeps_types => Value::Int(n),
            Numeric::Whole(Number::Float(x)) if self.keeps_types && text.contains(&b'.') => Value::Float(x),
            _ => Value::from(text.to_vec()),
        }
    }
}

fn joined(parts: &[Value]) -> Value {
    Value::from(parts.iter().map(Value::to_bytes).collect::<Vec<_>>().concat())
}

/// The text of a PHP constant, or the word itself.
fn constant_text(name: &[u8]) -> Value {
    if name.eq_ignore_ascii_case(b"true") {
        return Value::text("1");
    }
    if name.eq_ignore_ascii_case(b"false") || name.eq_ignore_ascii_case(b"null") {
        return Value::text("");
    }
    constant(name).map_or_else(|| Value::from(name.to_vec()), |value| Value::Str(value.to_str()))
}

fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((&b, tail)) = rest.split_first() {
        let (b, after) = match tail.split_first() {
            Some((escaped @ (b'"' | b'\\' | b'$'), tail)) if b == b'\\' => (*escaped, tail),
            _ => (b, tail),
        };
        out.push(b);
        rest = after;
    }
}

/// The value as C's `int`.
fn small_int(value: &Value) -> i32 {
    match value {
        Value::Int(n) => *n as i32,
        Value::Float(x) if x.trunc() >= -2_147_483_648.0 && x.trunc() <= 2_147_483_647.0 => *x as i32,
        Value::Float(_) => i32::MIN,
        other => strtol(&other.to_bytes(), 10) as i32,
    }
}

/// The entries, and the section that takes the next one.
#[derive(Default)]
struct Entries {
    root: Array,
    section: Option<Key>,
    count: usize,
}

impl Entries {
    fn begin_section(&mut self, name: &[u8]) {
        let key = KeyRef::new(name).to_key();
        self.root.insert(key.clone(), Value::array(Array::new()));
        self.section = Some(key);
        self.count += 1;
    }

    fn target(&mut self) -> &mut Array {
        match &self.section {
            Some(section) => array_at(&mut self.root, section.clone()),
            None => &mut self.root,
        }
    }

    /// `name = value`
    fn put(&mut self, name: &[u8], value: Value) {
        self.target().insert(KeyRef::new(name).to_key(), value);
        self.count += 1;
    }

    /// `name[key] = value`
    fn put_into(&mut self, name: &[u8], key: &[u8], value: Value) {
        let list = array_at(self.target(), index(name));
        if key.is_empty() {
            // PHP drops the value if there is no index left.
            let _ = list.push(value);
        } else {
            list.insert(KeyRef::new(key).to_key(), value);
        }
        self.count += 1;
    }
}

/// The array under a key; anything else there is replaced.
fn array_at(array: &mut Array, key: Key) -> &mut Array {
    let place = array.place(key);
    if !matches!(place, Value::Array(_)) {
        *place = Value::array(Array::new());
    }
    match place {
        Value::Array(inner) => Rc::make_mut(inner),
        _ => unreachable!("the place holds an array"),
    }
}

/// The key of a name that an offset follows. PHP reads a number after a sign and a zero as octal.
fn index(name: &[u8]) -> Key {
    let is_number = name.len() == 1 || name.first() != Some(&b'0');
    match numeric(name) {
        Numeric::Whole(Number::Int(n)) if is_number => {
            let digits = name.trim_ascii().get(1..).unwrap_or_default();
            let octal = digits.iter().take_while(|b| matches!(b, b'0'..=b'7'));
            let octal = octal.fold(0_i64, |n, digit| n.wrapping_mul(8) + i64::from(digit - b'0'));
            match name.trim_ascii() {
                [b'+', b'0', ..] => Key::Int(octal),
                [b'-', b'0', ..] => Key::Int(-octal),
                _ => Key::Int(n),
            }
        }
        _ => Key::Str(name.to_vec().into()),
    }
}
