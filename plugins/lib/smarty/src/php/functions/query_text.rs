//! `parse_str`: a query string as an array.

use std::rc::Rc;

use bstr::ByteSlice;

use super::args;
use super::encode::{UrlEncoding, url_decode};
use super::register::{by_ref, moves};
use crate::php::charset::Charset;
use crate::php::{Array, Context, Function, Key, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    by_ref(moves("parse_str", 2, 2, |c, a| parse_str(c, a, <[u8]>::to_vec).map(|()| Value::Null)), 1 << 1),
    by_ref(moves("mb_parse_str", 2, 2, mb_parse_str), 1 << 1),
];

/// `parse_str` of C's string, in which bytes that are not UTF-8 become `?`; false for an empty text.
fn mb_parse_str(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let start = args::c_string(&text);
    args[0] = Value::Str(Str::new(start).with_trust_of(text.is_untrusted()));
    let scrub = |text: &[u8]| Charset::Utf8.encode(&Charset::Utf8.decode(args::c_string(text)));
    parse_str(context, args, scrub)?;
    Ok(Value::Bool(!start.is_empty()))
}

/// PHP's `max_input_vars` and `max_input_nesting_level`.
const VARIABLES_MAX: usize = 1000;
const NESTING_MAX: usize = 64;

/// Puts the parts of the first argument into the second; `clean` changes each decoded name and value.
fn parse_str(context: &mut Context<'_>, args: &mut [Value], clean: fn(&[u8]) -> Vec<u8>) -> Result<(), PhpError> {
    let text = args::text(args, 0)?;
    let mut out = Array::new();
    for pair in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()).take(VARIABLES_MAX) {
        let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
        let name = Str::from(clean(&url_decode(&pair[..at], UrlEncoding::Form))).with_trust_of(text.is_untrusted());
        let value = clean(&url_decode(pair.get(at + 1..).unwrap_or_default(), UrlEncoding::Form));
        let value = Value::Str(Str::from(value).with_trust_of(text.is_untrusted()));
        place_variable(&mut out, &name, value);
    }
    context.allow_entries(out.len())?;
    args[1] = Value::array(out);
    Ok(())
}

/// Puts a value at `name`, such as `a[b][]`, as PHP does with the parameters of a request.
pub fn place_variable(out: &mut Array, name: &Str, value: Value) {
    let key = |key: &[u8]| Key::from(Str::new(key).with_trust_of(name.is_untrusted()));
    // PHP's strings end at a NUL here, and leading blanks do not count.
    let name = args::c_string(name).trim_start_with(|c| c == ' ');
    let open = name.iter().position(|b| *b == b'[').unwrap_or(name.len());
    let mut first: Vec<u8> = name[..open].iter().map(|b| if b" .".contains(b) { b'_' } else { *b }).collect();
    let mut keys: Vec<Option<&[u8]>> = Vec::new();
    let mut rest = &name[open..];
    while rest.first() == Some(&b'[') && keys.len() < NESTING_MAX {
        let Some(end) = rest.iter().position(|b| *b == b']') else {
            if keys.is_empty() {
                // An open bracket without its end is part of the name.
                first.push(b'_');
                first.extend_from_slice(&rest[1..]);
            }
            break;
        };
        let key = rest[1..end].trim_start_with(|c| c == ' ');
        keys.push((!key.is_empty()).then_some(key));
        rest = &rest[end + 1..];
    }
    if first.is_empty() {
        return;
    }
    let mut at = out.place(key(&first));
    for part in keys {
        if !matches!(at, Value::Array(_)) {
            *at = Value::array(Array::new());
        }
        let Value::Array(array) = at else { return };
        let array = Rc::make_mut(array);
        let key = match part {
            Some(part) => key(part),
            None => match array.next_index() {
                Some(next) => Key::Int(next),
                None => return,
            },
        };
        at = array.place(key);
    }
    *at = value;
}
