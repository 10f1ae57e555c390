//! `version_compare`.
//!
//! Source: PHP's manual: a version is split where digits and other characters meet; forms are ordered as `dev < alpha =
//! a < beta = b < RC = rc < # < pl = p`, and any other form precedes them.

use super::args;
use super::register::moves;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[moves("version_compare", 2, 3, version_compare)];

/// The version with a dot wherever its parts meet.
fn canonical(version: &[u8]) -> Vec<u8> {
    let Some((&first, rest)) = version.split_first() else {
        return Vec::new();
    };
    if first == b'#' {
        return version.to_vec();
    }
    let special = |b: u8| matches!(b, b'-' | b'_' | b'+');
    let word = |b: u8| !b.is_ascii_digit() && b != b'.';
    let mut out = vec![first];
    let mut last = first;
    for &b in rest {
        let meets = word(last) && b.is_ascii_digit() || last.is_ascii_digit() && word(b);
        let dotted = out.last() == Some(&b'.');
        if special(b) || meets || !b.is_ascii_alphanumeric() {
            if !dotted {
                out.push(b'.');
            }
            if meets && !special(b) {
                out.push(b);
            }
        } else {
            out.push(b);
        }
        last = b;
    }
    out
}

fn form_order(form: &[u8]) -> i32 {
    const FORMS: [(&[u8], i32); 10] = [
        (b"dev", 0),
        (b"alpha", 1),
        (b"a", 1),
        (b"beta", 2),
        (b"b", 2),
        (b"RC", 3),
        (b"rc", 3),
        (b"#", 4),
        (b"pl", 5),
        (b"p", 5),
    ];
    FORMS.iter().find(|(name, _)| form.starts_with(name)).map_or(-1, |(_, order)| *order)
}

fn is_number(part: &[u8]) -> bool {
    part.first().is_some_and(u8::is_ascii_digit)
}

fn compare_part(a: &[u8], b: &[u8]) -> i32 {
    let value = |part: &[u8]| Value::from(part.to_vec()).to_int();
    match (is_number(a), is_number(b)) {
        (true, true) => value(a).cmp(&value(b)) as i32,
        (false, false) => (form_order(a) - form_order(b)).signum(),
        (true, false) => (form_order(b"#") - form_order(b)).signum(),
        (false, true) => (form_order(a) - form_order(b"#")).signum(),
    }
}

/// The part before the first dot, and the rest after it.
fn first_part(version: &[u8]) -> (&[u8], Option<&[u8]>) {
    match version.iter().position(|b| *b == b'.') {
        Some(dot) => (&version[..dot], Some(&version[dot + 1..])),
        None => (version, None),
    }
}

/// The result of comparing the parts that two versions share: decided, or the rest of each.
enum Comparison {
    Decided(i32),
    Left(Option<Vec<u8>>, Option<Vec<u8>>),
}

fn compare_common(a: &[u8], b: &[u8]) -> Comparison {
    let (mut p, mut q) = (a, b);
    let mut left = (Some(a), Some(b));
    while !p.is_empty() && !q.is_empty() {
        let (x, y) = (first_part(p), first_part(q));
        let order = compare_part(x.0, y.0);
        if order != 0 {
            return Comparison::Decided(order);
        }
        left = (x.1, y.1);
        let (Some(next_p), Some(next_q)) = left else {
            break;
        };
        (p, q) = (next_p, next_q);
    }
    Comparison::Left(left.0.map(<[u8]>::to_vec), left.1.map(<[u8]>::to_vec))
}

fn compare_versions(a: &[u8], b: &[u8]) -> i32 {
    /// Stands for a release among the forms.
    const RELEASE: &[u8] = b"#N#";
    // PHP compares C strings here, which end at a NUL.
    let (mut a, mut b) = (args::c_string(a).to_vec(), args::c_string(b).to_vec());
    loop {
        if a.is_empty() || b.is_empty() {
            return i32::from(!a.is_empty()) - i32::from(!b.is_empty());
        }
        // A longer version is newer if the rest is a number; otherwise the form decides ("1.0rc" is before "1.0").
        match compare_common(&canonical(&a), &canonical(&b)) {
            Comparison::Decided(order) => return order,
            Comparison::Left(Some(rest), _) if is_number(&rest) => return 1,
            Comparison::Left(Some(rest), _) => (a, b) = (rest, RELEASE.to_vec()),
            Comparison::Left(None, Some(rest)) if is_number(&rest) => return -1,
            Comparison::Left(None, Some(rest)) => (a, b) = (RELEASE.to_vec(), rest),
            Comparison::Left(None, None) => return 0,
        }
    }
}

fn version_compare(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    // Each round copies the rest, so the cost is quadratic in the length.
    let length = args::text(args, 0)?.len().max(args::text(args, 1)?.len());
    context.charge(length.saturating_mul(length))?;
    let order = compare_versions(&args::text(args, 0)?, &args::text(args, 1)?);
    let Some(operator) = args::text_opt(args, 2)? else {
        return Ok(Value::Int(order.into()));
    };
    Ok(Value::Bool(match operator.as_bytes() {
        b"<" | b"lt" => order < 0,
        b"<=" | b"le" => order <= 0,
        b">" | b"gt" => order > 0,
        b">=" | b"ge" => order >= 0,
        b"==" | b"eq" => order == 0,
        b"!=" | b"<>" | b"ne" => order != 0,
        _ => return Err(args::bad(2, "be a valid comparison operator")),
    }))
}
