//! Keys of PHP's arrays, and the rules by which strings become keys.

use std::hash::{Hash, Hasher};

use indexmap::Equivalent;

use super::Str;

/// A key of an array. A canonical decimal integer is never a [`Key::Str`]: PHP converts `"12"` to the integer 12 and
/// keeps `"012"`, `"1.0"` and `"-0"` as strings. Create keys with `From`, which follows that rule.
#[derive(Clone, Debug)]
pub enum Key {
    /// An integer key.
    Int(i64),
    /// A string key.
    Str(Str),
}

/// A borrowed [`Key`] for lookups without a [`Str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRef<'a> {
    /// An integer key.
    Int(i64),
    /// A string key.
    Str(&'a [u8]),
}

impl<'a> KeyRef<'a> {
    /// The key for the string `bytes`: an integer if it is a canonical one.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> KeyRef<'a> {
        canonical_int(bytes).map_or(KeyRef::Str(bytes), KeyRef::Int)
    }

    /// The owned key.
    #[must_use]
    pub fn to_key(self) -> Key {
        match self {
            KeyRef::Int(n) => Key::Int(n),
            KeyRef::Str(bytes) => Key::Str(Str::new(bytes)),
        }
    }
}

impl Key {
    /// The borrowed key.
    #[must_use]
    pub fn as_ref(&self) -> KeyRef<'_> {
        match self {
            Key::Int(n) => KeyRef::Int(*n),
            Key::Str(s) => KeyRef::Str(s.as_bytes()),
        }
    }

    /// The key as text, as `(string)$key` returns it.
    #[must_use]
    pub fn to_str(&self) -> Str {
        match self {
            Key::Int(n) => Str::from(n.to_string()),
            Key::Str(s) => s.clone(),
        }
    }
}

/// The integer that `bytes` spells, if it is in PHP's canonical form: no sign but `-`, no leading zero, no `-0`, within
/// 64 bits.
fn canonical_int(bytes: &[u8]) -> Option<i64> {
    // 20 bytes hold every i64; longer text cannot be one.
    if bytes.is_empty() || bytes.len() > 20 {
        return None;
    }
    let (negative, digits) = match bytes.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, bytes),
    };
    match digits {
        [] => return None,
        [b'0'] => return (!negative).then_some(0),
        [b'0', ..] => return None,
        _ => {}
    }
    let mut n: i64 = 0;
    for &d in digits {
        if !d.is_ascii_digit() {
            return None;
        }
        // Computed with negative numbers, so that i64::MIN fits.
        n = n.checked_mul(10)?.checked_sub(i64::from(d - b'0'))?;
    }
    if negative { Some(n) } else { n.checked_neg() }
}

impl From<Str> for Key {
    fn from(text: Str) -> Key {
        canonical_int(text.as_bytes()).map_or(Key::Str(text), Key::Int)
    }
}

impl From<&[u8]> for Key {
    fn from(text: &[u8]) -> Key {
        KeyRef::new(text).to_key()
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Key {
        KeyRef::new(text.as_bytes()).to_key()
    }
}

impl From<i64> for Key {
    fn from(n: i64) -> Key {
        Key::Int(n)
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.as_ref() == other.as_ref()
    }
}

impl Eq for Key {}

impl Hash for KeyRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            KeyRef::Int(n) => state.write_i64(*n),
            KeyRef::Str(bytes) => state.write(bytes),
        }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}

impl Equivalent<Key> for KeyRef<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        *self == key.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_canonical_integers_become_integer_keys() {
        for (text, int) in [
            ("12", Some(12)),
            ("0", Some(0)),
            ("-5", Some(-5)),
            ("9223372036854775807", Some(i64::MAX)),
            ("9223372036854775808", None),
            ("-9223372036854775807", Some(-i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("012", None),
            ("-0", None),
            ("", None),
            ("-", None),
            ("1.0", None),
            ("+1", None),
            (" 1", None),
            ("1 ", None),
        ] {
            let expected = int.map_or(Key::Str(text.into()), Key::Int);
            assert_eq!(Key::from(text), expected, "{text:?}");
        }
    }
}
