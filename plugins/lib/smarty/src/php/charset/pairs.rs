//! Sets of two and more bytes a character, on the tables of the Encoding Standard (`encoding_rs`).

use std::sync::LazyLock;

use encoding_rs::Encoding;

use super::pairs_tables as tables;

/// A set as a part of one of the Encoding Standard's, with its differences.
#[derive(Debug)]
pub struct Pairs {
    base: &'static Encoding,
    /// True for the first byte of a longer character.
    leads: fn(u8) -> bool,
    /// True for bytes of `base` that this set has too.
    has: fn(&[u8]) -> bool,
    /// The characters of bytes that `base` reads otherwise, sorted by the bytes; 0 for none.
    read: &'static [(u32, u32)],
    /// The bytes of characters that `base` writes otherwise, sorted by the character; 0 for none.
    written: &'static [(u32, u32)],
    /// True if a character of three bytes can follow 0x8f (JIS X 0212).
    has_jis_x_0212: bool,
}

const NO_DIFFERENCE: &[(u32, u32)] = &[];

const fn pairs(base: &'static Encoding, leads: fn(u8) -> bool) -> Pairs {
    Pairs { base, leads, has: |_| true, read: NO_DIFFERENCE, written: NO_DIFFERENCE, has_jis_x_0212: false }
}

fn leads_sjis(b: u8) -> bool {
    matches!(b, 0x81..=0x9f | 0xe0..=0xfc)
}

fn leads_euc_jp(b: u8) -> bool {
    matches!(b, 0x8e | 0xa1..=0xfe)
}

pub static UHC: Pairs = pairs(encoding_rs::EUC_KR, |b| matches!(b, 0x81..=0xc8 | 0xca..=0xfd));
pub static EUC_KR: Pairs = Pairs {
    has: |bytes| bytes.iter().all(|b| *b >= 0xa1),
    ..pairs(encoding_rs::EUC_KR, |b| matches!(b, 0xa1..=0xac | 0xb0..=0xc8 | 0xca..=0xfd))
};
pub static CP932: Pairs =
    Pairs { has: |bytes| bytes != [0x80], written: tables::CP932_WRITTEN, ..pairs(encoding_rs::SHIFT_JIS, leads_sjis) };
pub static SJIS_WIN: Pairs = Pairs {
    has: |bytes| bytes != [0x80],
    written: tables::SJIS_WIN_WRITTEN,
    ..pairs(encoding_rs::SHIFT_JIS, leads_sjis)
};
pub static SJIS: Pairs = Pairs {
    has: |bytes| match bytes {
        [one] => *one != 0x80,
        [lead, ..] => matches!(lead, 0x81..=0x84 | 0x88..=0x9f | 0xe0..=0xea),
        [] => false,
    },
    read: tables::SJIS_READ,
    written: tables::SJIS_WRITTEN,
    ..pairs(encoding_rs::SHIFT_JIS, |b| matches!(b, 0x81..=0x9f | 0xe0..=0xef))
};
pub static CP51932: Pairs = Pairs { written: tables::CP51932_WRITTEN, ..pairs(encoding_rs::EUC_JP, leads_euc_jp) };
pub static EUC_JP: Pairs = Pairs {
    has: |bytes| bytes.len() != 2 || matches!(bytes[0], 0x8e | 0xa1..=0xa8 | 0xb0..=0xf4),
    read: tables::EUC_JP_READ,
    written: tables::EUC_JP_WRITTEN,
    has_jis_x_0212: true,
    ..pairs(encoding_rs::EUC_JP, leads_euc_jp)
};
pub static EUC_CN: Pairs = Pairs {
    has: |bytes| bytes.len() == 2 && matches!(bytes[0], 0xa1..=0xa9 | 0xb0..=0xf7) && bytes[1] >= 0xa1,
    read: tables::EUC_CN_READ,
    written: tables::EUC_CN_WRITTEN,
    ..pairs(encoding_rs::GBK, |b| matches!(b, 0xa1..=0xa9 | 0xb0..=0xf7))
};
pub static CP936: Pairs = Pairs {
    read: tables::CP936_READ,
    written: tables::CP936_WRITTEN,
    ..pairs(encoding_rs::GBK, |b| matches!(b, 0x81..=0xfe))
};
pub static GB18030: Pairs = Pairs {
    has: |bytes| bytes != [0x80],
    read: tables::GB18030_READ,
    written: tables::GB18030_WRITTEN,
    ..pairs(encoding_rs::GB18030, |b| matches!(b, 0x81..=0xfe))
};
pub static BIG5: Pairs = Pairs {
    // The Encoding Standard has Hong Kong's characters where this set has other ones.
    has: |bytes| bytes.len() == 2 && matches!(bytes[0], 0xa1..=0xf9) && !(0xc6a1..0xc900).contains(&number(bytes)),
    read: tables::BIG5_READ,
    written: tables::BIG5_WRITTEN,
    ..pairs(encoding_rs::BIG5, |b| matches!(b, 0xa1..=0xc7 | 0xc9..=0xf9))
};

