//! PHP 8's operators on numbers, with its overflow to float and its errors.

use std::rc::Rc;

use super::convert::{Number, Numeric, numeric};
use super::{PhpError, PhpErrorKind, Str, Value};

/// `$a + $b`; the union of two arrays.
///
/// # Errors
/// A type error for an array with another type, or a string that is not numeric.
pub fn add(a: &Value, b: &Value) -> Result<Value, PhpError> {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => {
            Ok(x.checked_add(*y).map_or_else(|| Value::Float(*x as f64 + *y as f64), Value::Int))
        }
        (Value::Array(x), Value::Array(y)) => {
            let mut union = Rc::clone(x);
            let entries = Rc::make_mut(&mut union);
            for (key, value) in y.iter() {
                if !entries.contains(key.as_ref()) {
                    entries.insert(key.clone(), value.clone());
                }
            }
            Ok(Value::Array(union))
        }
        _ => binary("+", a, b, i64::checked_add, |x, y| x + y),
    }
}

/// `$a - $b`.
///
/// # Errors
/// A type error for an array or a string that is not numeric.
pub fn subtract(a: &Value, b: &Value) -> Result<Value, PhpError> {
    binary("-", a, b, i64::checked_sub, |x, y| x - y)
}

/// `$a * $b`.
///
/// # Errors
/// A type error for an array or a string that is not numeric.
pub fn multiply(a: &Value, b: &Value) -> Result<Value, PhpError> {
    binary("*", a, b, i64::checked_mul, |x, y| x * y)
}

/// `$a / $b`; an integer if two integers divide without remainder.
///
/// # Errors
/// Division by zero, or a type error.
pub fn divide(a: &Value, b: &Value) -> Result<Value, PhpError> {
    let (x, y) = operands("/", a, b)?;
    if y.to_float() == 0.0 {
        return Err(PhpError::new(PhpErrorKind::DivisionByZero, "Division by zero"));
    }
    match (x, y) {
        (Number::Int(x), Number::Int(y)) if x.checked_rem(y) == Some(0) => Ok(Value::Int(x / y)),
        (x, y) => Ok(Value::Float(x.to_float() / y.to_float())),
    }
}

/// `$a % $b` of the operands as integers.
///
/// # Errors
/// Modulo by zero, or a type error.
pub fn modulo(a: &Value, b: &Value) -> Result<Value, PhpError> {
    let (x, y) = integers("%", a, b)?;
    if y == 0 {
        return Err(PhpError::new(PhpErrorKind::DivisionByZero, "Modulo by zero"));
    }
    // i64::MIN % -1 overflows on the processor and is 0 in PHP.
    Ok(Value::Int(x.checked_rem(y).unwrap_or(0)))
}

/// `$a ** $b`.
///
/// # Errors
/// A type error for an array or a string that is not numeric.
pub fn power(a: &Value, b: &Value) -> Result<Value, PhpError> {
    let (x, y) = operands("**", a, b)?;
    Ok(match (x, y) {
        (Number::Int(base), Number::Int(exponent)) if exponent >= 0 => int_power(base, exponent),
        (x, y) => Value::Float(x.to_float().powf(y.to_float())),
    })
}

/// Squares and multiplies in PHP's order, so that the step at which the result becomes a float is the same, and with it
/// the last bit of a large result.
fn int_power(base: i64, exponent: i64) -> Value {
    if exponent == 0 {
        return Value::Int(1);
    }
    if base == 0 {
        return Value::Int(0);
    }
    let (mut result, mut base, mut left) = (1_i64, base, exponent);
    while left >= 1 {
        if left % 2 != 0 {
            left -= 1;
            match result.checked_mul(base) {
                Some(product) => result = product,
                None => {
                    return Value::Float(result as f64 * base as f64 * (base as f64).powf(left as f64));
                }
            }
        } else {
            left /= 2;
            match base.checked_mul(base) {
                Some(square) => base = square,
                None => {
                    let square = base as f64 * base as f64;
                    return Value::Float(result as f64 * square.powf(left as f64));
                }
            }
        }
        if left == 0 {
            break;
        }
    }
    Value::Int(result)
}

