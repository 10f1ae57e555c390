//! `preg_*`, except for lists, parts and callbacks.

use super::args;
use super::register::{by_ref, makes, moves};
use crate::php::last_error::PregError;
use crate::php::regex::{Captures, PatternError, Regex};
use crate::php::{Array, Context, Function, Key, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    by_ref(makes("preg_match", 2, 5, preg_match), 1 << 2),
    by_ref(makes("preg_match_all", 2, 5, preg_match_all), 1 << 2),
    by_ref(makes("preg_replace", 3, 5, preg_replace), 1 << 4),
    makes("preg_quote", 1, 2, preg_quote),
    moves("preg_last_error", 0, 0, |c, _| Ok(Value::Int(c.last_errors.preg as i64))),
    moves("preg_last_error_msg", 0, 0, |c, _| Ok(Value::text(c.last_errors.preg.message()))),
];

const SET_ORDER: i64 = 2;
const OFFSET_CAPTURE: i64 = 256;
const UNMATCHED_AS_NULL: i64 = 512;

/// A pattern, and the rest of its step budget.
pub struct Search {
    regex: Regex,
    steps: usize,
}

impl Search {
    /// Compiles a pattern; `None` if PHP refuses it too, with a warning, and its functions return false or null.
    ///
    /// # Errors
    /// The pattern uses a feature of PHP that is not supported here.
    pub fn new(context: &mut Context<'_>, pattern: &[u8], subject: usize) -> Result<Option<Search>, PhpError> {
        context.last_errors.preg = PregError::None;
        let regex = match Regex::delimited(pattern) {
            Ok(regex) => regex,
            Err(PatternError::Invalid(_)) => {
                context.last_errors.preg = PregError::Internal;
                return Ok(None);
            }
            Err(PatternError::Unavailable(why)) => return Err(PhpError::error(why)),
        };
        // A long subject needs steps just to be scanned.
        let steps = context.limits.regex_steps.saturating_add(subject.saturating_mul(16));
        Ok(Some(Search { regex, steps }))
    }

    /// True if the subject can be searched: a pattern with `u` needs valid UTF-8.
    pub fn takes(&self, context: &mut Context<'_>, subject: &[u8]) -> bool {
        let takes = !self.regex.is_utf8() || std::str::from_utf8(subject).is_ok();
        if !takes {
            context.last_errors.preg = PregError::Utf8;
        }
        takes
    }

    /// The position that argument `i` gives, if the subject can be searched from there.
    fn start(
        &self,
        context: &mut Context<'_>,
        args: &[Value],
        i: usize,
        subject: &[u8],
    ) -> Result<Option<usize>, PhpError> {
        let offset = args::int_or(args, i, 0)?;
        // A position before the subject is its start; one after it is an error.
        let start = args::offset_in(offset, subject.len()).or((offset < 0).then_some(0));
        let Some(start) = start else {
            context.last_errors.preg = PregError::Internal;
            return Ok(None);
        };
        if self.regex.is_utf8() && subject.get(start).is_some_and(|b| (0x80..0xc0).contains(b)) {
            context.last_errors.preg = PregError::Utf8Offset;
            return Ok(None);
        }
        Ok(self.takes(context, subject).then_some(start))
    }

    fn find(&mut self, context: &mut Context<'_>, subject: &[u8], at: usize) -> Result<Option<Captures>, PhpError> {
        self.counted(context, |regex, steps| regex.find_at(subject, at, steps))
    }

    fn counted(
        &mut self,
        context: &mut Context<'_>,
        run: impl FnOnce(&Regex, &mut usize) -> Result<Option<Captures>, crate::php::regex::Exhausted>,
    ) -> Result<Option<Captures>, PhpError> {
        let before = self.steps;
        let found = run(&self.regex, &mut self.steps);
        context.charge(before - self.steps)?;
        found.map_err(|_| {
            PhpError::limit("the regular expression exceeds its limit of backtracking steps: simplify the pattern")
        })
    }

    /// The number of matches.
    pub fn count(&mut self, context: &mut Context<'_>, subject: &[u8]) -> Result<usize, PhpError> {
        let mut count = 0;
        let mut at = 0;
        // These patterns never match an empty string, so each search starts at the end of the last match.
        while let Some((from, to)) = self.find(context, subject, at)?.and_then(|captures| captures[0]) {
            count += 1;
            at = to.max(from + 1);
            if at > subject.len() {
                break;
            }
        }
        Ok(count)
    }

    /// All matches from `start`, at most `limit`. After an empty match PCRE first tries a longer one at the same
    /// position.
    pub fn all(
        &mut self,
        context: &mut Context<'_>,
        subject: &[u8],
        start: usize,
        limit: usize,
    ) -> Result<Vec<Captures>, PhpError> {
        let mut found = Vec::new();
        let mut at = start;
        let mut after_empty = false;
        while found.len() < limit && at <= subject.len() {
            let next = if after_empty {
                let longer = self.counted(context, |regex, steps| regex.nonempty_at(subject, at, steps))?;
                if longer.is_none() {
                    let utf8 = self.regex.is_utf8();
                    at += subject.get(at).map_or(1, |b| if utf8 { crate::php::utf8::length_by_lead(*b) } else { 1 });
                    after_empty = false;
                    continue;
                }
                longer
            } else {
                self.find(context, subject, at)?
            };
            let Some(captures) = next else { break };
            let (from, to) = captures[0].unwrap_or((at, at));
            after_empty = from == to;
            at = to;
            found.push(captures);
            context.allow_entries(found.len())?;
        }
        Ok(found)
    }
}

