//! `mb_convert_kana`: full-width and half-width forms of Japanese text.
//!
//! Source: the behaviour of PHP 8.2.

use super::args;
use super::multibyte::charset;
use super::register::makes;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("mb_convert_kana", 1, 3, convert_kana)];

fn convert_kana(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let mode = Mode::of(&args::text_or(args, 1, b"KV")?)?;
    let charset = charset(args, 2)?;
    let mut out = Vec::with_capacity(text.len());
    let chars = charset.decode_known(&text);
    context.charge(chars.len().saturating_mul(FULL.len()))?;
    let mut rest = &chars[..];
    while let Some((&c, tail)) = rest.split_first() {
        // What stands for an invalid character is not converted.
        let invalid = ('?', None, 1);
        let (converted, mark, taken) = c.map_or(invalid, |c| mode.convert(c, tail.first().copied().flatten()));
        out.push(converted);
        out.extend(mark);
        rest = &rest[taken..];
    }
    let out = charset.encode(&out);
    context.allow_bytes(out.len())?;
    Ok(Value::from(out))
}

/// The letters of the second argument. A capital and its small letter are opposites.
const LETTERS: &[u8] = b"ARNSKHMCarnshkmcV";

/// Letters that exclude each other, in the order in which PHP checks them.
const EXCLUSIVE: [(u8, u8); 13] = [
    (b'A', b'a'),
    (b'R', b'r'),
    (b'N', b'n'),
    (b'S', b's'),
    (b'K', b'k'),
    (b'H', b'h'),
    (b'M', b'm'),
    (b'C', b'c'),
    (b'H', b'K'),
    (b'h', b'C'),
    (b'h', b'c'),
    (b'k', b'C'),
    (b'k', b'c'),
];

/// What to convert: one bit for each letter that is given.
struct Mode(u32);

fn bit(letter: u8) -> Option<u32> {
    LETTERS.iter().position(|known| *known == letter).map(|at| 1 << at)
}

impl Mode {
    fn of(letters: &[u8]) -> Result<Mode, PhpError> {
        let mut mode = Mode(0);
        for &letter in letters {
            let unknown = || args::bad(1, &format!("not contain the flag '{}'", letter.escape_ascii()));
            mode.0 |= bit(letter).ok_or_else(unknown)?;
        }
        // All characters include letters and digits.
        for (all, parts) in [(b'A', *b"RN"), (b'a', *b"rn")] {
            if mode.has(all) {
                mode.0 |= parts.into_iter().filter_map(bit).sum::<u32>();
            }
        }
        match EXCLUSIVE.iter().find(|(one, other)| mode.has(*one) && mode.has(*other)) {
            Some((one, other)) => {
                let (one, other) = (char::from(*one), char::from(*other));
                Err(args::bad(1, &format!("not combine the flags '{one}' and '{other}'")))
            }
            None => Ok(mode),
        }
    }

    fn has(&self, letter: u8) -> bool {
        bit(letter).is_some_and(|bit| self.0 & bit != 0)
    }

    /// A character converted, a sound mark that follows it, and the number of characters that it stands for.
    fn convert(&self, c: char, next: Option<char>) -> (char, Option<char>, usize) {
        if let Some((full, taken)) = self.full_kana(c, next) {
            return (full, None, taken);
        }
        let one = self.full_ascii(c).or_else(|| self.full_symbol(c)).or_else(|| self.half_ascii(c));
        if let Some(converted) = one {
            return (converted, None, 1);
        }
        if let Some((half, mark)) = self.half_kana(c) {
            return (half, mark, 1);
        }
        (self.other_kana(c).or_else(|| self.half_symbol(c)).unwrap_or(c), None, 1)
    }

    fn full_ascii(&self, c: char) -> Option<char> {
        let converts = self.has(b'A') && matches!(c, '!'..='}') && !matches!(c, '"' | '\'' | '\\')
            || self.has(b'R') && c.is_ascii_alphabetic()
            || self.has(b'N') && c.is_ascii_digit();
        match c {
            _ if converts => moved(c, i64::from(FULL_ASCII)),
            ' ' if self.has(b'S') => Some('\u{3000}'),
            _ => None,
        }
    }

    fn half_ascii(&self, c: char) -> Option<char> {
        let converts = self.has(b'a') && matches!(c, '！'..='｝') && !matches!(c, '＂' | '＇' | '＼')
            || self.has(b'r') && matches!(c, 'Ａ'..='Ｚ' | 'ａ'..='ｚ')
            || self.has(b'n') && matches!(c, '０'..='９');
        match c {
            _ if converts => moved(c, -i64::from(FULL_ASCII)),
            '\u{3000}' if self.has(b's') => Some(' '),
            '−' if self.has(b'a') => Some('-'),
            _ => None,
        }
    }

