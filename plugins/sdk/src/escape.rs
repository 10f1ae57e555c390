//! How a value that a user can edit is written into a file, so that it stays a value.
//!
//! What a file is, is read off what has been written of it. A value that needs nothing is written as it is, so benign
//! values give FusionPBX's bytes.

/// Appends `value` to `out`, which holds the file up to here.
pub fn write(value: &[u8], out: &mut Vec<u8>) {
    if value.iter().all(|byte| !is_special(*byte)) {
        out.extend_from_slice(value);
        return;
    }
    match Place::at(out) {
        Place::Line => write_line(value, out),
        place => write_xml(value, &place, out),
    }
}

/// Bytes that mean something in some format.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'' | 0..=0x1f | 0x7f) || byte == b']'
}

/// Where in its file a value is about to be written.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// A file of lines: the value must not begin another.
    Line,
    /// Between tags.
    Text,
    /// In an attribute's value, which ends at this quote.
    Attribute(u8),
    /// In `<![CDATA[`.
    Cdata,
    /// In a comment or in a tag outside of its attributes' values, where no value belongs.
    Markup,
}

impl Place {
    fn at(out: &[u8]) -> Self {
        let start = out.iter().position(|byte| !byte.is_ascii_whitespace());
        let Some(start) = start.filter(|&start| out[start] == b'<') else { return Self::Line };
        let mut rest = &out[start..];
        loop {
            let Some(open) = rest.iter().position(|&byte| byte == b'<') else { return Self::Text };
            rest = &rest[open..];
            let (opening, ending, inside): (&[u8], &[u8], Self) = if rest.starts_with(b"<![CDATA[") {
                (b"<![CDATA[", b"]]>", Self::Cdata)
            } else if rest.starts_with(b"<!--") {
                (b"<!--", b"-->", Self::Markup)
            } else {
                match tag_end(&rest[1..]) {
                    Ok(length) => {
                        rest = &rest[1 + length..];
                        continue;
                    }
                    Err(inside) => return inside,
                }
            };
            let body = &rest[opening.len()..];
            let Some(end) = body.windows(ending.len()).position(|part| part == ending) else { return inside };
            rest = &body[end + ending.len()..];
        }
    }
}

/// The length of the rest of a tag up to and with its `>`, or where in the tag the text ends.
fn tag_end(tag: &[u8]) -> Result<usize, Place> {
    let mut quote = None;
    for (at, &byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Ok(at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    Err(quote.map_or(Place::Markup, Place::Attribute))
}

/// Line breaks and the characters that end a text early become a space: no format of lines has a way to quote them.
fn write_line(value: &[u8], out: &mut Vec<u8>) {
    out.extend(value.iter().map(|&byte| if matches!(byte, b'\n' | b'\r' | 0) { b' ' } else { byte }));
}

fn write_xml(value: &[u8], place: &Place, out: &mut Vec<u8>) {
    for (at, &byte) in value.iter().enumerate() {
        match (byte, place) {
            // XML 1.0 has no way at all to write these.
            (0..=8 | 0x0b | 0x0c | 0x0e..=0x1f, _) => out.push(b' '),
            (b'>', Place::Cdata) if value[..at].ends_with(b"]]") || out.ends_with(b"]]") => {
                out.extend_from_slice(b"]]><![CDATA[>");
            }
            (_, Place::Cdata) => out.push(byte),
            (b'&', _) => out.extend_from_slice(b"&amp;"),
            (b'<', _) => out.extend_from_slice(b"&lt;"),
            (b'>', _) => out.extend_from_slice(b"&gt;"),
            (b'"', Place::Attribute(b'"') | Place::Markup) => out.extend_from_slice(b"&quot;"),
            (b'\'', Place::Attribute(b'\'') | Place::Markup) => out.extend_from_slice(b"&apos;"),
            (b'\n' | b'\r', Place::Attribute(_) | Place::Markup) => out.push(b' '),
            _ => out.push(byte),
        }
    }
}
