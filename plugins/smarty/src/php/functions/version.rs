//! `version_compare`.
//!
//! Source: PHP's manual: a version is cut where digits and other characters meet; forms order as
//! `dev < alpha = a < beta = b < RC = rc < # < pl = p`, anything else before them all.

use super::args;
use super::register::moves;
use crate::php::{Context, Fault, Function, Value};

pub const FUNCTIONS: &[Function] = &[moves("version_compare", 2, 3, version_compare)];

/// A version with a dot wherever its parts meet.
fn canonical(version: &[u8]) -> Vec<u8> {
    // A C string there: a NUL ends it.
    let version = version.split(|b| *b == 0).next().unwrap_or_default();
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
        let meets =
            word(last) && !special(last) && b.is_ascii_digit() || last.is_ascii_digit() && word(b);
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
    FORMS
        .iter()
        .find(|(name, _)| form.starts_with(name))
        .map_or(-1, |(_, order)| *order)
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

fn compare_versions(a: &[u8], b: &[u8]) -> i32 {
    if a.is_empty() || b.is_empty() {
        return i32::from(!a.is_empty()) - i32::from(!b.is_empty());
    }
    let (a, b) = (canonical(a), canonical(b));
    let (mut x, mut y) = (
        a.split(|c| *c == b'.').peekable(),
        b.split(|c| *c == b'.').peekable(),
    );
    // An empty part, after a last dot, ends the walk as the end does.
    while let (Some(p), Some(q)) = (x.peek(), y.peek()) {
        if p.is_empty() || q.is_empty() {
            break;
        }
        let order = compare_part(p, q);
        if order != 0 {
            return order;
        }
        x.next();
        y.next();
    }
    // More of a version is newer if it is a number, and else as its form says ("1.0rc" before "1.0").
    let rest = |parts: &mut dyn Iterator<Item = &[u8]>| parts.collect::<Vec<_>>().join(&b'.');
    match (x.peek(), y.peek()) {
        (Some(p), _) if is_number(p) => 1,
        (Some(_), _) => compare_versions(&rest(&mut x), b"#N#"),
        (_, Some(q)) if is_number(q) => -1,
        (_, Some(_)) => compare_versions(b"#N#", &rest(&mut y)),
        _ => 0,
    }
}

fn version_compare(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, Fault> {
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