    /// The full-width form of a half-width character, joined with the sound mark that follows it.
    fn full_kana(&self, c: char, next: Option<char>) -> Option<(char, usize)> {
        let katakana = self.has(b'K');
        let at = usize::try_from(u32::from(c).checked_sub(FIRST_HALF)?).ok()?;
        let full = FULL.chars().nth(at).filter(|_| katakana || self.has(b'H'))?;
        let joined = match next {
            Some(VOICED) if self.has(b'V') => voiced(full).filter(|joined| katakana || *joined != 'ヴ'),
            Some(HALF_VOICED) if self.has(b'V') => half_voiced(full),
            _ => None,
        };
        let (full, taken) = joined.map_or((full, 1), |joined| (joined, 2));
        Some((if katakana { full } else { hiragana(full).unwrap_or(full) }, taken))
    }

    /// The half-width form of a full-width character, and its sound mark.
    fn half_kana(&self, c: char) -> Option<(char, Option<char>)> {
        if !self.has(b'k') && !self.has(b'h') {
            return None;
        }
        let katakana = match c {
            'ァ'..='ヴ' if self.has(b'k') => c,
            'ァ'..='ヴ' => return None,
            'ぁ'..='ん' if self.has(b'h') => moved(c, i64::from(KATAKANA))?,
            'ぁ'..='ん' => return None,
            _ => return half(c).map(|half| (half, None)),
        };
        let (base, mark) = match katakana {
            'ヮ' => ('ワ', None),
            'ヰ' => ('イ', None),
            'ヱ' => ('エ', None),
            other => without_mark(other),
        };
        half(base).map(|half| (half, mark))
    }

    /// Katakana for Hiragana, or the reverse.
    fn other_kana(&self, c: char) -> Option<char> {
        match c {
            'ぁ'..='ん' | 'ゝ' | 'ゞ' if self.has(b'C') => moved(c, i64::from(KATAKANA)),
            'ァ'..='ン' | 'ヽ' | 'ヾ' if self.has(b'c') => moved(c, -i64::from(KATAKANA)),
            _ => None,
        }
    }

    fn full_symbol(&self, c: char) -> Option<char> {
        if !self.has(b'M') {
            return None;
        }
        match c {
            '\\' | '¥' => Some('￥'),
            '~' | '‾' => Some('￣'),
            '\'' => Some('’'),
            '"' => Some('”'),
            _ => None,
        }
    }

    fn half_symbol(&self, c: char) -> Option<char> {
        if !self.has(b'm') {
            return None;
        }
        match c {
            '￥' | '＼' => Some('\\'),
            '￣' | '‾' => Some('~'),
            '‘' | '’' => Some('\''),
            '“' | '”' => Some('"'),
            _ => None,
        }
    }
}

/// The distance from a character of ASCII to its full-width form.
const FULL_ASCII: u16 = 0xfee0;
/// The distance from Hiragana to Katakana.
const KATAKANA: u16 = 0x60;

/// The full-width forms of the half-width characters from U+FF61 to U+FF9F.
const FULL: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";
const FIRST_HALF: u32 = 0xff61;
const VOICED: char = '\u{ff9e}';
const HALF_VOICED: char = '\u{ff9f}';

fn moved(c: char, by: i64) -> Option<char> {
    u32::try_from(i64::from(u32::from(c)) + by).ok().and_then(char::from_u32)
}

fn half(full: char) -> Option<char> {
    let at = FULL.chars().position(|c| c == full)?;
    char::from_u32(FIRST_HALF + u32::try_from(at).ok()?)
}

fn voiced(c: char) -> Option<char> {
    match c {
        'ウ' => Some('ヴ'),
        'カ'..='ト' | 'ハ'..='ホ' if half(c).is_some() && c != 'ッ' => moved(c, 1),
        _ => None,
    }
}

fn half_voiced(c: char) -> Option<char> {
    matches!(c, 'ハ' | 'ヒ' | 'フ' | 'ヘ' | 'ホ').then(|| moved(c, 2)).flatten()
}

/// A character of Katakana and its sound mark.
fn without_mark(c: char) -> (char, Option<char>) {
    let joins = |base: &char| voiced(*base) == Some(c);
    if let Some(base) = Some('ウ').filter(joins).or_else(|| moved(c, -1).filter(joins)) {
        return (base, Some(VOICED));
    }
    match moved(c, -2).filter(|base| half_voiced(*base) == Some(c)) {
        Some(base) => (base, Some(HALF_VOICED)),
        None => (c, None),
    }
}

fn hiragana(katakana: char) -> Option<char> {
    matches!(katakana, 'ァ'..='ン').then(|| moved(katakana, -i64::from(KATAKANA))).flatten()
}