/// The characters of JIS X 0212 with their three bytes, which the Encoding Standard reads but does not write, sorted.
static JIS_X_0212: LazyLock<Vec<(char, [u8; 3])>> = LazyLock::new(|| {
    let codes = (0xa1..=0xfe).flat_map(|lead| (0xa1..=0xfe).map(move |trail| [0x8f, lead, trail]));
    let mut found: Vec<(char, [u8; 3])> = codes.filter_map(|bytes| EUC_JP.char(&bytes).map(|c| (c, bytes))).collect();
    found.sort_unstable();
    found
});

/// The second column of a table that is sorted by its first.
fn look_up(table: &[(u32, u32)], code: u32) -> Option<u32> {
    table.binary_search_by_key(&code, |(known, _)| *known).ok().map(|at| table[at].1)
}

/// The bytes as one number.
fn number(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |n, b| n << 8 | u32::from(*b))
}

impl Pairs {
    #[must_use]
    pub fn decode(&self, text: &[u8]) -> Vec<Option<char>> {
        let mut out = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(&first) = rest.first() {
            let length = if first.is_ascii() { 1 } else { self.length(rest).min(rest.len()) };
            let (bytes, tail) = rest.split_at(length);
            out.push(if first.is_ascii() { Some(char::from(first)) } else { self.char(bytes) });
            rest = tail;
        }
        out
    }

    /// The bytes of the character at the start of `text`.
    fn length(&self, text: &[u8]) -> usize {
        match text {
            [0x8f, ..] if self.has_jis_x_0212 => 3,
            [first, second, ..]
                if self.base == encoding_rs::GB18030 && (self.leads)(*first) && second.is_ascii_digit() =>
            {
                // An invalid third byte ends the character.
                if text.get(2).is_some_and(|third| (self.leads)(*third)) { 4 } else { 3 }
            }
            [first, ..] if (self.leads)(*first) => 2,
            _ => 1,
        }
    }

    fn char(&self, bytes: &[u8]) -> Option<char> {
        if let Some(c) = look_up(self.read, number(bytes)) {
            return char::from_u32(c).filter(|c| *c != '\0');
        }
        (self.has)(bytes).then_some(())?;
        let text = self.base.decode_without_bom_handling_and_without_replacement(bytes)?;
        let mut chars = text.chars();
        chars.next().filter(|_| chars.next().is_none())
    }

    #[must_use]
    pub fn encode(&self, chars: &[char]) -> Vec<u8> {
        let mut out = Vec::with_capacity(chars.len() * 2);
        for &c in chars {
            if c.is_ascii() {
                out.push(c as u8);
            } else if let Some(bytes) = self.bytes(c) {
                out.extend_from_slice(&bytes);
            } else {
                out.extend_from_slice(self.three_bytes(c).map_or(b"?", |bytes| bytes));
            }
        }
        out
    }

    fn bytes(&self, c: char) -> Option<Vec<u8>> {
        let code = u32::from(c);
        let written = look_up(self.written, code);
        let written = written.or_else(|| self.read.iter().find(|(_, known)| *known == code).map(|(bytes, _)| *bytes));
        if let Some(bytes) = written {
            let bytes: Vec<u8> = bytes.to_be_bytes().into_iter().skip_while(|b| *b == 0).collect();
            return (!bytes.is_empty()).then_some(bytes);
        }
        let text = c.encode_utf8(&mut [0; 4]).to_owned();
        let (bytes, _, unknown) = self.base.encode(&text);
        let removed = look_up(self.read, number(&bytes)) == Some(0);
        (!unknown && !removed && (self.has)(&bytes)).then(|| bytes.into_owned())
    }

