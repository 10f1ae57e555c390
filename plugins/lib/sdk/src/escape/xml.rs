//! Escaping in XML 1.0.

use super::scan::State;

/// Replaces a character that a name cannot contain.
const NO_NAME: char = '_';
/// Replaces a character that XML 1.0 cannot contain.
const NO_CHARACTER: char = ' ';

/// Appends `value` to `out`, escaped for `place`.
pub fn write(value: &[u8], place: State, out: &mut Vec<u8>) {
    for chunk in value.utf8_chunks() {
        write_valid(chunk.valid(), place, out);
        if !chunk.invalid().is_empty() {
            // An incomplete character, as a template's `substr` can produce: XML parsers reject it.
            push(char::REPLACEMENT_CHARACTER, out);
        }
    }
    if matches!(place, State::Comment(_)) && out.last() == Some(&b'-') {
        out.pop();
        out.push(b'_');
    }
}

fn write_valid(text: &str, place: State, out: &mut Vec<u8>) {
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match place {
            State::Cdata(_) => in_section(character, out),
            State::Comment(_) if character == '-' && out.last() == Some(&b'-') => out.push(b'_'),
            State::Comment(_) if character == '>' && out.ends_with(b"--") => out.push(b'_'),
            State::Instruction(_) if character == '>' && out.last() == Some(&b'?') => push(NO_CHARACTER, out),
            State::Comment(_) | State::Instruction(_) => push(character, out),
            State::Text | State::StartXml | State::Double | State::Single => match character {
                '&' if !is_reference(rest.as_str()) => out.extend_from_slice(b"&amp;"),
                '<' => out.extend_from_slice(b"&lt;"),
                '>' if out.ends_with(b"]]") => out.extend_from_slice(b"&gt;"),
                '"' if place == State::Double => out.extend_from_slice(b"&quot;"),
                '\'' if place == State::Single => out.extend_from_slice(b"&apos;"),
                // A parser turns line breaks in an attribute into spaces anyway.
                '\r' if matches!(place, State::Double | State::Single) && rest.as_str().starts_with('\n') => {}
                '\r' | '\n' if matches!(place, State::Double | State::Single) => out.push(b' '),
                _ => push(character, out),
            },
            _ => push(if is_name(character) { character } else { NO_NAME }, out),
        }
    }
}

/// Splits `]]>` between two sections.
fn in_section(character: char, out: &mut Vec<u8>) {
    if character == '>' && out.ends_with(b"]]") {
        out.extend_from_slice(b"]]><![CDATA[");
    }
    push(character, out);
}

fn push(character: char, out: &mut Vec<u8>) {
    let character = match character {
        '\t' | '\n' | '\r' => character,
        '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => NO_CHARACTER,
        _ => character,
    };
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Whether the text after a `&` makes it a reference that every XML parser knows.
fn is_reference(rest: &str) -> bool {
    // `#x10FFFF` is the longest.
    let Some(end) = rest.bytes().take(9).position(|byte| byte == b';') else { return false };
    let name = &rest[..end];
    let Some(number) = name.strip_prefix('#') else { return matches!(name, "amp" | "lt" | "gt" | "quot" | "apos") };
    let code = match number.strip_prefix('x') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(digits, 16),
        None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse(),
        _ => return false,
    };
    code.ok().and_then(char::from_u32).is_some_and(|c| c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// Whether an XML name may contain this character after its first; without the colon, which would start a prefix.
fn is_name(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '\u{b7}' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{203f}'..='\u{2040}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}
