//! `preg_split`.

use super::args;
use super::preg::Search;
use super::register::makes;
use crate::php::{Context, Function, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[makes("preg_split", 2, 4, preg_split)];

const NO_EMPTY: i64 = 1;
const DELIM_CAPTURE: i64 = 2;
const OFFSET_CAPTURE: i64 = 4;

fn preg_split(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (pattern, subject) = (args::text(args, 0)?, args::text(args, 1)?);
    let limit = match args::int_or(args, 2, -1)? {
        0 | -1 => usize::MAX,
        n => args::size(n).unwrap_or(1),
    };
    let flags = args::int_or(args, 3, 0)?;
    split(context, &pattern, &subject, limit, flags)
}

/// `preg_split`; false if a subject that must be UTF-8 is not.
fn split(
    context: &mut Context<'_>,
    pattern: &[u8],
    subject: &[u8],
    limit: usize,
    flags: i64,
) -> Result<Value, PhpError> {
    let Some(mut search) = Search::new(context, pattern, subject.len())? else {
        return Ok(Value::Bool(false));
    };
    if limit > 1 && !search.takes(context, subject) {
        return Ok(Value::Bool(false));
    }
    let no_empty = flags & NO_EMPTY != 0;
    let mut parts: Vec<(usize, usize)> = Vec::new();
    let mut end = 0;
    let mut left = limit;
    let found = if limit > 1 { search.all(context, subject, 0, usize::MAX)? } else { Vec::new() };
    for captures in found {
        let (from, to) = captures[0].unwrap_or((end, end));
        if left <= 1 {
            break;
        }
        if !no_empty || from > end {
            parts.push((end, from));
            left -= 1;
        }
        if flags & DELIM_CAPTURE != 0 {
            let taken = captures.iter().rposition(Option::is_some).unwrap_or(0);
            let groups = captures[1..=taken].iter().map(|group| group.unwrap_or((0, 0)));
            parts.extend(groups.filter(|(from, to)| !no_empty || to > from));
        }
        end = to;
    }
    if !no_empty || end < subject.len() {
        parts.push((end, subject.len()));
    }
    context.allow_entries(parts.len())?;
    Ok(Value::list(parts.into_iter().map(|(from, to)| {
        let text = Value::Str(Str::new(&subject[from..to]));
        if flags & OFFSET_CAPTURE != 0 { Value::list([text, Value::from(from)]) } else { text }
    })))
}