/// `-$a`.
///
/// # Errors
/// A type error for an array or a string that is not numeric.
pub fn negate(a: &Value) -> Result<Value, PhpError> {
    multiply(a, &Value::Int(-1))
}

/// `+$a`.
///
/// # Errors
/// A type error for an array or a string that is not numeric.
pub fn plus(a: &Value) -> Result<Value, PhpError> {
    multiply(a, &Value::Int(1))
}

/// A bitwise operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bits {
    /// `&`
    And,
    /// `|`
    Or,
    /// `^`
    Xor,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
}

/// A bitwise operation: of the bytes of two strings, else of the operands as integers.
///
/// # Errors
/// A type error, or an arithmetic error for a negative shift.
pub fn bits(operator: Bits, a: &Value, b: &Value) -> Result<Value, PhpError> {
    let symbol = match operator {
        Bits::And => "&",
        Bits::Or => "|",
        Bits::Xor => "^",
        Bits::ShiftLeft => "<<",
        Bits::ShiftRight => ">>",
    };
    if let (Value::Str(x), Value::Str(y)) = (a, b)
        && let Some(text) = bytes(&operator, x, y)
    {
        return Ok(Value::Str(Str::from(text).with_trust_of(x.is_untrusted() || y.is_untrusted())));
    }
    let (x, y) = integers(symbol, a, b)?;
    let shift = |shifted: fn(i64, u32) -> i64, beyond: i64| match u32::try_from(y) {
        Ok(by) if by < 64 => Ok(shifted(x, by)),
        _ if y < 0 => Err(PhpError::new(PhpErrorKind::Arithmetic, "Bit shift by negative number")),
        _ => Ok(beyond),
    };
    Ok(Value::Int(match operator {
        Bits::And => x & y,
        Bits::Or => x | y,
        Bits::Xor => x ^ y,
        Bits::ShiftLeft => shift(i64::wrapping_shl, 0)?,
        Bits::ShiftRight => shift(|x, by| x >> by, if x < 0 { -1 } else { 0 })?,
    }))
}

/// `&`, `|` and `^` of two strings, byte by byte; `|` keeps the rest of the longer one. Shifts are for integers only.
fn bytes(operator: &Bits, x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    let join = |f: fn(u8, u8) -> u8| x.iter().zip(y).map(|(a, b)| f(*a, *b)).collect::<Vec<u8>>();
    match operator {
        Bits::And => Some(join(|a, b| a & b)),
        Bits::Xor => Some(join(|a, b| a ^ b)),
        Bits::Or => {
            let longer = if x.len() > y.len() { x } else { y };
            let mut out = join(|a, b| a | b);
            out.extend_from_slice(&longer[out.len()..]);
            Some(out)
        }
        Bits::ShiftLeft | Bits::ShiftRight => None,
    }
}

/// `++$a`: strings are incremented as in Perl (`Az` becomes `Ba`), null becomes 1, a bool stays.
///
/// # Errors
/// A type error for an array.
pub fn increment(a: &Value) -> Result<Value, PhpError> {
    Ok(match a {
        Value::Null => Value::Int(1),
        Value::Int(n) => n.checked_add(1).map_or_else(|| Value::Float(*n as f64 + 1.0), Value::Int),
        Value::Float(x) => Value::Float(x + 1.0),
        Value::Bool(_) => a.clone(),
        Value::Str(s) if s.is_empty() => Value::text("1"),
        Value::Str(s) => match numeric(s) {
            Numeric::Whole(n) => increment(&n.to_value())?,
            _ => Value::Str(Str::from(string_after(s)).with_trust_of(s.is_untrusted())),
        },
        Value::Array(_) => return Err(PhpError::type_error("Cannot increment array")),
    })
}

/// `--$a`: null stays null, the empty string becomes -1, other text stays.
///
/// # Errors
/// A type error for an array.
pub fn decrement(a: &Value) -> Result<Value, PhpError> {
    Ok(match a {
        Value::Int(n) => n.checked_sub(1).map_or_else(|| Value::Float(*n as f64 - 1.0), Value::Int),
        Value::Float(x) => Value::Float(x - 1.0),
        Value::Null | Value::Bool(_) => a.clone(),
        Value::Str(s) if s.is_empty() => Value::Int(-1),
        Value::Str(s) => match numeric(s) {
            Numeric::Whole(n) => decrement(&n.to_value())?,
            _ => a.clone(),
        },
        Value::Array(_) => return Err(PhpError::type_error("Cannot decrement array")),
    })
}

