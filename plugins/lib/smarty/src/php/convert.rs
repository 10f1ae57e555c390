//! Conversions between PHP's types.
//!
//! Source: PHP 8.2's language reference ("Numeric strings", "Converting to …"), checked against `php` by
//! `tests/php_differential.rs`.

use std::borrow::Cow;
use std::rc::Rc;

use super::{Array, Key, PhpError, Str, Value, number};

/// A number that was read from text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An integer of 64 bits.
    Int(i64),
    /// A fraction, an exponent, or an integer beyond 64 bits.
    Float(f64),
}

impl Number {
    /// The number as a float.
    #[must_use]
    pub fn to_float(self) -> f64 {
        match self {
            Number::Int(n) => n as f64,
            Number::Float(x) => x,
        }
    }

    /// The number as a value.
    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            Number::Int(n) => Value::Int(n),
            Number::Float(x) => Value::Float(x),
        }
    }
}

/// The number that PHP finds in a string.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Numeric {
    /// A number with only white space around it: `" 1.5 "`.
    Whole(Number),
    /// A number followed by other text: `"12 apples"`.
    Leading(Number),
    /// No number at the start.
    None,
}

/// White space as C's `isspace` knows it.
#[must_use]
pub const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

/// Analyses a string as PHP's arithmetic and comparisons do.
#[must_use]
pub fn numeric(text: &[u8]) -> Numeric {
    let start = text.iter().position(|b| !is_space(*b)).unwrap_or(text.len());
    let body = &text[start..];
    let (length, is_float) = number_length(body);
    if length == 0 {
        return Numeric::None;
    }
    let number = read_number(&body[..length], is_float);
    if body[length..].iter().all(|b| is_space(*b)) { Numeric::Whole(number) } else { Numeric::Leading(number) }
}