    /// The bytes of a character of JIS X 0212, if this set has those.
    fn three_bytes(&self, c: char) -> Option<&'static [u8]> {
        let table: &'static [(char, [u8; 3])] = if self.has_jis_x_0212 { &JIS_X_0212 } else { &[] };
        table.binary_search_by_key(&c, |(known, _)| *known).ok().map(|at| table[at].1.as_slice())
    }
}

/// The sets between which an escape sequence switches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Ascii,
    Roman,
    Katakana,
    Pairs,
}

/// The bytes that switch the set.
const SWITCHES: [(&[u8], Mode); 6] = [
    (b"\x1b(B", Mode::Ascii),
    (b"\x1b(J", Mode::Roman),
    (b"\x1b$@", Mode::Pairs),
    (b"\x1b$B", Mode::Pairs),
    (b"\x0e", Mode::Katakana),
    (b"\x0f", Mode::Ascii),
];

/// ISO-2022-JP: the pairs of EUC-JP without their high bits, between escape sequences.
pub fn encode_iso_2022_jp(chars: &[char]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut mode = Mode::Ascii;
    let mut switch = |to: Mode, out: &mut Vec<u8>| {
        if mode != to {
            out.extend_from_slice(match to {
                Mode::Ascii => b"\x1b(B",
                Mode::Roman => b"\x1b(J",
                Mode::Pairs => b"\x1b$B",
                Mode::Katakana => b"\x0e",
            });
            mode = to;
        }
    };
    for &c in chars {
        // mbstring writes both lines above as one.
        let c = if c == '\u{af}' { '\u{203e}' } else { c };
        let pair = EUC_JP.bytes(c).filter(|bytes| bytes.len() == 2 && bytes[0] != 0x8e);
        match (c, pair) {
            ('¥', _) => {
                switch(Mode::Roman, &mut out);
                out.push(b'\\');
            }
            (c, _) if c.is_ascii() => {
                switch(Mode::Ascii, &mut out);
                out.push(c as u8);
            }
            (_, Some(pair)) => {
                switch(Mode::Pairs, &mut out);
                out.extend(pair.iter().map(|b| b & 0x7f));
            }
            (_, None) => {
                switch(Mode::Ascii, &mut out);
                out.push(b'?');
            }
        }
    }
    switch(Mode::Ascii, &mut out);
    out
}

pub fn decode_iso_2022_jp(text: &[u8]) -> Vec<Option<char>> {
    let mut out = Vec::new();
    let mut mode = Mode::Ascii;
    let mut rest = text;
    while let Some((&byte, tail)) = rest.split_first() {
        if let Some((sequence, to)) = SWITCHES.iter().find(|(sequence, _)| rest.starts_with(sequence)) {
            mode = *to;
            rest = &rest[sequence.len()..];
            continue;
        }
        rest = tail;
        match (mode, tail.first()) {
            (Mode::Pairs, Some(second)) if byte > b' ' => {
                out.push(EUC_JP.char(&[byte | 0x80, second | 0x80]));
                rest = &tail[1..];
            }
            (Mode::Roman, _) if byte == b'\\' => out.push(Some('¥')),
            (Mode::Roman, _) if byte == b'~' => out.push(Some('‾')),
            (Mode::Katakana, _) if (0x21..=0x5f).contains(&byte) => out.push(katakana(byte | 0x80)),
            _ => out.push(match byte {
                0xa1..=0xdf => katakana(byte),
                0x1b | 0x80.. => None,
                _ => Some(char::from(byte)),
            }),
        }
    }
    out
}

/// The half-width character of a byte of JIS X 0201.
fn katakana(byte: u8) -> Option<char> {
    char::from_u32(0xff61 - 0xa1 + u32::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_differences_are_sorted_by_first_column() {
        for pairs in [&CP932, &SJIS_WIN, &SJIS, &CP51932, &EUC_JP, &EUC_CN, &CP936, &GB18030, &BIG5] {
            assert!(pairs.read.is_sorted_by_key(|(bytes, _)| bytes), "{pairs:?}");
            assert!(pairs.written.is_sorted_by_key(|(c, _)| c), "{pairs:?}");
        }
    }
}
