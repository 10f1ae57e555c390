//! `mb_*`: computed in UTF-8, to which text in other encodings is converted.

use bstr::ByteSlice;

use super::args;
use super::register::{makes, moves};
use crate::php::charset::{self, Charset};
use crate::php::{Array, Context, Function, Key, PhpError, Str, Value, utf8};

pub const FUNCTIONS: &[Function] = &[
    moves("mb_strlen", 1, 2, |_, a| checked(a, 1, |a| Ok(Value::from(length(&args::text(a, 0)?))))),
    makes("mb_strtolower", 1, 2, |_, a| checked(a, 1, |a| Ok(Value::from(lower(&args::text(a, 0)?))))),
    makes("mb_strtoupper", 1, 2, |_, a| checked(a, 1, |a| Ok(Value::from(upper(&args::text(a, 0)?))))),
    makes("mb_convert_case", 2, 3, |_, a| checked(a, 2, convert_case)),
    makes("mb_substr", 2, 4, |_, a| {
        checked(a, 3, |a| {
            let text = args::text(a, 0)?;
            Ok(Value::Str(substr(&text, args::int(a, 1)?, args::int_opt(a, 2)?)))
        })
    }),
    makes("mb_str_split", 1, 3, str_split),
    moves("mb_strpos", 2, 4, |_, a| checked(a, 3, |a| position(a, false, false))),
    moves("mb_stripos", 2, 4, |_, a| checked(a, 3, |a| position(a, true, false))),
    moves("mb_strrpos", 2, 4, |_, a| checked(a, 3, |a| position(a, false, true))),
    moves("mb_strripos", 2, 4, |_, a| checked(a, 3, |a| position(a, true, true))),
    moves("mb_substr_count", 2, 3, |_, a| checked(a, 2, count)),
    moves("mb_check_encoding", 1, 2, |_, a| {
        utf8_only(a, 1)?;
        Ok(Value::Bool(std::str::from_utf8(&args::text(a, 0)?).is_ok()))
    }),
    makes("utf8_decode", 1, 1, |c, a| convert(c, &args::text(a, 0)?, b"ISO-8859-1", b"UTF-8").map(Value::from)),
    makes("utf8_encode", 1, 1, |c, a| convert(c, &args::text(a, 0)?, b"UTF-8", b"ISO-8859-1").map(Value::from)),
    makes("mb_convert_encoding", 2, 3, |c, a| {
        let from = args::text_opt(a, 2)?.unwrap_or_else(|| "UTF-8".into());
        convert_value(c, &a[0], &args::text(a, 1)?, &from, c.limits.nesting)
    }),
];

/// Runs a function for UTF-8 on arguments in the encoding that argument `i` names.
fn checked(args: &mut [Value], i: usize, run: impl Fn(&[Value]) -> Result<Value, PhpError>) -> Result<Value, PhpError> {
    let charset = charset(args, i)?;
    if charset.is_utf8() {
        return run(args);
    }
    let to_utf8 = |value: &Value| match value {
        Value::Str(text) => Value::from(Charset::Utf8.encode(&charset.decode(text))),
        other => other.clone(),
    };
    let args: Vec<Value> = args.iter().map(to_utf8).collect();
    Ok(match run(&args)? {
        Value::Str(text) => Value::from(charset.encode(&Charset::Utf8.decode(&text))),
        other => other,
    })
}

#[must_use]
pub fn length(text: &[u8]) -> usize {
    utf8::pieces(text).count()
}

#[must_use]
pub fn lower(text: &[u8]) -> String {
    // Letter by letter, without `str`'s special case for a final sigma, which PHP 8.2 does not have either.
    utf8::chars(text).flat_map(|c| c.unwrap_or('?').to_lowercase()).collect()
}

#[must_use]
pub fn upper(text: &[u8]) -> String {
    utf8::chars(text).flat_map(|c| c.unwrap_or('?').to_uppercase()).collect()
}

