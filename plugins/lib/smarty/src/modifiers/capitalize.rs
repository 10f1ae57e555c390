//! `capitalize`.

use crate::php::functions::multibyte::title;
use crate::php::functions::register::{MANY, makes};
use crate::php::regex::{is_letter, is_space, is_word};
use crate::php::{Context, Function, PhpError, Value};

pub const MODIFIERS: &[Function] = &[makes("capitalize", 1, MANY, capitalize)];

fn capitalize(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args[0].to_str();
    let with_digits = args.get(1).is_some_and(Value::truthy);
    let lower_rest = args.get(2).is_some_and(Value::truthy);
    let valid = std::str::from_utf8(&text).ok();
    let mut out = match (lower_rest, valid) {
        (true, _) => title(&text).into_bytes(),
        (false, Some(text)) => starts_upper(text).into_bytes(),
        // The original's pattern matches nothing in invalid UTF-8, and the result is empty.
        (false, None) => return Ok(Value::text("")),
    };
    if let (false, Some(text)) = (with_digits, valid) {
        for word in words_with_digits(text) {
            lower_in_place(&mut out, text, word);
        }
    }
    Ok(Value::from(String::from_utf8(out).map_or_else(|e| e.into_bytes(), |s| after_quotes(&s).into_bytes())))
}

fn push_upper(c: char, out: &mut String) {
    out.extend(c.to_uppercase());
}

/// Capitalizes a small letter at the start or after anything but a letter or `'`. As in the original, a backslash
/// before it is lost.
fn starts_upper(text: &str) -> String {
    let is_small = |c: char| is_letter(c) && c.is_lowercase() && !matches!(c, 'ª' | 'º');
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    if let Some(first) = chars.next_if(|c| is_small(*c)) {
        push_upper(first, &mut out);
    }
    while let Some(c) = chars.next() {
        if is_letter(c) || c == '\'' {
            out.push(c);
            continue;
        }
        match chars.next_if(|c| is_small(*c)) {
            Some(next) => {
                if c != '\\' {
                    out.push(c);
                }
                push_upper(next, &mut out);
            }
            None => out.push(c),
        }
    }
    out
}

/// The byte ranges of words that consist of letters, then digits, then letters.
fn words_with_digits(text: &str) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_word(c)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    words.retain(|(from, to)| {
        let rest = text[*from..*to].trim_start_matches(is_letter);
        let tail = rest.trim_start_matches(char::is_numeric);
        tail.len() < rest.len() && tail.trim_start_matches(is_letter).is_empty()
    });
    words
}

/// Writes the lower-case word over the same bytes of the result, whatever they hold by now.
fn lower_in_place(out: &mut Vec<u8>, text: &str, (from, to): (usize, usize)) {
    let lower: String = text[from..to].chars().flat_map(char::to_lowercase).collect();
    let end = to.min(out.len());
    out.splice(from.min(end)..end, lower.into_bytes());
}

/// Capitalizes the first character in quotes at the start or after white space.
fn after_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before: Option<char> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        if matches!(c, '\'' | '"')
            && before.is_none_or(is_space)
            && let Some(next) = chars.next_if(|c| is_word(*c))
        {
            push_upper(next, &mut out);
            before = Some(next);
            continue;
        }
        before = Some(c);
    }
    out
}
