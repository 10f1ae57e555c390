//! PHP 8's comparisons: `==`, `===`, `<`, `<=`, `<=>`.
//!
//! Source: PHP 8.2's language reference ("Comparison operators") and the behaviour of `php`.
//! `tests/php_differential.rs` compares all pairs of types.

use std::cmp::Ordering;

use super::convert::{Number, Numeric, numeric, overflow_sign};
use super::{Array, PhpError, Value, ValueLimits, number};

/// `$a == $b`.
///
/// # Errors
/// A limit error for arrays nested deeper than [`ValueLimits::NESTING`].
pub fn loose_equal(a: &Value, b: &Value) -> Result<bool, PhpError> {
    match (a, b) {
        // The two most frequent pairs, without the analysis of numeric strings.
        (Value::Int(a), Value::Int(b)) => Ok(a == b),
        (Value::Str(a), Value::Str(b)) if starts_no_number(a) || starts_no_number(b) => Ok(a == b),
        _ => Ok(compare(a, b)? == 0),
    }
}

/// `$a === $b`: the same type and value; arrays with the same keys in the same order.
///
/// # Errors
/// A limit error for arrays nested deeper than [`ValueLimits::NESTING`].
pub fn identical(a: &Value, b: &Value) -> Result<bool, PhpError> {
    identical_within(a, b, ValueLimits::NESTING)
}

