//! Comparison of strings, exact and by similarity.

use super::args;
use super::register::{by_ref, escapes, moves};
use crate::php::convert::is_space;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("strcmp", 2, 2, |_, a| compared(a, false, None)),
    moves("strcasecmp", 2, 2, |_, a| compared(a, true, None)),
    moves("strncmp", 3, 3, |_, a| compared(a, false, Some(length(a)?))),
    moves("strncasecmp", 3, 3, |_, a| compared(a, true, Some(length(a)?))),
    moves("strcoll", 2, 2, |_, a| compared(a, false, None)),
    moves("strnatcmp", 2, 2, |_, a| Ok(Value::Int(natural(&args::text(a, 0)?, &args::text(a, 1)?, false).into()))),
    moves("strnatcasecmp", 2, 2, |_, a| Ok(Value::Int(natural(&args::text(a, 0)?, &args::text(a, 1)?, true).into()))),
    by_ref(moves("similar_text", 2, 3, similar_text), 1 << 2),
    moves("levenshtein", 2, 5, levenshtein),
    escapes("soundex", 1, 1, soundex),
];

/// The result of the C library's memcmp: the distance of the first bytes that differ, else the sign of the difference
/// in length.
pub fn distance(a: &[u8], b: &[u8], fold: bool) -> Value {
    let letter = |byte: u8| i64::from(if fold { byte.to_ascii_lowercase() } else { byte });
    let differs = a.iter().zip(b).map(|(x, y)| letter(*x) - letter(*y)).find(|d| *d != 0);
    Value::Int(differs.unwrap_or_else(|| a.len().cmp(&b.len()) as i64))
}

fn length(args: &[Value]) -> Result<usize, PhpError> {
    args::size(args::int(args, 2)?).ok_or_else(|| args::bad(2, "be greater than or equal to 0"))
}

fn compared(args: &[Value], fold: bool, length: Option<usize>) -> Result<Value, PhpError> {
    let (a, b) = (args::text(args, 0)?, args::text(args, 1)?);
    let cut = |s: &[u8]| length.map_or(s.len(), |n| n.min(s.len()));
    Ok(distance(&a[..cut(&a)], &b[..cut(&b)], fold))
}

/// PHP's natural order ("img12" after "img10"), after Martin Pool's strnatcmp: runs of digits are compared as numbers,
/// runs that start with a zero as fractions.
pub fn natural(a: &[u8], b: &[u8], fold: bool) -> i32 {
    if a.is_empty() || b.is_empty() {
        return (i32::from(!a.is_empty()) - i32::from(!b.is_empty())).signum();
    }
    let (mut i, mut j) = (leading_zeros(a), leading_zeros(b));
    loop {
        i += a[i..].iter().take_while(|c| is_space(**c)).count();
        j += b[j..].iter().take_while(|c| is_space(**c)).count();
        let at = |s: &[u8], k: usize| s.get(k).copied().unwrap_or(0);
        let (mut x, mut y) = (at(a, i), at(b, j));
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let fractional = x == b'0' || y == b'0';
            let order = if fractional { left(a, &mut i, b, &mut j) } else { right(a, &mut i, b, &mut j) };
            if order != 0 {
                return order;
            }
            if i >= a.len() && j >= b.len() {
                return 0;
            } else if i >= a.len() {
                return -1;
            } else if j >= b.len() {
                return 1;
            }
            (x, y) = (a[i], b[j]);
        }
        if fold {
            (x, y) = (x.to_ascii_uppercase(), y.to_ascii_uppercase());
        }
        if x != y {
            return if x < y { -1 } else { 1 };
        }
        (i, j) = (i + 1, j + 1);
        if i >= a.len() || j >= b.len() {
            return i32::from(i < a.len()) - i32::from(j < b.len());
        }
    }
}

/// The number of leading zeros before another digit, which do not count.
fn leading_zeros(s: &[u8]) -> usize {
    (0..s.len().saturating_sub(1)).take_while(|k| s[*k] == b'0' && s[k + 1].is_ascii_digit()).count()
}

fn digit(s: &[u8], at: usize) -> Option<u8> {
    s.get(at).copied().filter(u8::is_ascii_digit)
}