/// The text of one group, with its position if requested.
fn group(subject: &[u8], range: Option<(usize, usize)>, flags: i64) -> Value {
    let text = match range {
        Some((from, to)) => Value::Str(Str::new(&subject[from..to])),
        None if flags & UNMATCHED_AS_NULL != 0 => Value::Null,
        None => Value::text(""),
    };
    if flags & OFFSET_CAPTURE == 0 {
        return text;
    }
    let at = range.map_or(Value::Int(-1), |(from, _)| Value::from(from));
    Value::list([text, at])
}

/// The groups of one match, named ones also by name. Trailing groups without a match are left out unless they are
/// requested as null.
pub fn match_array(search: &Search, subject: &[u8], captures: &Captures, flags: i64) -> Array {
    let taken = captures.iter().rposition(Option::is_some).map_or(1, |last| last + 1);
    let count = if flags & UNMATCHED_AS_NULL != 0 { captures.len() } else { taken };
    let mut out = Array::new();
    for (i, range) in captures.iter().take(count).enumerate() {
        let value = group(subject, *range, flags);
        if let Some((name, _)) = search.regex.names.iter().find(|(_, number)| *number == i) {
            out.insert(Key::from(&name[..]), value.clone());
        }
        out.insert(Key::Int(i as i64), value);
    }
    out
}

fn bad_flags() -> PhpError {
    args::bad(3, "be a PREG_* constant")
}

fn preg_match(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (pattern, subject) = (args::text(args, 0)?, args::text(args, 1)?);
    let flags = args::int_or(args, 3, 0)?;
    if flags & 0xff != 0 {
        return Err(bad_flags());
    }
    let Some(mut search) = Search::new(context, &pattern, subject.len())? else {
        return Ok(Value::Bool(false));
    };
    let start = search.start(context, args, 4, &subject)?;
    let found = match start {
        Some(start) => search.find(context, &subject, start)?,
        None => None,
    };
    if let Some(out) = args.get_mut(2) {
        *out = Value::array(found.as_ref().map(|c| match_array(&search, &subject, c, flags)).unwrap_or_default());
    }
    Ok(match (start, found) {
        (None, _) => Value::Bool(false),
        (_, found) => Value::Int(i64::from(found.is_some())),
    })
}

fn preg_match_all(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (pattern, subject) = (args::text(args, 0)?, args::text(args, 1)?);
    let flags = args::int_or(args, 3, 0)?;
    if flags & 0xff > SET_ORDER {
        return Err(bad_flags());
    }
    let Some(mut search) = Search::new(context, &pattern, subject.len())? else {
        return Ok(Value::Bool(false));
    };
    let start = search.start(context, args, 4, &subject)?;
    let Some(start) = start else {
        if let Some(out) = args.get_mut(2) {
            let empty = if flags & 0xff == SET_ORDER { Array::new() } else { by_group(&search, &subject, &[], flags) };
            *out = Value::array(empty);
        }
        return Ok(Value::Bool(false));
    };
    let found = search.all(context, &subject, start, usize::MAX)?;
    if let Some(out) = args.get_mut(2) {
        *out = if flags & 0xff == SET_ORDER {
            Value::list(found.iter().map(|c| Value::array(match_array(&search, &subject, c, flags))))
        } else {
            Value::array(by_group(&search, &subject, &found, flags))
        };
    }
    Ok(Value::from(found.len()))
}

fn by_group(search: &Search, subject: &[u8], found: &[Captures], flags: i64) -> Array {
    let mut out = Array::new();
    for i in 0..search.regex.groups {
        // In this order a group without a match is an empty string without a position.
        let texts = Value::list(found.iter().map(|captures| group(subject, captures[i], flags)));
        if let Some((name, _)) = search.regex.names.iter().find(|(_, number)| *number == i) {
            out.insert(Key::from(&name[..]), texts.clone());
        }
        out.insert(Key::Int(i as i64), texts);
    }
    out
}

/// Expands `$1`, `${1}` and `\1` in a replacement; a backslash makes `\` and `$` literal.
fn expand(replacement: &[u8], subject: &[u8], captures: &Captures, out: &mut Vec<u8>) {
    let mut at = 0;
    let mut escaped = false;
    while let Some(&b) = replacement.get(at) {
        let special = matches!(b, b'\\' | b'$');
        if special && escaped {
            out.pop();
            out.push(b);
            escaped = false;
            at += 1;
            continue;
        }
        if let Some((number, length)) = reference(&replacement[at..]) {
            if let Some((from, to)) = captures.get(number).copied().flatten() {
                out.extend_from_slice(&subject[from..to]);
            }
            escaped = false;
            at += length;
            continue;
        }
        out.push(b);
        escaped = b == b'\\';
        at += 1;
    }
}

