//! `sprintf` and the like, `number_format`.

use super::args;
use super::register::makes;
use crate::php::{Context, Function, PhpError, PhpErrorKind, Value, number};

pub const FUNCTIONS: &[Function] = &[
    makes("sprintf", 1, super::register::MANY, |c, a| {
        let format = args::text(a, 0)?;
        sprintf(c, &format, &a[1..])
    }),
    makes("vsprintf", 2, 2, |c, a| {
        let (format, values) = (args::text(a, 0)?, args::array(a, 1)?);
        let values: Vec<Value> = values.values().cloned().collect();
        sprintf(c, &format, &values).map_err(|error| match error.kind {
            PhpErrorKind::ArgumentCount => PhpError::value_error("The arguments array must contain enough items"),
            _ => error,
        })
    }),
    makes("number_format", 1, 4, number_format),
];

/// Formats a number with a separator between thousands.
pub fn number_format(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let value = args::float(args, 0)?;
    let places = args::size(args::int_or(args, 1, 0)?).unwrap_or(0);
    let point = args::text_opt(args, 2)?.unwrap_or_else(|| ".".into());
    let separator = args::text_opt(args, 3)?.unwrap_or_else(|| ",".into());
    context.allow_bytes(places.saturating_add(point.len()).saturating_add(separator.len().saturating_mul(110)))?;
    Ok(Value::from(number::format(value, places, &point, &separator)))
}

/// One `%…` of a format.
struct ConversionSpec {
    argument: Option<usize>,
    left: bool,
    plus: bool,
    pad: u8,
    width: usize,
    precision: Option<usize>,
}

struct Reader<'a> {
    format: &'a [u8],
    at: usize,
    values: &'a [Value],
    next: usize,
}

/// PHP's `sprintf`.
///
/// # Errors
/// Too few values, an unknown conversion, or a width beyond the limit.
pub fn sprintf(context: &mut Context<'_>, format: &[u8], values: &[Value]) -> Result<Value, PhpError> {
    let mut out = Vec::with_capacity(format.len());
    let mut reader = Reader { format, at: 0, values, next: 0 };
    while let Some(&b) = format.get(reader.at) {
        reader.at += 1;
        if b != b'%' {
            out.push(b);
        } else if format.get(reader.at) == Some(&b'%') {
            reader.at += 1;
            out.push(b'%');
        } else {
            let spec = reader.spec()?;
            context.allow_bytes(out.len().saturating_add(spec.width))?;
            reader.conversion(&spec, &mut out)?;
            context.allow_bytes(out.len())?;
        }
    }
    Ok(Value::from(out))
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// Digits as a number within the range of PHP's int.
    fn digits(&mut self) -> Option<usize> {
        let start = self.at;
        while self.peek().is_some_and(|b| b.is_ascii_digit()) {
            self.at += 1;
        }
        let text = std::str::from_utf8(&self.format[start..self.at]).ok()?;
        text.parse().ok().filter(|n| *n < 1 << 31)
    }

    /// `3$`: the number before the dollar sign.
    fn argument_number(&mut self) -> Result<Option<usize>, PhpError> {
        let start = self.at;
        let digits = self.digits();
        if self.at > start && self.peek() == Some(b'$') {
            self.at += 1;
            return match digits {
                Some(n) if n > 0 => Ok(Some(n - 1)),
                _ => Err(PhpError::value_error(
                    "Argument number specifier must be greater than zero and less than 2147483647",
                )),
            };
        }
        self.at = start;
        Ok(None)
    }

    fn spec(&mut self) -> Result<ConversionSpec, PhpError> {
        let argument = self.argument_number()?;
        let mut spec = ConversionSpec { argument, left: false, plus: false, pad: b' ', width: 0, precision: None };
        loop {
            match self.peek() {
                Some(pad @ (b' ' | b'0')) => spec.pad = pad,
                Some(b'-') => spec.left = true,
                Some(b'+') => spec.plus = true,
                Some(b'\'') => {
                    self.at += 1;
                    spec.pad = self.peek().ok_or_else(|| PhpError::value_error("Missing padding character"))?;
                }
                _ => break,
            }
            self.at += 1;
        }
        spec.width = self.amount("Width")?.unwrap_or(0);
        if self.peek() == Some(b'.') {
            self.at += 1;
            spec.precision = Some(self.amount("Precision")?.unwrap_or(0));
        }
        if self.peek() == Some(b'l') {
            self.at += 1;
        }
        Ok(spec)
    }

    /// A width or precision: digits, or `*` for the next value.
    fn amount(&mut self, what: &str) -> Result<Option<usize>, PhpError> {
        if self.peek() == Some(b'*') {
            self.at += 1;
            let argument = self.argument_number()?;
            return match self.value(argument)? {
                Value::Int(-1) if what == "Precision" => Ok(None),
                Value::Int(n) if (0..1 << 31).contains(n) => Ok(Some(usize::try_from(*n).unwrap_or(0))),
                Value::Int(_) => Err(PhpError::value_error(format!("{what} must be between 0 and 2147483647"))),
                _ => Err(PhpError::value_error(format!("{what} must be an integer"))),
            };
        }
        if !self.peek().is_some_and(|b| b.is_ascii_digit()) {
            return Ok(None);
        }
        let wrong = || PhpError::value_error(format!("{what} must be greater than zero and less than 2147483647"));
        self.digits().ok_or_else(wrong).map(Some)
    }

    fn value(&mut self, argument: Option<usize>) -> Result<&Value, PhpError> {
        let index = argument.unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        });
        let given = self.values.len() + 1;
        let missing = || {
            let message = format!("{} arguments are required, {given} given", index + 2);
            PhpError::new(PhpErrorKind::ArgumentCount, message)
        };
        self.values.get(index).ok_or_else(missing)
    }

    fn conversion(&mut self, spec: &ConversionSpec, out: &mut Vec<u8>) -> Result<(), PhpError> {
        let Some(kind) = self.peek() else {
            return Err(PhpError::value_error("Missing format specifier at end of string"));
        };
        let value = self.value(spec.argument)?.clone();
        self.at += 1;
        match kind {
            b's' => {
                let text = value.to_bytes();
                let length = spec.precision.map_or(text.len(), |p| p.min(text.len()));
                pad(spec, &text[..length], false, out);
            }
            b'd' => signed(spec, value.to_int(), out),
            b'u' => pad_integer(spec, &(value.to_int() as u64).to_string(), false, out),
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'h' | b'H' => float(spec, kind, value.to_float(), out),
            b'c' => out.push(value.to_int() as u8),
            b'o' => pad(spec, format!("{:o}", value.to_int()).as_bytes(), false, out),
            b'x' => pad(spec, format!("{:x}", value.to_int()).as_bytes(), false, out),
            b'X' => pad(spec, format!("{:X}", value.to_int()).as_bytes(), false, out),
            b'b' => pad(spec, format!("{:b}", value.to_int()).as_bytes(), false, out),
            b'%' => out.push(b'%'),
            other => {
                let name = char::from(other);
                return Err(PhpError::value_error(format!("Unknown format specifier \"{name}\"")));
            }
        }
        Ok(())
    }
}