fn identical_within(a: &Value, b: &Value, nesting: usize) -> Result<bool, PhpError> {
    Ok(match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        (Value::Array(a), Value::Array(b)) => {
            let inner = deeper(nesting)?;
            if a.len() != b.len() {
                return Ok(false);
            }
            for ((key_a, a), (key_b, b)) in a.iter().zip(b.iter()) {
                if key_a != key_b || !identical_within(a, b, inner)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}

/// `$a < $b`. Write `$a > $b` as `less(b, a)`, so that values without an order are neither less nor greater.
///
/// # Errors
/// As [`compare`].
pub fn less(a: &Value, b: &Value) -> Result<bool, PhpError> {
    if has_nan(a, b) {
        return Ok(false);
    }
    Ok(compare(a, b)? < 0)
}

/// `$a <= $b`. Write `$a >= $b` as `less_equal(b, a)`.
///
/// # Errors
/// As [`compare`].
pub fn less_equal(a: &Value, b: &Value) -> Result<bool, PhpError> {
    if has_nan(a, b) {
        return Ok(false);
    }
    Ok(compare(a, b)? <= 0)
}

fn has_nan(a: &Value, b: &Value) -> bool {
    let number = |v: &Value| matches!(v, Value::Int(_) | Value::Float(_));
    let nan = |v: &Value| matches!(v, Value::Float(x) if x.is_nan());
    number(a) && number(b) && (nan(a) || nan(b))
}

/// `$a <=> $b`: -1, 0 or 1. Values without an order (NaN, arrays with different keys) give 1 both ways.
///
/// # Errors
/// A limit error for arrays nested deeper than [`ValueLimits::NESTING`].
pub fn compare(a: &Value, b: &Value) -> Result<i32, PhpError> {
    compare_within(a, b, ValueLimits::NESTING)
}

fn compare_within(a: &Value, b: &Value, nesting: usize) -> Result<i32, PhpError> {
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => sign(a.cmp(b)),
        (Value::Int(a), Value::Float(b)) => floats(*a as f64, *b),
        (Value::Float(a), Value::Int(b)) => floats(*a, *b as f64),
        (Value::Float(a), Value::Float(b)) => floats(*a, *b),
        (Value::Str(a), Value::Str(b)) => strings(a, b),
        (Value::Null, Value::Str(b)) => -i32::from(!b.is_empty()),
        (Value::Str(a), Value::Null) => i32::from(!a.is_empty()),
        (Value::Array(a), Value::Array(b)) => arrays(a, b, deeper(nesting)?)?,
        (Value::Null | Value::Bool(_), _) | (_, Value::Null | Value::Bool(_)) => {
            i32::from(a.truthy()) - i32::from(b.truthy())
        }
        (Value::Array(_), _) => 1,
        (_, Value::Array(_)) => -1,
        (number, Value::Str(text)) => number_with_string(number, text),
        (Value::Str(text), number) => {
            if matches!(number, Value::Float(x) if x.is_nan()) {
                1
            } else {
                -number_with_string(number, text)
            }
        }
    })
}

/// The order of two values in a sort; values without an order count as greater.
///
/// # Errors
/// As [`compare`].
pub fn ordering(a: &Value, b: &Value) -> Result<Ordering, PhpError> {
    Ok(compare(a, b)?.cmp(&0))
}

fn deeper(nesting: usize) -> Result<usize, PhpError> {
    nesting.checked_sub(1).ok_or_else(|| PhpError::limit("nesting of the compared arrays exceeds the limit"))
}

fn sign(order: Ordering) -> i32 {
    order as i32
}

fn floats(a: f64, b: f64) -> i32 {
    a.partial_cmp(&b).map_or(1, sign)
}

/// PHP's `strcmp` of two strings: -1, 0 or 1.
#[must_use]
pub fn bytes(a: &[u8], b: &[u8]) -> i32 {
    sign(a.cmp(b))
}

/// True if the first byte shows that the string is not numeric.
fn starts_no_number(text: &[u8]) -> bool {
    text.first().is_none_or(|b| !matches!(b, b'0'..=b'9' | b'.' | b'+' | b'-' | b' ' | b'\t'..=b'\r'))
}

fn strings(a: &[u8], b: &[u8]) -> i32 {
    if starts_no_number(a) || starts_no_number(b) {
        return bytes(a, b);
    }
    let (Numeric::Whole(x), Numeric::Whole(y)) = (numeric(a), numeric(b)) else {
        return bytes(a, b);
    };
    let (over_x, over_y) = (overflow_sign(a, x), overflow_sign(b, y));
    match (x, y) {
        (Number::Int(x), Number::Int(y)) => sign(x.cmp(&y)),
        // Integers beyond 64 bits lose digits as floats; if these are equal, the text decides.
        (Number::Float(x), Number::Float(y)) if over_x != 0 && over_x == over_y && x - y == 0.0 => bytes(a, b),
        (Number::Float(x), Number::Float(y)) if x == y && !x.is_finite() => bytes(a, b),
        (Number::Int(_), Number::Float(_)) if over_y != 0 => -over_y,
        (Number::Float(_), Number::Int(_)) if over_x != 0 => over_x,
        (x, y) => floats(x.to_float(), y.to_float()),
    }
}

/// Compares a number with a string: as numbers if the string is numeric, else as strings (`0 == "abc"` is false).
fn number_with_string(number: &Value, text: &[u8]) -> i32 {
    match (number, numeric(text)) {
        (Value::Float(x), _) if x.is_nan() => 1,
        (Value::Int(n), Numeric::Whole(Number::Int(m))) => sign(n.cmp(&m)),
        (_, Numeric::Whole(m)) => floats(number.to_float(), m.to_float()),
        _ => {
            let mut own = Vec::new();
            match number {
                Value::Float(x) => number::append_float(*x, &mut own),
                other => other.append_to(&mut own),
            }
            bytes(&own, text)
        }
    }
}

fn arrays(a: &Array, b: &Array, nesting: usize) -> Result<i32, PhpError> {
    if a.len() != b.len() {
        return Ok(sign(a.len().cmp(&b.len())));
    }
    for (key, value) in a {
        let Some(other) = b.get(key.as_ref()) else {
            return Ok(1);
        };
        let order = compare_within(value, other, nesting)?;
        if order != 0 {
            return Ok(order);
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eq(a: impl Into<Value>, b: impl Into<Value>) -> bool {
        loose_equal(&a.into(), &b.into()).unwrap()
    }

    #[test]
    fn number_equals_only_numeric_string() {
        assert!(!eq(0_i64, "abc"));
        assert!(!eq(0_i64, ""));
        assert!(eq(1_i64, " 1.0 "));
        assert!(eq("1e3", "1000"));
        assert!(!eq("1e3 x", "1000 x"));
        assert!(eq(Value::Null, ""));
        assert!(!eq(Value::Null, "0"));
        assert!(eq(false, "0"));
    }

    #[test]
    fn arrays_with_other_keys_are_greater_both_ways() {
        let a = Value::array([("a".into(), Value::Int(1))].into_iter().collect());
        let b = Value::array([("b".into(), Value::Int(1))].into_iter().collect());
        assert_eq!((compare(&a, &b).unwrap(), compare(&b, &a).unwrap()), (1, 1));
        assert!(!less(&a, &b).unwrap() && !less(&b, &a).unwrap());
    }

    #[test]
    fn deep_nesting_gives_limit_error_not_stack_overflow() {
        let deep = || (0..100_000).fold(Value::Null, |inner, _| Value::list([inner]));
        let error = compare(&deep(), &deep()).unwrap_err();
        assert_eq!(error.kind, crate::php::PhpErrorKind::Limit);
    }
}