fn reference(text: &[u8]) -> Option<(usize, usize)> {
    let (start, braced) = match text {
        [b'$', b'{', ..] => (2, true),
        [b'$' | b'\\', ..] => (1, false),
        _ => return None,
    };
    let digits = text[start..].iter().take(2).take_while(|b| b.is_ascii_digit()).count();
    let number = text[start..start + digits].iter().fold(0, |n, d| n * 10 + usize::from(d - b'0'));
    let closed = !braced || text.get(start + digits) == Some(&b'}');
    (digits > 0 && closed).then_some((number, start + digits + usize::from(braced)))
}

/// `preg_replace` of one pattern in one subject; `None` where PHP returns null (invalid UTF-8).
pub fn replace(
    context: &mut Context<'_>,
    pattern: &[u8],
    replacement: &[u8],
    subject: &Str,
    limit: usize,
    count: &mut usize,
) -> Result<Option<Str>, PhpError> {
    rewrite(context, pattern, subject, (limit, count), |_, _, captures, out| {
        expand(replacement, subject, captures, out);
        Ok(())
    })
}

/// Replaces each match by what `write` appends; `None` where PHP returns null.
pub fn rewrite<'c>(
    context: &mut Context<'c>,
    pattern: &[u8],
    subject: &Str,
    (limit, count): (usize, &mut usize),
    mut write: impl FnMut(&mut Context<'c>, &Search, &Captures, &mut Vec<u8>) -> Result<(), PhpError>,
) -> Result<Option<Str>, PhpError> {
    let Some(mut search) = Search::new(context, pattern, subject.len())? else {
        return Ok(None);
    };
    if limit == 0 {
        return Ok(Some(subject.clone()));
    }
    if !search.takes(context, subject) {
        return Ok(None);
    }
    let found = search.all(context, subject, 0, limit)?;
    if found.is_empty() {
        return Ok(Some(subject.clone()));
    }
    *count += found.len();
    let mut out = Vec::with_capacity(subject.len());
    let mut end = 0;
    for captures in &found {
        let (from, to) = captures[0].unwrap_or((end, end));
        out.extend_from_slice(&subject[end..from.max(end)]);
        write(context, &search, captures, &mut out)?;
        context.allow_bytes(out.len())?;
        end = to;
    }
    out.extend_from_slice(&subject[end..]);
    Ok(Some(out.into()))
}

fn preg_replace(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let limit = args::size(args::int_or(args, 3, -1)?).unwrap_or(usize::MAX);
    let mut count = 0;
    let result = replace_in(context, &args[0].clone(), &args[1].clone(), &args[2].clone(), limit, &mut count)?;
    if let Some(out) = args.get_mut(4) {
        *out = Value::from(count);
    }
    Ok(result)
}

/// `preg_replace` in which any argument may be an array.
pub fn replace_in(
    context: &mut Context<'_>,
    patterns: &Value,
    replacements: &Value,
    subject: &Value,
    limit: usize,
    count: &mut usize,
) -> Result<Value, PhpError> {
    if matches!(replacements, Value::Array(_)) && !matches!(patterns, Value::Array(_)) {
        return Err(PhpError::type_error(
            "Argument #1 ($pattern) must be of type array when argument #2 ($replacement) is an array, string given",
        ));
    }
    if let Value::Array(subjects) = subject {
        let mut out = Array::new();
        for (key, one) in subjects.iter() {
            let changed = replace_in(context, patterns, replacements, &Value::Str(one.to_str()), limit, count)?;
            if !changed.is_null() {
                out.insert(key.clone(), changed);
            }
        }
        return Ok(Value::array(out));
    }
    let patterns = patterns.to_array();
    let mut text = subject.to_str();
    for (i, pattern) in patterns.values().enumerate() {
        let with = match replacements {
            Value::Array(list) => list.entry_at(i).map_or(Str::default(), |(_, v)| v.to_str()),
            other => other.to_str(),
        };
        match replace(context, &pattern.to_bytes(), &with, &text, limit, count)? {
            Some(changed) => text = changed,
            None => return Ok(Value::Null),
        }
    }
    Ok(Value::Str(text))
}

fn preg_quote(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (text, delimiter) = (args::text(args, 0)?, args::text_opt(args, 1)?);
    let delimiter = delimiter.and_then(|d| d.first().copied());
    let mut out = Vec::with_capacity(text.len());
    for &b in text.iter() {
        match b {
            0 => out.extend_from_slice(b"\\000"),
            _ => {
                if b".\\+*?[^]$(){}=!<>|:-#/".contains(&b) && b != b'/' || Some(b) == delimiter {
                    out.push(b'\\');
                }
                out.push(b);
            }
        }
    }
    Ok(Value::from(out))
}
