//! `hebrev`: Hebrew text from the order in which it is read to the order in which it is shown.
//!
//! Source: the behaviour of PHP 8.2. Hebrew is text in ISO-8859-8.

use super::args;
use super::register::makes;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("hebrev", 1, 2, hebrev)];

fn hebrev(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let width = args::int_or(args, 1, 0)?;
    Ok(Value::from(broken(shown(&text), width)))
}

fn is_hebrew(b: u8) -> bool {
    matches!(b, 0xe0..=0xfa)
}

fn is_blank(b: u8) -> bool {
    matches!(b, b' ' | b'\t')
}

fn is_newline(b: u8) -> bool {
    matches!(b, b'\n' | b'\r')
}

/// The text as it is shown: blocks of Hebrew are reversed, and so is the order of all blocks.
fn shown(text: &[u8]) -> Vec<u8> {
    let mut reversed = Vec::with_capacity(text.len());
    let mut hebrew = text.first().is_some_and(|b| is_hebrew(*b));
    let (mut start, mut end) = (0, usize::from(!text.is_empty()));
    while start < text.len() {
        if hebrew {
            let belongs = |b: u8| is_hebrew(b) || is_blank(b) || b.is_ascii_punctuation() || b == b'\n';
            end += text[end..].iter().take_while(|b| belongs(**b)).count();
            reversed.extend(text[start..end].iter().map(|b| mirrored(*b)));
        } else {
            end += text[end..].iter().take_while(|b| !is_hebrew(**b) && **b != b'\n').count();
            // What separates the words goes to the Hebrew block that follows.
            let separates = |b: u8| (is_blank(b) || b.is_ascii_punctuation()) && b != b'/' && b != b'-';
            while end > start + 1 && separates(text[end - 1]) {
                end -= 1;
            }
            reversed.extend(text[start..end].iter().rev());
        }
        hebrew = !hebrew;
        start = end;
    }
    reversed.reverse();
    reversed
}

fn mirrored(b: u8) -> u8 {
    const PAIRS: [(u8, u8); 5] = [(b'(', b')'), (b'[', b']'), (b'{', b'}'), (b'<', b'>'), (b'\\', b'/')];
    let other = |(left, right): &(u8, u8)| match b {
        b if b == *left => Some(*right),
        b if b == *right => Some(*left),
        _ => None,
    };
    PAIRS.iter().find_map(other).unwrap_or(b)
}

/// The lines in the order in which they are read, which begins at the end of the shown text. A width above 0 breaks
/// long ones.
fn broken(mut text: Vec<u8>, width: i64) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut end = text.len();
    while let Some(last) = end.checked_sub(1) {
        let start = line_start(&text, last, width);
        if is_blank(text[start]) {
            text[start] = b'\n';
        }
        let line = &text[start..end];
        let newlines = line.iter().take_while(|b| is_newline(**b)).count();
        out.extend_from_slice(&line[newlines..]);
        out.extend_from_slice(&line[..newlines]);
        end = start;
    }
    out
}

/// The start of the line that ends with the byte at `last`.
fn line_start(text: &[u8], last: usize, width: i64) -> usize {
    let most = if width == 0 { usize::MAX } else { usize::try_from(width).unwrap_or(0) };
    let mut start = last;
    while start > 0 && last - start < most {
        start -= 1;
        if is_newline(text[start]) {
            while start > 0 && is_newline(text[start - 1]) {
                start -= 1;
            }
            break;
        }
    }
    if last - start == most {
        // Breaks no word if there is another place.
        let breaks = |b: &u8| is_blank(*b) || is_newline(*b);
        start += text[start..last].iter().position(breaks).unwrap_or(0);
    }
    start
}
