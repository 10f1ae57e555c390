//! `replace`, `regex_replace`, `strip`, `strip_tags`, `indent`.

use std::rc::Rc;

use bstr::ByteSlice;

use crate::php::functions::register::{MANY, makes};
use crate::php::functions::text_cut::repeat;
use crate::php::functions::text_replace::replace_all;
use crate::php::functions::{args, preg, strip_tags};
use crate::php::{Array, Context, Function, PhpError, Str, Value};

pub const MODIFIERS: &[Function] = &[
    makes("replace", 3, MANY, |c, a| replace(c, &a[1].clone(), &a[2].clone(), &a[0].clone(), c.limits.nesting)),
    makes("regex_replace", 3, MANY, regex_replace),
    makes("strip", 1, MANY, |c, a| {
        let with = a.get(1).cloned().unwrap_or_else(|| Value::text(" "));
        preg::replace_in(c, &Value::text("!\\s+!u"), &with, &a[0].clone(), usize::MAX, &mut 0)
    }),
    makes("strip_tags", 1, MANY, tags),
    makes("indent", 1, MANY, indent),
];

/// Smarty's own replacement works on characters, so that invalid UTF-8 gives an empty result; arrays are matched by
/// position.
fn replace(
    context: &mut Context<'_>,
    search: &Value,
    with: &Value,
    subject: &Value,
    nesting: usize,
) -> Result<Value, PhpError> {
    let inner = nesting.checked_sub(1).ok_or_else(|| PhpError::limit("nesting of arrays exceeds the limit"))?;
    if let (Value::Array(_), false) = (with, matches!(search, Value::Array(_))) {
        return Ok(Value::Bool(false));
    }
    if let Value::Array(subjects) = subject {
        let mut out = Array::with_capacity(subjects.len());
        for (key, one) in subjects.iter() {
            out.insert(key.clone(), replace(context, search, with, one, inner)?);
        }
        return Ok(Value::array(out));
    }
    let Value::Array(searches) = search else {
        return replace_one(context, &search.to_str(), &args::text(std::slice::from_ref(with), 0)?, &subject.to_str());
    };
    let mut text = subject.clone();
    let count = match with {
        Value::Array(list) => searches.len().max(list.len()),
        _ => searches.len(),
    };
    for i in 0..count {
        let wanted = searches.entry_at(i).map_or(Str::default(), |(_, v)| v.to_str());
        let put = match with {
            Value::Array(list) => list.entry_at(i).map_or(Str::default(), |(_, v)| v.to_str()),
            one => one.to_str(),
        };
        text = replace_one(context, &wanted, &put, &text.to_str())?;
    }
    Ok(text)
}

fn replace_one(context: &mut Context<'_>, search: &Str, with: &Str, subject: &Str) -> Result<Value, PhpError> {
    if std::str::from_utf8(subject).is_err() || std::str::from_utf8(search).is_err() {
        return Ok(Value::text(""));
    }
    replace_all(context, subject, search, with, false, &mut 0).map(Value::Str)
}

fn regex_replace(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let patterns = match &args[1] {
        Value::Array(list) => {
            let checked = list.iter().map(|(k, v)| (k.clone(), Value::Str(without_eval(&v.to_bytes()))));
            Value::array(checked.collect::<Array>())
        }
        one => Value::Str(without_eval(&one.to_bytes())),
    };
    let limit = args::size(args::int_or(args, 3, -1)?).unwrap_or(usize::MAX);
    preg::replace_in(context, &patterns, &args[2].clone(), &args[0].clone(), limit, &mut 0)
}

/// The pattern up to a NUL, without the modifier `e`, which once executed the replacement as code.
fn without_eval(pattern: &[u8]) -> Str {
    let pattern = &pattern[..pattern.find_byte(0).unwrap_or(pattern.len())];
    let is_letter = |b: &u8| b.is_ascii_alphabetic() || matches!(b, b' ' | b'\t'..=b'\r');
    let start = pattern.iter().rposition(|b| !is_letter(b)).map_or(0, |i| i + 1);
    let (head, letters) = pattern.split_at(start);
    if !letters.contains(&b'e') {
        return Str::new(pattern);
    }
    let kept = letters.iter().copied().filter(|b| *b != b'e' && b.is_ascii_alphabetic());
    Str::from(head.iter().copied().chain(kept).collect::<Vec<u8>>())
}

fn tags(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let spaced = match args.get(1) {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Str(word)) => word.as_bytes() == b"true",
        Some(_) => false,
    };
    if !spaced {
        return Ok(Value::from(strip_tags::strip(&args[0].to_bytes(), &[])));
    }
    let subject = if args[0].truthy() { args[0].clone() } else { Value::text("") };
    preg::replace_in(context, &Value::text("!<[^>]*?>!"), &Value::text(" "), &subject, usize::MAX, &mut 0)
}

fn indent(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let count = args::size(args::int_or(args, 1, 4)?).ok_or_else(|| args::bad(1, "be greater than or equal to 0"))?;
    let space = repeat(context, &args::text_or(args, 2, b" ")?, count)?;
    let space = Value::Str(Str::from(space));
    let subject = match &args[0] {
        Value::Array(list) => Value::Array(Rc::clone(list)),
        other => other.clone(),
    };
    preg::replace_in(context, &Value::text("!^!m"), &space, &subject, usize::MAX, &mut 0)
}