/// Compares two numbers aligned at their last digit: the longer one is greater, else the first difference decides.
fn right(a: &[u8], i: &mut usize, b: &[u8], j: &mut usize) -> i32 {
    let mut bias = 0;
    loop {
        match (digit(a, *i), digit(b, *j)) {
            (None, None) => return bias,
            (None, _) => return -1,
            (_, None) => return 1,
            (Some(x), Some(y)) if bias == 0 => bias = (i32::from(x) - i32::from(y)).signum(),
            _ => {}
        }
        (*i, *j) = (*i + 1, *j + 1);
    }
}

/// Compares two fractions aligned at their first digit: the first difference decides.
fn left(a: &[u8], i: &mut usize, b: &[u8], j: &mut usize) -> i32 {
    loop {
        match (digit(a, *i), digit(b, *j)) {
            (None, None) => return 0,
            (None, _) => return -1,
            (_, None) => return 1,
            (Some(x), Some(y)) if x != y => return (i32::from(x) - i32::from(y)).signum(),
            _ => {}
        }
        (*i, *j) = (*i + 1, *j + 1);
    }
}

fn similar_text(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (a, b) = (args::text(args, 0)?, args::text(args, 1)?);
    let mut common = 0;
    let mut parts = vec![(0, a.len(), 0, b.len())];
    while let Some((a0, a1, b0, b1)) = parts.pop() {
        context.charge((a1 - a0).saturating_mul(b1 - b0))?;
        let Some((i, j, length)) = longest_common(&a[a0..a1], &b[b0..b1]) else {
            continue;
        };
        common += length;
        parts.push((a0, a0 + i, b0, b0 + j));
        parts.push((a0 + i + length, a1, b0 + j + length, b1));
    }
    if let Some(percent) = args.get_mut(2) {
        let total = a.len() + b.len();
        *percent = Value::Float(if total == 0 { 0.0 } else { common as f64 * 2.0 * 100.0 / total as f64 });
    }
    Ok(Value::from(common))
}

/// The first longest common run: its positions in `a` and in `b`, and its length.
fn longest_common(a: &[u8], b: &[u8]) -> Option<(usize, usize, usize)> {
    let mut best = None;
    let mut length = 0;
    for i in 0..a.len() {
        for j in 0..b.len() {
            let run = a[i..].iter().zip(&b[j..]).take_while(|(x, y)| x == y).count();
            if run > length {
                length = run;
                best = Some((i, j, run));
            }
        }
    }
    best
}

fn levenshtein(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (a, b) = (args::text(args, 0)?, args::text(args, 1)?);
    let (insert, replace, delete) = (args::int_or(args, 2, 1)?, args::int_or(args, 3, 1)?, args::int_or(args, 4, 1)?);
    let times = |n: usize, cost: i64| Value::Int((n as i64).wrapping_mul(cost));
    if a.is_empty() {
        return Ok(times(b.len(), insert));
    }
    if b.is_empty() {
        return Ok(times(a.len(), delete));
    }
    context.charge(a.len().saturating_mul(b.len()))?;
    let mut row: Vec<i64> = (0..=b.len() as i64).map(|n| n.wrapping_mul(insert)).collect();
    for x in a.iter() {
        let mut diagonal = row[0];
        row[0] = row[0].wrapping_add(delete);
        for (j, y) in b.iter().enumerate() {
            let same = diagonal.wrapping_add(if x == y { 0 } else { replace });
            diagonal = row[j + 1];
            row[j + 1] = same.min(row[j + 1].wrapping_add(delete)).min(row[j].wrapping_add(insert));
        }
    }
    Ok(Value::Int(row[b.len()]))
}

fn soundex(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    // Codes by letter, A to Z: 0 is a vowel, which ends a run; - is H or W, which does not.
    const CODES: &[u8; 26] = b"01230120022455012623010202";
    let text = args::text(args, 0)?;
    let mut out: Vec<u8> = Vec::with_capacity(4);
    let mut last = 0;
    for letter in text.iter().map(u8::to_ascii_uppercase).filter(u8::is_ascii_uppercase) {
        let code = CODES[usize::from(letter - b'A')];
        if out.is_empty() {
            out.push(letter);
            last = code;
        } else if !matches!(letter, b'H' | b'W') {
            if code != last && code != b'0' {
                out.push(code);
            }
            last = code;
        }
        if out.len() == 4 {
            break;
        }
    }
    out.resize(4, b'0');
    Ok(Value::from(out))
}
