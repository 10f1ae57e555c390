//! Sets of characters: `[…]`, `\d` and the like, `.`.

use super::unicode;

/// An element of a set.
#[derive(Clone, Copy, Debug)]
pub enum ClassItem {
    Range(u32, u32),
    Digit,
    Word,
    Space,
    Horizontal,
    Vertical,
    Posix(fn(u8) -> bool),
    Property(fn(char) -> bool),
    Newline,
}

/// A set of characters, or of bytes without `utf8`.
#[derive(Clone, Debug)]
pub struct Class {
    /// The elements, and whether each is negated (`\D` in a set).
    pub items: Vec<(ClassItem, bool)>,
    pub negated: bool,
    pub caseless: bool,
    pub utf8: bool,
}

impl Class {
    #[must_use]
    pub fn of(item: ClassItem, negated: bool, utf8: bool) -> Class {
        Class { items: vec![(item, negated)], negated: false, caseless: false, utf8 }
    }

    #[must_use]
    pub fn contains(&self, c: u32) -> bool {
        let has = |c: u32| self.items.iter().any(|(item, negated)| item.contains(c, self.utf8) != *negated);
        let found = has(c) || self.caseless && other_cases(c, self.utf8).into_iter().flatten().any(has);
        found != self.negated
    }
}

/// The letter in its other case, or cases.
pub fn other_cases(c: u32, utf8: bool) -> [Option<u32>; 2] {
    if c < 0x80 || !utf8 {
        let byte = u8::try_from(c).unwrap_or(0);
        return match byte {
            b'a'..=b'z' => [Some(c - 32), None],
            b'A'..=b'Z' => [Some(c + 32), None],
            _ => [None, None],
        };
    }
    let Some(c) = char::from_u32(c) else {
        return [None, None];
    };
    let single = |mut chars: Box<dyn Iterator<Item = char>>| {
        let first = chars.next();
        first.filter(|other| *other != c && chars.next().is_none()).map(u32::from)
    };
    [single(Box::new(c.to_lowercase())), single(Box::new(c.to_uppercase()))]
}

impl ClassItem {
    fn contains(self, c: u32, utf8: bool) -> bool {
        let byte = u8::try_from(c).ok();
        let ascii = |test: fn(&u8) -> bool| byte.is_some_and(|b| b.is_ascii() && test(&b));
        let wide = || if utf8 { char::from_u32(c) } else { None };
        match self {
            ClassItem::Range(low, high) => (low..=high).contains(&c),
            ClassItem::Digit => match wide() {
                Some(c) => unicode::property("Nd").is_some_and(|nd| nd(c)),
                None => ascii(u8::is_ascii_digit),
            },
            ClassItem::Word => match wide() {
                Some(c) => unicode::is_word(c),
                None => ascii(|b| b.is_ascii_alphanumeric() || *b == b'_'),
            },
            ClassItem::Space => match wide() {
                Some(c) => unicode::is_space(c),
                None => ascii(|b| matches!(b, b' ' | b'\t'..=b'\r')),
            },
            ClassItem::Horizontal => {
                matches!(c, 9 | 0x20 | 0xa0 | 0x1680 | 0x180e | 0x2000..=0x200a | 0x202f | 0x205f | 0x3000)
            }
            ClassItem::Vertical => matches!(c, 10..=13 | 0x85 | 0x2028 | 0x2029),
            ClassItem::Posix(test) => byte.is_some_and(test),
            ClassItem::Property(test) => char::from_u32(c).is_some_and(test),
            ClassItem::Newline => c == 10,
        }
    }
}

/// `[:name:]`
#[must_use]
pub fn posix(name: &[u8]) -> Option<fn(u8) -> bool> {
    Some(match name {
        b"alpha" => |b| b.is_ascii_alphabetic(),
        b"digit" => |b| b.is_ascii_digit(),
        b"alnum" => |b| b.is_ascii_alphanumeric(),
        b"upper" => |b| b.is_ascii_uppercase(),
        b"lower" => |b| b.is_ascii_lowercase(),
        b"space" => |b| matches!(b, b' ' | b'\t'..=b'\r'),
        b"blank" => |b| matches!(b, b' ' | b'\t'),
        b"punct" => |b| b.is_ascii_punctuation(),
        b"xdigit" => |b| b.is_ascii_hexdigit(),
        b"cntrl" => |b| b.is_ascii_control(),
        b"print" => |b| b.is_ascii_graphic() || b == b' ',
        b"graph" => |b| b.is_ascii_graphic(),
        b"word" => |b| b.is_ascii_alphanumeric() || b == b'_',
        b"ascii" => |b| b.is_ascii(),
        _ => return None,
    })
}
