//! Functions that replace strings.

use bstr::ByteSlice;

use super::args;
use super::register::{by_ref, makes};
use crate::php::{Array, Context, Function, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    by_ref(makes("str_replace", 3, 4, |c, a| str_replace(c, a, false)), 1 << 3),
    by_ref(makes("str_ireplace", 3, 4, |c, a| str_replace(c, a, true)), 1 << 3),
    makes("strtr", 2, 3, strtr),
];

fn str_replace(context: &mut Context<'_>, args: &mut [Value], fold: bool) -> Result<Value, PhpError> {
    let (search, replace, subject) = (args[0].clone(), args[1].clone(), args[2].clone());
    if let (Value::Array(_), false) = (&replace, matches!(search, Value::Array(_))) {
        return Err(PhpError::type_error(
            "Argument #2 ($replace) must be of type string when argument #1 ($search) is a string",
        ));
    }
    let mut count = 0;
    let result = match &subject {
        Value::Array(subjects) => {
            let mut out = Array::with_capacity(subjects.len());
            for (key, one) in subjects.iter() {
                // A nested array is text like any other value: "Array".
                let changed = replace_in(context, &search, &replace, one.to_str(), fold, &mut count)?;
                out.insert(key.clone(), Value::Str(changed));
            }
            Value::array(out)
        }
        one => Value::Str(replace_in(context, &search, &replace, one.to_str(), fold, &mut count)?),
    };
    if let Some(out) = args.get_mut(3) {
        *out = Value::from(count);
    }
    Ok(result)
}

fn replace_in(
    context: &mut Context<'_>,
    search: &Value,
    replace: &Value,
    subject: Str,
    fold: bool,
    count: &mut usize,
) -> Result<Str, PhpError> {
    let Value::Array(searches) = search else {
        return replace_all(context, &subject, &search.to_bytes(), &replace.to_bytes(), fold, count);
    };
    let mut text = subject;
    for (n, one) in searches.values().enumerate() {
        let with = match replace {
            Value::Array(list) => list.entry_at(n).map_or(Value::text(""), |(_, v)| v.clone()),
            other => other.clone(),
        };
        text = replace_all(context, &text, &one.to_bytes(), &with.to_bytes(), fold, count)?;
    }
    Ok(text)
}

/// Replaces every occurrence of `search`, left to right. An empty `search` is never found.
pub fn replace_all(
    context: &mut Context<'_>,
    text: &Str,
    search: &[u8],
    replace: &[u8],
    fold: bool,
    count: &mut usize,
) -> Result<Str, PhpError> {
    context.charge(text.len())?;
    if search.is_empty() || search.len() > text.len() {
        return Ok(text.clone());
    }
    let lower = (fold).then(|| (text.to_ascii_lowercase(), search.to_ascii_lowercase()));
    let (hay, needle) = lower.as_ref().map_or((&text[..], search), |(h, n)| (&h[..], &n[..]));
    let mut out = Vec::new();
    let mut end = 0;
    for at in hay.find_iter(needle) {
        out.extend_from_slice(&text[end..at]);
        out.extend_from_slice(replace);
        context.allow_bytes(out.len())?;
        end = at + search.len();
        *count += 1;
    }
    if end == 0 {
        return Ok(text.clone());
    }
    out.extend_from_slice(&text[end..]);
    Ok(out.into())
}

fn strtr(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    if args.len() == 2 || args[2].is_null() {
        let pairs = match &args[1] {
            Value::Array(pairs) => pairs.clone(),
            _ => {
                return Err(PhpError::type_error("Argument #2 ($from) must be of type array, string given"));
            }
        };
        let pairs: Vec<(Str, Str)> = pairs.iter().map(|(k, v)| (k.to_str(), v.to_str())).collect();
        return translate(context, &text, &pairs).map(Value::Str);
    }
    if matches!(args[1], Value::Array(_)) {
        return Err(PhpError::type_error("Argument #2 ($from) must be of type string, array given"));
    }
    let (from, to) = (args::text(args, 1)?, args::text(args, 2)?);
    let mut map: [u8; 256] = std::array::from_fn(|i| i as u8);
    for (f, t) in from.iter().zip(to.iter()) {
        map[usize::from(*f)] = *t;
    }
    Ok(Value::from(text.iter().map(|b| map[usize::from(*b)]).collect::<Vec<u8>>()))
}

/// `strtr` with pairs: replaces the longest matching key at each position, and does not search the replacement again.
pub fn translate(context: &mut Context<'_>, text: &Str, pairs: &[(Str, Str)]) -> Result<Str, PhpError> {
    let mut longest: Vec<&(Str, Str)> = pairs.iter().filter(|(from, _)| !from.is_empty()).collect();
    longest.sort_by_key(|(from, _)| std::cmp::Reverse(from.len()));
    context.charge(text.len().saturating_mul(1 + longest.len() / 8))?;
    let mut starts = [false; 256];
    for (from, _) in &longest {
        starts[usize::from(from[0])] = true;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let hit =
            starts[usize::from(rest[0])].then(|| longest.iter().find(|(from, _)| rest.starts_with(from))).flatten();
        match hit {
            Some((from, to)) => {
                out.extend_from_slice(to);
                at += from.len();
            }
            None => {
                out.push(rest[0]);
                at += 1;
            }
        }
        context.allow_bytes(out.len())?;
    }
    Ok(out.into())
}
