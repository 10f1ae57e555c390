//! Counts of characters, words, sentences and paragraphs.

use crate::php::functions::register::{MANY, moves};
use crate::php::functions::{args, multibyte, preg::Search};
use crate::php::{Context, Function, PhpError, Value};

pub const MODIFIERS: &[Function] = &[
    moves("count_characters", 1, MANY, |c, a| {
        let with_spaces = match a.get(1) {
            Some(Value::Bool(all)) => *all,
            Some(Value::Str(word)) => word.as_bytes() == b"true",
            _ => false,
        };
        if with_spaces {
            return Ok(Value::from(multibyte::length(&args::text(a, 0)?)));
        }
        matches(c, b"/[^\\s]/u", a)
    }),
    moves("count_words", 1, MANY, |c, a| matches(c, b"/\\p{L}[\\p{L}\\p{Mn}\\p{Pd}'\\x{2019}]*/u", a)),
    moves("count_sentences", 1, MANY, |c, a| matches(c, b"#\\w[\\.\\?\\!](\\W|$)#Su", a)),
    moves("count_paragraphs", 1, MANY, |c, a| Ok(Value::Int(matches(c, b"#[\\r\\n]+#", a)?.to_int() + 1))),
];

/// The number of matches of a pattern; false, which prints nothing, for invalid UTF-8.
fn matches(context: &mut Context<'_>, pattern: &[u8], args: &[Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    match Search::new(context, pattern, text.len())? {
        Some(mut search) if search.takes(context, &text) => search.count(context, &text).map(Value::from),
        _ => Ok(Value::Bool(false)),
    }
}
