//! `iptcparse`: the data sets of an IPTC record, as photographs carry them.
//!
//! Source: the behaviour of PHP 8.2. A data set is a marker, its record, its number, two bytes of length (four more
//! bytes hold a length that needs them), and its text.

use std::rc::Rc;

use super::args;
use super::register::makes;
use crate::php::{Array, Context, Function, Key, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[makes("iptcparse", 1, 1, parse)];

const MARKER: u8 = 0x1c;
/// The bit that says that the length is in the four bytes that follow.
const LONG: u8 = 0x80;

fn parse(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    context.charge(text.len())?;
    let start = text.windows(2).position(|pair| pair[0] == MARKER && matches!(pair[1], 1 | 2));
    let mut rest = &text[start.unwrap_or(text.len())..];
    let mut sets = Array::new();
    while let Some((name, content, after)) = data_set(rest) {
        let content = Value::text(Str::new(content));
        match sets.place(Key::from(name.as_str())) {
            Value::Array(list) => _ = Rc::make_mut(list).push(content),
            absent => *absent = Value::list([content]),
        }
        rest = after;
    }
    Ok(if sets.is_empty() { Value::Bool(false) } else { Value::array(sets) })
}

/// The name (`2#005`) and the content of the first data set, and the bytes after it.
fn data_set(bytes: &[u8]) -> Option<(String, &[u8], &[u8])> {
    let [MARKER, record, number, high, low, rest @ ..] = bytes else {
        return None;
    };
    let (length, rest) = match rest {
        [a, b, c, d, rest @ ..] if high & LONG != 0 => (u32::from_be_bytes([*a, *b, *c, *d]), rest),
        _ if high & LONG != 0 => return None,
        _ => (u32::from(u16::from_be_bytes([*high, *low])), rest),
    };
    // PHP wants at least one byte after the length, whatever the length is.
    if rest.is_empty() {
        return None;
    }
    let (content, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((format!("{record}#{number:03}"), content, after))
}