/// The length of the number at the start of `body` (0 for none), and whether it has a fraction or exponent.
fn number_length(body: &[u8]) -> (usize, bool) {
    let digits_from = |at: usize| body[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(matches!(body.first(), Some(b'+' | b'-')));
    let whole = digits_from(sign);
    let mut end = sign + whole;
    let mut is_float = false;
    if body.get(end) == Some(&b'.') {
        let fraction = digits_from(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
            is_float = true;
        }
    }
    if end == sign {
        return (0, false);
    }
    if matches!(body.get(end), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(body.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits_from(end + 1 + signed);
        if exponent > 0 {
            end += 1 + signed + exponent;
            is_float = true;
        }
    }
    (end, is_float)
}

/// 1 or -1 if `number` was read from an integer beyond 64 bits, else 0.
#[must_use]
pub(super) fn overflow_sign(text: &[u8], number: Number) -> i32 {
    match number {
        Number::Float(x) if !text.iter().any(|b| matches!(b, b'.' | b'e' | b'E')) => {
            if x > 0.0 {
                1
            } else {
                -1
            }
        }
        _ => 0,
    }
}

fn read_number(text: &[u8], is_float: bool) -> Number {
    // The text consists of ASCII digits, signs, '.' and 'e'.
    let text = std::str::from_utf8(text).unwrap_or("0");
    if let (false, Ok(n)) = (is_float, text.parse::<i64>()) {
        return Number::Int(n);
    }
    Number::Float(text.parse().unwrap_or(0.0))
}

/// `(int)` of a float: truncated; out of range it wraps modulo 2^64; NaN and infinities give 0.
#[must_use]
pub fn float_to_int(x: f64) -> i64 {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if !x.is_finite() {
        return 0;
    }
    if (-TWO_63..TWO_63).contains(&x) {
        return x as i64;
    }
    let two_64 = 2.0 * TWO_63;
    let mut rest = x % two_64;
    if rest < 0.0 {
        rest += two_64;
    }
    rest as u64 as i64
}

impl Value {
    /// `(bool)`: false for null, false, 0, 0.0, "", "0" and the empty array.
    #[must_use]
    pub fn truthy(&self) -> bool {
        match self {
            Value::Null => false,
            Value::Bool(b) => *b,
            Value::Int(n) => *n != 0,
            Value::Float(x) => *x != 0.0,
            Value::Str(s) => !matches!(s.as_bytes(), b"" | b"0"),
            Value::Array(array) => !array.is_empty(),
        }
    }

    /// The bytes that `echo` prints; an array prints `Array`.
    #[must_use]
    pub fn to_bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Value::Str(s) => Cow::Borrowed(s.as_bytes()),
            Value::Null | Value::Bool(false) => Cow::Borrowed(b""),
            Value::Bool(true) => Cow::Borrowed(b"1"),
            Value::Array(_) => Cow::Borrowed(b"Array"),
            Value::Int(_) | Value::Float(_) => {
                let mut text = Vec::new();
                self.append_to(&mut text);
                Cow::Owned(text)
            }
        }
    }

    /// Appends the bytes that `echo` prints. The caller handles the *untrusted* bit.
    pub fn append_to(&self, out: &mut Vec<u8>) {
        match self {
            Value::Str(s) => out.extend_from_slice(s.as_bytes()),
            Value::Null | Value::Bool(false) => {}
            Value::Bool(true) => out.push(b'1'),
            Value::Int(n) => number::append_int(*n, out),
            Value::Float(x) => number::append_float(*x, out),
            Value::Array(_) => out.extend_from_slice(b"Array"),
        }
    }

    /// `(string)`; a string keeps its *untrusted* bit.
    #[must_use]
    pub fn to_str(&self) -> Str {
        match self {
            Value::Str(s) => s.clone(),
            other => Str::new(&other.to_bytes()),
        }
    }

    /// `(int)`.
    #[must_use]
    pub fn to_int(&self) -> i64 {
        match self {
            Value::Null => 0,
            Value::Bool(b) => i64::from(*b),
            Value::Int(n) => *n,
            Value::Float(x) => float_to_int(*x),
            Value::Str(s) => str_to_int(s),
            Value::Array(array) => i64::from(!array.is_empty()),
        }
    }

    /// `(float)`.
    #[must_use]
    pub fn to_float(&self) -> f64 {
        match self {
            Value::Float(x) => *x,
            Value::Str(s) => match numeric(s) {
                // For arithmetic "-0" is the integer 0, but a reader of floats keeps its sign.
                Numeric::Whole(Number::Int(0)) | Numeric::Leading(Number::Int(0))
                    if s.trim_ascii_start()[0] == b'-' =>
                {
                    -0.0
                }
                Numeric::Whole(n) | Numeric::Leading(n) => n.to_float(),
                Numeric::None => 0.0,
            },
            other => other.to_int() as f64,
        }
    }

    /// `(array)`: null becomes an empty array, a scalar a list of one.
    #[must_use]
    pub fn to_array(&self) -> Rc<Array> {
        match self {
            Value::Array(array) => Rc::clone(array),
            Value::Null => Rc::new(Array::new()),
            other => Rc::new(Array::from_iter([other.clone()])),
        }
    }

    /// The key that the value stands for in `$array[$value]`.
    ///
    /// # Errors
    /// A type error for an array.
    pub fn to_key(&self) -> Result<Key, PhpError> {
        Ok(match self {
            Value::Null => Key::Str(Str::default()),
            Value::Bool(b) => Key::Int(i64::from(*b)),
            Value::Int(n) => Key::Int(*n),
            Value::Float(x) => Key::Int(float_to_int(*x)),
            Value::Str(s) => Key::from(s.clone()),
            Value::Array(_) => return Err(PhpError::type_error("Illegal offset type")),
        })
    }
}

/// `(int)"…"`: a number out of range saturates, unlike a float, which wraps.
fn str_to_int(text: &[u8]) -> i64 {
    match numeric(text) {
        Numeric::Whole(Number::Int(n)) | Numeric::Leading(Number::Int(n)) => n,
        Numeric::Whole(Number::Float(x)) | Numeric::Leading(Number::Float(x)) if x.is_finite() => x as i64,
        _ => 0,
    }
}
