//! UTF-7 (RFC 2152) and its form for mail boxes (RFC 3501).

use base64::Engine;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use super::wide::{Order, decode_utf16, utf16};

/// One of the two forms.
pub struct Form {
    /// The byte that starts a run of base64.
    start: u8,
    engine: &'static GeneralPurpose,
    /// Characters that are written as they are.
    direct: fn(u8) -> bool,
    /// True if every run of base64 ends with `-`.
    always_ends: bool,
}

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
static STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
static MAILBOX: GeneralPurpose = GeneralPurpose::new(&alphabet::IMAP_MUTF7, CONFIG);

pub const MAIL: Form = Form {
    start: b'+',
    engine: &STANDARD,
    direct: |b| b.is_ascii_alphanumeric() || b"\0\t\n\r '(),-./:?".contains(&b),
    always_ends: false,
};

pub const IMAP: Form =
    Form { start: b'&', engine: &MAILBOX, direct: |b| (b' '..=b'~').contains(&b) && b != b'&', always_ends: true };

pub fn encode(chars: &[char], form: &Form) -> Vec<u8> {
    let mut out = Vec::new();
    let mut units = Vec::new();
    let is_direct = |c: char| u8::try_from(u32::from(c)).is_ok_and(form.direct);
    for &c in chars {
        let starts_nothing = form.always_ends && c == char::from(form.start);
        if !is_direct(c) && !starts_nothing {
            units.extend(utf16(c, Order::Big));
            continue;
        }
        // After base64, `-` is needed where the next character could belong to it; PHP writes it before a NUL too.
        let ends = form.always_ends || c.is_ascii_alphanumeric() || "/-\0".contains(c);
        end_run(&mut units, ends, form, &mut out);
        out.push(c as u8);
        if starts_nothing {
            out.push(b'-');
        }
    }
    end_run(&mut units, true, form, &mut out);
    out
}

fn end_run(units: &mut Vec<u8>, ends: bool, form: &Form, out: &mut Vec<u8>) {
    if units.is_empty() {
        return;
    }
    out.push(form.start);
    out.extend(form.engine.encode(&units).into_bytes());
    if ends {
        out.push(b'-');
    }
    units.clear();
}

pub fn decode(text: &[u8], form: &Form) -> Vec<Option<char>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        if byte != form.start {
            let is_text = byte.is_ascii() && (!form.always_ends || (b' '..=b'~').contains(&byte));
            out.push(is_text.then(|| char::from(byte)));
            continue;
        }
        let slash = if form.always_ends { b',' } else { b'/' };
        let count = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'+' || **b == slash).count();
        let (run, tail) = rest.split_at(count);
        if count == 0 && tail.starts_with(b"-") {
            out.push(Some(char::from(form.start)));
            rest = &tail[1..];
            continue;
        }
        let lacks_end = form.always_ends && !tail.starts_with(b"-");
        // The byte in place of an end is a part of the mistake.
        rest = if lacks_end { tail.get(1..).unwrap_or_default() } else { tail.strip_prefix(b"-").unwrap_or(tail) };
        // A last digit that completes no byte is left out.
        let bytes = form.engine.decode(&run[..count - usize::from(count % 4 == 1)]).unwrap_or_default();
        let units = &bytes[..bytes.len() / 2 * 2];
        let is_needless = |c: &char| form.always_ends && (form.direct)(u8::try_from(u32::from(*c)).unwrap_or_default());
        out.extend(decode_utf16(units, Order::Big).into_iter().map(|c| c.filter(|c| !is_needless(c))));
        // A rest is invalid. The first half of a pair before it, and the lack of an end after it, are the same mistake.
        let is_half = matches!(units, [.., 0xD8..=0xDB, _]);
        let is_cut = count * 6 % 16 >= 6;
        if !is_half && (is_cut || form.engine.encode(units).as_bytes() != run) {
            out.push(None);
        }
        if lacks_end && !is_cut {
            out.push(None);
        }
    }
    out
}
