//! `str_getcsv`: the fields of a line.

use super::args;
use super::register::makes;
use crate::php::convert::is_space;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("str_getcsv", 1, 4, str_getcsv)];

/// The bytes that structure a line.
struct Format {
    separator: u8,
    enclosure: u8,
    escape: Option<u8>,
}

/// The first byte of a parameter, as PHP takes it.
fn one_byte(args: &[Value], i: usize, default: u8) -> Result<u8, PhpError> {
    Ok(args::text_or(args, i, &[default])?.first().copied().unwrap_or(default))
}

fn str_getcsv(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let line = args::text(args, 0)?;
    let separator = one_byte(args, 1, b',')?;
    let enclosure = one_byte(args, 2, b'"')?;
    let escape = args::text_or(args, 3, b"\\")?;
    let escape = escape.first().copied();
    if without_line_end(&line).is_empty() {
        return Ok(Value::list([Value::Null]));
    }
    let fields = Format { separator, enclosure, escape }.fields(&line);
    context.allow_entries(fields.len())?;
    Ok(Value::list(fields.into_iter().map(Value::from)))
}

fn without_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

impl Format {
    fn fields(&self, line: &[u8]) -> Vec<Vec<u8>> {
        let mut out = Vec::new();
        let (mut rest, line_end) = line.split_at(without_line_end(line).len());
        loop {
            let blanks = rest.iter().take_while(|b| is_space(**b) && **b != self.separator).count();
            // A blank may be the enclosure itself.
            let open = [blanks, 0].into_iter().find(|at| rest.get(*at) == Some(&self.enclosure));
            let (field, after) = if let Some(open) = open {
                self.enclosed(&rest[open + 1..], line_end)
            } else {
                let end = rest.iter().position(|b| *b == self.separator).unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                (without_line_end(field).to_vec(), after)
            };
            out.push(field);
            match after.split_first() {
                Some((_, tail)) => rest = tail,
                None => return out,
            }
        }
    }

    /// A field up to its closing enclosure, and what follows it up to the separator. One that is not closed has the end
    /// of the line too.
    fn enclosed<'a>(&self, text: &'a [u8], line_end: &[u8]) -> (Vec<u8>, &'a [u8]) {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            let next = text.get(at + 1);
            if Some(byte) == self.escape && byte != self.enclosure && next.is_some() {
                out.extend_from_slice(&text[at..at + 2]);
                at += 2;
            } else if byte == self.enclosure && next == Some(&self.enclosure) {
                out.push(byte);
                at += 2;
            } else if byte == self.enclosure {
                let rest = &text[at + 1..];
                let end = rest.iter().position(|b| *b == self.separator).unwrap_or(rest.len());
                let (tail, after) = rest.split_at(end);
                out.extend_from_slice(tail);
                return (out, after);
            } else {
                out.push(byte);
                at += 1;
            }
        }
        out.extend_from_slice(line_end);
        (out, &[])
    }
}