fn signed(spec: &ConversionSpec, n: i64, out: &mut Vec<u8>) {
    let text = if spec.plus && n >= 0 { format!("+{n}") } else { n.to_string() };
    pad_integer(spec, &text, n < 0 || spec.plus, out);
}

/// Zeros to the right would change the number, so that spaces are used.
fn pad_integer(spec: &ConversionSpec, text: &str, has_sign: bool, out: &mut Vec<u8>) {
    let zeros = spec.left && spec.pad == b'0';
    let spec = ConversionSpec { pad: if zeros { b' ' } else { spec.pad }, ..*spec };
    pad(&spec, text.as_bytes(), has_sign, out);
}

/// Pads to the width; a sign precedes padding zeros.
fn pad(spec: &ConversionSpec, text: &[u8], has_sign: bool, out: &mut Vec<u8>) {
    let missing = spec.width.saturating_sub(text.len());
    if spec.left {
        out.extend_from_slice(text);
        out.resize(out.len() + missing, spec.pad);
        return;
    }
    let split = usize::from(has_sign && spec.pad == b'0');
    out.extend_from_slice(&text[..split]);
    out.resize(out.len() + missing, spec.pad);
    out.extend_from_slice(&text[split..]);
}

fn float(spec: &ConversionSpec, kind: u8, x: f64, out: &mut Vec<u8>) {
    /// PHP truncates a larger precision to this value.
    const PRECISION_MAX: usize = 53;
    if !x.is_finite() {
        // PHP 8.2 drops the sign and the width of an infinity here.
        out.extend_from_slice(if x.is_nan() { b"NaN" } else { b"INF" });
        return;
    }
    let precision = spec.precision.unwrap_or(6).min(PRECISION_MAX);
    let mut text = match kind {
        b'f' | b'F' => number::fixed(x.abs(), precision),
        b'e' | b'E' => exponential(x.abs(), precision, kind),
        _ => general(x.abs(), precision.max(1), kind),
    };
    let negative = x < 0.0;
    if negative {
        text.insert(0, '-');
    } else if spec.plus {
        text.insert(0, '+');
    }
    pad(spec, text.as_bytes(), negative || spec.plus, out);
}

/// PHP's `%e`: the exponent has a sign and no padding.
fn exponential(x: f64, precision: usize, kind: u8) -> String {
    let text = format!("{x:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{}{sign}{exponent}", char::from(kind))
}

fn general(x: f64, precision: usize, kind: u8) -> String {
    let mut out = Vec::new();
    number::append_general(x, precision, &mut out);
    let mut text = String::from_utf8(out).unwrap_or_default();
    if kind.is_ascii_lowercase() {
        text.make_ascii_lowercase();
    }
    text
}
