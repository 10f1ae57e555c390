//! UTF-16, UCS-2 and UTF-32 (UCS-4).

/// The order of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// That of a byte-order mark at the start, else the most significant byte first; written without a mark.
    Marked,
    Big,
    Little,
}

/// The text without its mark, and whether the most significant byte comes first.
fn ordered(text: &[u8], order: Order, width: usize) -> (&[u8], bool) {
    let big_mark: &[u8] = if width == 2 { b"\xfe\xff" } else { b"\0\0\xfe\xff" };
    let little_mark: &[u8] = if width == 2 { b"\xff\xfe" } else { b"\xff\xfe\0\0" };
    match order {
        Order::Big => (text, true),
        Order::Little => (text, false),
        Order::Marked => match (text.strip_prefix(big_mark), text.strip_prefix(little_mark)) {
            (Some(rest), _) => (rest, true),
            (None, Some(rest)) => (rest, false),
            (None, None) => (text, true),
        },
    }
}

fn units16(text: &[u8], big: bool) -> impl Iterator<Item = u16> + '_ {
    text.chunks_exact(2)
        .map(move |u| if big { u16::from_be_bytes([u[0], u[1]]) } else { u16::from_le_bytes([u[0], u[1]]) })
}

/// A last incomplete unit is one more invalid character.
fn with_remainder(mut chars: Vec<Option<char>>, text: &[u8], width: usize) -> Vec<Option<char>> {
    if !text.len().is_multiple_of(width) {
        chars.push(None);
    }
    chars
}

pub fn decode_utf16(text: &[u8], order: Order) -> Vec<Option<char>> {
    let (text, big) = ordered(text, order, 2);
    let chars = char::decode_utf16(units16(text, big)).map(Result::ok).collect();
    with_remainder(chars, text, 2)
}

pub fn decode_ucs2(text: &[u8], order: Order) -> Vec<Option<char>> {
    let (text, big) = ordered(text, order, 2);
    let chars = units16(text, big).map(|u| char::from_u32(u.into())).collect();
    with_remainder(chars, text, 2)
}

pub fn decode_utf32(text: &[u8], order: Order) -> Vec<Option<char>> {
    let (text, big) = ordered(text, order, 4);
    let unit = |u: &[u8]| {
        let u = [u[0], u[1], u[2], u[3]];
        char::from_u32(if big { u32::from_be_bytes(u) } else { u32::from_le_bytes(u) })
    };
    let chars = text.chunks_exact(4).map(unit).collect();
    with_remainder(chars, text, 4)
}

fn write16(unit: u16, order: Order) -> [u8; 2] {
    if order == Order::Little { unit.to_le_bytes() } else { unit.to_be_bytes() }
}

pub fn utf16(c: char, order: Order) -> Vec<u8> {
    c.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| write16(*unit, order)).collect()
}

pub fn ucs2(c: char, order: Order) -> Vec<u8> {
    write16(u16::try_from(u32::from(c)).unwrap_or(b'?'.into()), order).to_vec()
}

pub fn utf32(c: char, order: Order) -> Vec<u8> {
    let code = u32::from(c);
    (if order == Order::Little { code.to_le_bytes() } else { code.to_be_bytes() }).to_vec()
}