/// Title case: the first letters of words upper case, the rest lower case.
#[must_use]
pub fn title(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_word = false;
    for c in utf8::chars(text) {
        // An invalid byte does not end a word.
        let Some(c) = c else {
            out.push('?');
            continue;
        };
        if in_word {
            out.extend(c.to_lowercase());
        } else {
            push_title(c, &mut out);
        }
        if !is_case_ignorable(c) {
            in_word = c.is_lowercase() || c.is_uppercase() || matches!(c, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ');
        }
    }
    out
}

fn push_title(c: char, out: &mut String) {
    let digraph = match c {
        'Ǆ' | 'ǅ' | 'ǆ' => Some('ǅ'),
        'Ǉ' | 'ǈ' | 'ǉ' => Some('ǈ'),
        'Ǌ' | 'ǋ' | 'ǌ' => Some('ǋ'),
        'Ǳ' | 'ǲ' | 'ǳ' => Some('ǲ'),
        // Georgian has capitals, but no title case.
        'ა'..='ჿ' => Some(c),
        _ => None,
    };
    if let Some(c) = digraph {
        out.push(c);
        return;
    }
    let mut upper = c.to_uppercase();
    out.extend(upper.next());
    // "ß" starts a title as "Ss".
    out.extend(upper.flat_map(char::to_lowercase));
}

/// Characters inside a word that are not letters: they neither start nor end one.
fn is_case_ignorable(c: char) -> bool {
    matches!(c, '\'' | '.' | ':' | '^' | '`' | '¨' | '\u{ad}' | '¯' | '´' | '·' | '¸' | '‘' | '’' | '․' | '‧')
        || matches!(u32::from(c), 0x2b0..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x64b..=0x65f | 0x200b..=0x200f)
}

fn convert_case(args: &[Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    // Modes from 4 are "simple": one character stays one.
    Ok(Value::from(match args::int(args, 1)? {
        0 => upper(&text),
        1 => lower(&text),
        2 => title(&text),
        3 => lower(&text).replace('ß', "ss"),
        7 => lower(&text),
        4 => simple(&text, |c| c.to_uppercase().collect()),
        5 => simple(&text, |c| c.to_lowercase().collect()),
        6 => simple_title(&text),
        _ => return Err(args::bad(1, "be one of the MB_CASE_* constants")),
    }))
}

fn simple_title(text: &[u8]) -> String {
    // Of the letters at the start of a word, only `ß` grows in `title`; the simple mapping keeps it.
    title(text).replace("Ss", "ß")
}

fn simple(text: &[u8], change: fn(char) -> String) -> String {
    let one = |c: char| {
        let changed = change(c);
        let mut chars = changed.chars();
        chars.next().filter(|_| chars.next().is_none()).unwrap_or(c)
    };
    utf8::chars(text).map(|c| one(c.unwrap_or('?'))).collect()
}

/// `mb_substr`, with positions in characters.
#[must_use]
pub fn substr(text: &Str, offset: i64, length: Option<i64>) -> Str {
    let starts: Vec<usize> = utf8::pieces(text)
        .scan(0, |at, piece| {
            *at += piece.len();
            Some(*at - piece.len())
        })
        .collect();
    let (from, to) = super::text_cut::bounds(starts.len(), offset, length).unwrap_or((starts.len(), starts.len()));
    let byte = |n: usize| starts.get(n).copied().unwrap_or(text.len());
    if byte(from) == 0 && byte(to) == text.len() {
        return text.clone();
    }
    Str::new(&text[byte(from)..byte(to)]).with_trust_of(text.is_untrusted())
}

fn str_split(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let size = args::size(args::int_or(args, 1, 1)?).filter(|n| *n > 0);
    let size = size.ok_or_else(|| args::bad(1, "be greater than 0"))?;
    let charset = charset(args, 2)?;
    // In the other encodings, no character is shorter than a byte.
    let characters = if charset.is_utf8() { length(&text) } else { text.len() };
    context.allow_entries(characters.div_ceil(size))?;
    Ok(Value::list(charset.split(&text, size).into_iter().map(Value::from)))
}

fn position(args: &[Value], fold: bool, last: bool) -> Result<Value, PhpError> {
    let folded = |i| -> Result<String, PhpError> {
        let text = args::text(args, i)?;
        Ok(if fold { lower(&text) } else { utf8::marked(&text) })
    };
    let (hay, needle) = (folded(0)?, folded(1)?);
    let count = hay.chars().count();
    let offset = args::int_or(args, 2, 0)?;
    if hay.is_empty() && fold {
        // PHP checks for an empty haystack before it checks the offset.
        return Ok(Value::Bool(false));
    }
    let start = args::offset_in(offset, count)
        .ok_or_else(|| PhpError::value_error("Argument #3 ($offset) must be contained in argument #1 ($haystack)"))?;
    let byte = |n: usize| hay.char_indices().nth(n).map_or(hay.len(), |(at, _)| at);
    let at = if !last {
        hay[byte(start)..].find(&needle).map(|at| at + byte(start))
    } else if offset >= 0 {
        hay[byte(start)..].rfind(&needle).map(|at| at + byte(start))
    } else {
        let end = byte(start.saturating_add(needle.chars().count()));
        hay[..end].rfind(&needle)
    };
    Ok(at.map_or(Value::Bool(false), |at| Value::from(hay[..at].chars().count())))
}

fn count(args: &[Value]) -> Result<Value, PhpError> {
    let (hay, needle) = (args::text(args, 0)?, args::text(args, 1)?);
    if needle.is_empty() {
        return Err(args::bad(1, "not be empty"));
    }
    Ok(Value::from(hay.find_iter(&*needle).count()))
}

/// `mb_convert_encoding` of a string, or of all strings and keys in an array.
///
/// # Errors
/// As [`convert`].
pub fn convert_value(
    context: &Context<'_>,
    value: &Value,
    to: &[u8],
    from: &[u8],
    nesting: usize,
) -> Result<Value, PhpError> {
    let Value::Array(array) = value else {
        return convert(context, &value.to_bytes(), to, from).map(Value::from);
    };
    let inner = nesting.checked_sub(1).ok_or_else(|| PhpError::limit("nesting of arrays exceeds the limit"))?;
    let mut out = Array::with_capacity(array.len());
    for (key, value) in array.iter() {
        let key = match key {
            Key::Int(n) => Key::Int(*n),
            Key::Str(name) => Key::Str(convert(context, name, to, from)?.into()),
        };
        let value = match value {
            Value::Str(_) | Value::Array(_) => convert_value(context, value, to, from, inner)?,
            other => other.clone(),
        };
        out.insert(key, value);
    }
    Ok(Value::array(out))
}

/// `mb_convert_encoding`; characters that the target cannot encode become `?`.
///
/// # Errors
/// A value error for an unsupported encoding, or a limit error.
pub fn convert(context: &Context<'_>, text: &[u8], to: &[u8], from: &[u8]) -> Result<Vec<u8>, PhpError> {
    let (to, from) = (supported(to, 1)?, supported(from, 2)?);
    // The longest form of a character, an entity such as `&thetasym;`, has ten bytes.
    context.allow_bytes(text.len().saturating_mul(3))?;
    let out = charset::convert(text, to, from);
    context.allow_bytes(out.len())?;
    Ok(out)
}

/// The encoding that argument `i` names; UTF-8 if it is absent.
///
/// # Errors
/// As [`supported`].
pub fn charset(args: &[Value], i: usize) -> Result<Charset, PhpError> {
    args::text_opt(args, i)?.map_or(Ok(Charset::Utf8), |name| supported(&name, i))
}

/// Refuses an encoding other than UTF-8 by name.
///
/// # Errors
/// A value error for every other encoding.
pub fn utf8_only(args: &[Value], i: usize) -> Result<(), PhpError> {
    if charset(args, i)?.is_utf8() {
        return Ok(());
    }
    let name = args::text(args, i)?.to_lossy();
    Err(args::bad(i, &format!("be UTF-8, \"{name}\" given; convert the text first")))
}

/// # Errors
/// A value error for an unknown encoding, or for one of mbstring's that is not supported.
pub fn supported(name: &[u8], i: usize) -> Result<Charset, PhpError> {
    Charset::named(name).ok_or_else(|| {
        let name = String::from_utf8_lossy(name);
        args::bad(i, &format!("be a supported encoding, \"{name}\" given; use UTF-8 where possible"))
    })
}
