//! `sscanf`.

use super::args;
use super::register::{MANY, by_ref, makes};
use super::scan_format::{Conversion, Item, Kind, parse};
use crate::php::convert::is_space;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[by_ref(makes("sscanf", 2, MANY, sscanf), !0b11)];

/// Without variables, the values as a list; else their count.
fn sscanf(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (text, format) = (args::text(args, 0)?, args::text(args, 1)?);
    let variables = args.len() - 2;
    let (items, count) = parse(args::c_string(&format), variables)?;
    let mut scan = Scan { text: args::c_string(&text), at: 0, values: vec![None; count], converted: 0 };
    let underflow = scan.run(&items) == Err(Stop::Underflow);
    let failed = underflow && scan.converted == 0;
    if variables == 0 {
        let values = scan.values.into_iter().map(Option::unwrap_or_default);
        return Ok(if failed { Value::Null } else { Value::list(values) });
    }
    for (place, value) in args[2..].iter_mut().zip(scan.values) {
        if let Some(value) = value {
            *place = value;
        }
    }
    Ok(Value::Int(if failed { -1 } else { scan.converted }))
}

/// Why the scan ends before the format does.
#[derive(PartialEq)]
enum Stop {
    /// The text has ended.
    Underflow,
    Mismatch,
}

struct Scan<'a> {
    text: &'a [u8],
    at: usize,
    values: Vec<Option<Value>>,
    converted: i64,
}

impl<'a> Scan<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn run(&mut self, items: &[Item<'_>]) -> Result<(), Stop> {
        for item in items {
            match item {
                Item::Space => self.skip_space(),
                Item::Literal(b) => {
                    let found = self.peek().ok_or(Stop::Underflow)?;
                    self.at += 1;
                    if found != *b {
                        return Err(Stop::Mismatch);
                    }
                }
                Item::Conversion(conversion) => self.convert(conversion)?,
            }
        }
        Ok(())
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(is_space) {
            self.at += 1;
        }
    }

    fn convert(&mut self, conversion: &Conversion<'_>) -> Result<(), Stop> {
        let kind = &conversion.kind;
        if !matches!(kind, Kind::Position) {
            self.peek().ok_or(Stop::Underflow)?;
            if !matches!(kind, Kind::Chars | Kind::Set(_)) {
                self.skip_space();
                self.peek().ok_or(Stop::Underflow)?;
            }
        }
        let width = if conversion.width == 0 { usize::MAX } else { conversion.width };
        let value = match kind {
            Kind::Position => Value::from(self.at),
            Kind::Chars => self.take(width.min(conversion.width.max(1)), |b| !is_space(b)),
            Kind::Word => self.take(width, |b| !is_space(b)),
            Kind::Set(set) => {
                let start = self.at;
                let found = self.take(width, |b| set.has(b));
                if self.at == start {
                    return Err(Stop::Mismatch);
                }
                found
            }
            Kind::Int(base) => self.int(width, *base, false)?,
            Kind::Unsigned => self.int(width, 10, true)?,
            Kind::Float => self.float(width)?,
        };
        if let Some(place) = conversion.place.and_then(|place| self.values.get_mut(place)) {
            *place = Some(value);
        }
        self.converted += 1;
        Ok(())
    }

    fn take(&mut self, width: usize, wanted: impl Fn(u8) -> bool) -> Value {
        let rest = &self.text[self.at..];
        let length = rest.iter().take(width).take_while(|b| wanted(**b)).count();
        self.at += length;
        Value::from(rest[..length].to_vec())
    }

    fn no_digits(&self) -> Stop {
        if self.peek().is_none() { Stop::Underflow } else { Stop::Mismatch }
    }

    /// An integer; base 0 takes `0x` and `0` for hexadecimal and octal.
    fn int(&mut self, width: usize, base: u32, unsigned: bool) -> Result<Value, Stop> {
        let (rest, start) = (&self.text[self.at..], self.at);
        let rest = &rest[..rest.len().min(width).min(DIGITS_MAX)];
        let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
        // The prefix has to be the first: after a sign, PHP reads the zero alone.
        let has_prefix = sign == 0 && matches!(rest, [b'0', b'x' | b'X', ..]) && matches!(base, 0 | 16);
        let (base, prefix) = match (base, rest.get(sign)) {
            _ if has_prefix => (16, 2),
            (0, Some(b'0')) => (8, 0),
            (0, _) => (10, 0),
            _ => (base, 0),
        };
        let digits = &rest[sign + prefix..];
        let length = digits.iter().take_while(|b| char::from(**b).is_digit(base)).count();
        if length == 0 && prefix == 0 {
            self.at = start + sign;
            return Err(self.no_digits());
        }
        // `0x` without digits is a zero, and the `x` stays.
        self.at = start + sign + if length == 0 { 1 } else { prefix + length };
        let magnitude = std::str::from_utf8(&digits[..length]).ok().filter(|text| !text.is_empty());
        let magnitude = magnitude.map_or(0, |text| u128::from_str_radix(text, base).unwrap_or(u128::MAX));
        Ok(whole(magnitude, rest[0] == b'-', unsigned))
    }

    fn float(&mut self, width: usize) -> Result<Value, Stop> {
        let rest = &self.text[self.at..];
        let rest = &rest[..rest.len().min(width).min(DIGITS_MAX)];
        let digits = |from: usize| rest[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
        let mut end = sign + digits(sign);
        let mut count = end - sign;
        if rest.get(end) == Some(&b'.') {
            let fraction = digits(end + 1);
            count += fraction;
            end += 1 + fraction;
        }
        if count == 0 {
            self.at += end;
            return Err(self.no_digits());
        }
        if matches!(rest.get(end), Some(b'e' | b'E')) {
            let start = end + 1 + usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
            let exponent = digits(start.min(rest.len()));
            if exponent > 0 {
                end = start + exponent;
            }
        }
        let text = std::str::from_utf8(&rest[..end]).unwrap_or_default();
        self.at += end;
        Ok(Value::Float(text.parse().unwrap_or(0.0)))
    }
}

/// PHP reads numbers into a buffer of this size.
const DIGITS_MAX: usize = 63;

/// The integer as C's `strtol` reads it, or `strtoul`, whose result is a string if it has no place in PHP's integers.
fn whole(magnitude: u128, negative: bool, unsigned: bool) -> Value {
    if unsigned {
        let wide = u64::try_from(magnitude).unwrap_or(u64::MAX);
        let wide = if negative && magnitude <= u128::from(u64::MAX) { wide.wrapping_neg() } else { wide };
        return i64::try_from(wide).map_or_else(|_| Value::from(wide.to_string()), Value::Int);
    }
    let wide = i128::try_from(magnitude).unwrap_or(i128::MAX);
    let wide = if negative { -wide } else { wide };
    Value::Int(i64::try_from(wide).unwrap_or(if negative { i64::MIN } else { i64::MAX }))
}
