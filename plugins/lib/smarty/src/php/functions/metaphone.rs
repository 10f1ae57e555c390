//! `metaphone`: how an English word sounds.

use super::args;
use super::register::makes;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("metaphone", 1, 2, metaphone)];

fn metaphone(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let max = args::size(args::int_or(args, 1, 0)?).ok_or_else(|| args::bad(1, "be greater than or equal to 0"))?;
    let word = args::c_string(&text).to_ascii_uppercase();
    let mut sound = Sound { word: &word, at: 0, out: Vec::new() };
    while sound.at < word.len() && !word[sound.at].is_ascii_alphabetic() {
        sound.at += 1;
    }
    sound.first();
    while sound.at < word.len() && (max == 0 || sound.out.len() < max) {
        sound.letter();
        sound.at += 1;
    }
    Ok(Value::from(sound.out))
}

struct Sound<'a> {
    word: &'a [u8],
    at: usize,
    out: Vec<u8>,
}

fn is_vowel(letter: u8) -> bool {
    b"AEIOU".contains(&letter)
}

/// True for letters that make C and G soft.
fn softens(letter: u8) -> bool {
    b"EIY".contains(&letter)
}

impl Sound<'_> {
    /// The letter `n` places ahead; 0 beyond the end.
    fn ahead(&self, n: usize) -> u8 {
        self.word.get(self.at + n).copied().unwrap_or(0)
    }

    /// The letter `n` places back; 0 before the start.
    fn back(&self, n: usize) -> u8 {
        self.at.checked_sub(n).map_or(0, |at| self.word[at])
    }

    /// The first letter has rules of its own.
    fn first(&mut self) {
        let next = self.ahead(1);
        let (sound, taken) = match (self.ahead(0), next) {
            (b'A', b'E') => (b'E', 2),
            (vowel, _) if is_vowel(vowel) => (vowel, 1),
            (b'G' | b'K' | b'P', b'N') => (b'N', 2),
            (b'W', b'R') => (b'R', 2),
            (b'W', next) if next == b'H' || is_vowel(next) => (b'W', 2),
            (b'X', _) => (b'S', 1),
            _ => return,
        };
        self.out.push(sound);
        self.at += taken;
    }

    fn letter(&mut self) {
        let (letter, next, after, before) = (self.ahead(0), self.ahead(1), self.ahead(2), self.back(1));
        if !letter.is_ascii_alphabetic() || letter == before && letter != b'C' {
            return;
        }
        let is_sia = next == b'I' && matches!(after, b'O' | b'A');
        let (sound, skipped): (&[u8], usize) = match letter {
            b'B' if before != b'M' => (b"B", 0),
            b'C' if softens(next) && next == b'I' && after == b'A' => (b"X", 0),
            b'C' if softens(next) && before == b'S' => (b"", 0),
            b'C' if softens(next) => (b"S", 0),
            b'C' if next == b'H' => (b"X", 1),
            b'C' => (b"K", 0),
            b'D' if next == b'G' && softens(after) => (b"J", 1),
            b'D' => (b"T", 0),
            b'G' => self.g(next, after, before),
            b'H' if is_vowel(next) && !b"CGPST".contains(&before) => (b"H", 0),
            b'K' if before != b'C' => (b"K", 0),
            b'P' if next == b'H' => (b"F", 0),
            b'P' => (b"P", 0),
            b'Q' => (b"K", 0),
            b'S' | b'T' if is_sia => (b"X", 0),
            b'S' if next == b'H' => (b"X", 1),
            b'S' => (b"S", 0),
            b'T' if next == b'H' => (b"0", 1),
            b'T' if next == b'C' && after == b'H' => (b"", 0),
            b'T' => (b"T", 0),
            b'V' => (b"F", 0),
            b'W' | b'Y' if !is_vowel(next) => (b"", 0),
            b'X' => (b"KS", 0),
            b'Z' => (b"S", 0),
            b'F' | b'J' | b'L' | b'M' | b'N' | b'R' | b'W' | b'Y' => (&[letter], 0),
            _ => (b"", 0),
        };
        self.out.extend_from_slice(sound);
        self.at += skipped;
    }

    fn g(&self, next: u8, after: u8, before: u8) -> (&'static [u8], usize) {
        match next {
            b'H' if b"BDH".contains(&self.back(3)) || self.back(4) == b'H' => (b"", 0),
            b'H' => (b"F", 1),
            b'N' if !after.is_ascii_alphabetic() || after == b'E' && self.ahead(3) == b'D' => (b"", 0),
            next if next != b'N' && softens(next) && before != b'G' => (b"J", 0),
            _ => (b"K", 0),
        }
    }
}