/// The string after `text`: the last letter or digit is incremented and carries to the left. A carry out of the first
/// byte inserts the first symbol of its kind (`9` gives `10`, `z` gives `aa`).
fn string_after(text: &[u8]) -> Vec<u8> {
    let mut out = text.to_vec();
    let mut at = out.len();
    let mut carried = None;
    while at > 0 {
        at -= 1;
        let (wrapped, before) = match out[at] {
            b'z' => (b'a', b'a'),
            b'Z' => (b'A', b'A'),
            b'9' => (b'0', b'1'),
            b'a'..=b'y' | b'A'..=b'Y' | b'0'..=b'8' => {
                out[at] += 1;
                return out;
            }
            _ => return carry_into(out, at + 1, carried),
        };
        out[at] = wrapped;
        carried = Some(before);
    }
    carry_into(out, 0, carried)
}

fn carry_into(mut out: Vec<u8>, at: usize, carried: Option<u8>) -> Vec<u8> {
    // Any other symbol stops the carry; PHP inserts only before the first byte.
    if let (0, Some(symbol)) = (at, carried) {
        out.insert(0, symbol);
    }
    out
}

fn binary(
    symbol: &str,
    a: &Value,
    b: &Value,
    ints: fn(i64, i64) -> Option<i64>,
    floats: fn(f64, f64) -> f64,
) -> Result<Value, PhpError> {
    Ok(match operands(symbol, a, b)? {
        (Number::Int(x), Number::Int(y)) => {
            ints(x, y).map_or_else(|| Value::Float(floats(x as f64, y as f64)), Value::Int)
        }
        (x, y) => Value::Float(floats(x.to_float(), y.to_float())),
    })
}

fn operands(symbol: &str, a: &Value, b: &Value) -> Result<(Number, Number), PhpError> {
    match (operand(a), operand(b)) {
        (Some(x), Some(y)) => Ok((x, y)),
        _ => {
            let (left, right) = (a.type_name(), b.type_name());
            Err(PhpError::type_error(format!("Unsupported operand types: {left} {symbol} {right}")))
        }
    }
}

fn operand(value: &Value) -> Option<Number> {
    Some(match value {
        Value::Null => Number::Int(0),
        Value::Bool(b) => Number::Int(i64::from(*b)),
        Value::Int(n) => Number::Int(*n),
        Value::Float(x) => Number::Float(*x),
        Value::Str(s) => match numeric(s) {
            Numeric::Whole(n) | Numeric::Leading(n) => n,
            Numeric::None => return None,
        },
        Value::Array(_) => return None,
    })
}

fn integers(symbol: &str, a: &Value, b: &Value) -> Result<(i64, i64), PhpError> {
    operands(symbol, a, b)?;
    Ok((a.to_int(), b.to_int()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str) -> String {
        String::from_utf8(string_after(text.as_bytes())).unwrap()
    }

    #[test]
    fn increment_of_string_carries() {
        assert_eq!(after("Az"), "Ba");
        assert_eq!(after("zz"), "aaa");
        assert_eq!(after("a9"), "b0");
        assert_eq!(after("Zz9"), "AAa0");
        assert_eq!(after("a-9"), "a-0");
        assert_eq!(after("5 apples"), "5 applet");
    }

    #[test]
    fn integer_overflow_gives_float() {
        let max = Value::Int(i64::MAX);
        assert!(matches!(add(&max, &Value::Int(1)).unwrap(), Value::Float(x) if x == 9_223_372_036_854_775_808.0));
        assert!(matches!(divide(&Value::Int(i64::MIN), &Value::Int(-1)).unwrap(), Value::Float(_)));
        assert!(matches!(modulo(&Value::Int(i64::MIN), &Value::Int(-1)).unwrap(), Value::Int(0)));
    }

    #[test]
    fn division_by_zero_fails() {
        let error = divide(&Value::Int(1), &Value::text("0")).unwrap_err();
        assert_eq!(error.kind, PhpErrorKind::DivisionByZero);
    }
}
