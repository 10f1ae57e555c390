//! Properties of characters, as far as the standard library has them.
//!
//! `\p` selects general categories, and the library has derived properties. They differ for combining marks of Indic
//! scripts and for rare symbols, which phones do not show.

/// General category L: alphabetic, without letter-like numbers and without the marks that count as alphabetic.
#[must_use]
pub fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !c.is_numeric() && !is_mark(c) || matches!(c, 'ª' | 'º')
}

#[must_use]
pub fn is_word(c: char) -> bool {
    c == '_' || is_letter(c) || c.is_numeric()
}

/// `\s` in UTF-8 mode.
#[must_use]
pub fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// Combining marks (M) of the scripts that phones show.
pub fn is_mark(c: char) -> bool {
    matches!(
        u32::from(c),
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x5bf | 0x5c1..=0x5c2 | 0x5c4..=0x5c5 | 0x610..=0x61a
            | 0x64b..=0x65f | 0x670 | 0x6d6..=0x6dc | 0x6df..=0x6e4 | 0x900..=0x903 | 0x93a..=0x93c | 0x93e..=0x94f
            | 0xe31 | 0xe34..=0xe3a | 0xe47..=0xe4e | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff
            | 0x302a..=0x302f | 0x3099..=0x309a | 0xfe00..=0xfe0f | 0xfe20..=0xfe2f | 0xe0100..=0xe01ef
    )
}

pub fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '֊' | '־' | '᐀' | '᠆' | '‐'
            ..='―' | '⸗' | '⸚' | '⸺' | '⸻' | '⹀' | '〜' | '〰' | '゠' | '︱' | '︲' | '﹘' | '﹣' | '－'
    )
}

fn is_ascii_symbol(c: char) -> bool {
    matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')
}

fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation() && !is_ascii_symbol(c);
    }
    is_dash(c)
        || matches!(
            c,
            '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{37e}' | '\u{387}' | '‖'..='‧' | '‰'..='⁃' | '⁅'..='⁑'
                | '⁓'..='⁞' | '、'..='〃' | '〈'..='】' | '〔'..='〟' | '！'..='＃' | '％'..='＊' | '，'..='／' | '：' | '；'
        )
}

fn is_symbol(c: char) -> bool {
    if c.is_ascii() {
        return is_ascii_symbol(c);
    }
    matches!(
        u32::from(c),
        0xa2..=0xa6 | 0xa8 | 0xa9 | 0xac | 0xae..=0xb1 | 0xb4 | 0xb8 | 0xd7 | 0xf7 | 0x2c2..=0x2c5 | 0x2d2..=0x2df
            | 0x20a0..=0x20cf | 0x2100..=0x214f | 0x2190..=0x23ff | 0x2500..=0x2767 | 0x2794..=0x27ff
            | 0x2900..=0x2bff | 0x1f000..=0x1faff
    ) && !c.is_alphanumeric()
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200a}' | '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

fn is_title(c: char) -> bool {
    matches!(c, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ' | 'ᾈ'..='ᾏ' | 'ᾘ'..='ᾟ' | 'ᾨ'..='ᾯ' | 'ᾼ' | 'ῌ' | 'ῼ')
}

/// The test for a property `\p{name}`; `None` for an unknown one.
pub fn property(name: &str) -> Option<fn(char) -> bool> {
    Some(match name {
        "Any" => |_| true,
        "L" => is_letter,
        "L&" => |c| is_letter(c) && (c.is_lowercase() || c.is_uppercase() || is_title(c)),
        "Ll" => |c| is_letter(c) && c.is_lowercase() && !matches!(c, 'ª' | 'º' | '\u{2b0}'..='\u{2ff}'),
        "Lu" => |c| is_letter(c) && c.is_uppercase() && !is_title(c),
        "Lt" => is_title,
        "Lo" => |c| is_letter(c) && !c.is_lowercase() && !c.is_uppercase() && !is_title(c),
        "N" => char::is_numeric,
        "Nd" => |c| c.is_numeric() && (c.is_ascii() || !c.is_ascii() && is_decimal(c)),
        "M" | "Mn" => is_mark,
        "P" => is_punctuation,
        "Pd" => is_dash,
        "Pc" => |c| matches!(c, '_' | '‿' | '⁀' | '⁔' | '︳' | '︴' | '﹍'..='﹏' | '＿'),
        "S" => is_symbol,
        "Sc" => |c| matches!(c, '$' | '¢'..='¥' | '\u{20a0}'..='\u{20cf}'),
        "Z" => is_separator,
        "Zs" => |c| is_separator(c) && !matches!(c, '\u{2028}' | '\u{2029}'),
        "C" | "Cc" => char::is_control,
        "Xan" => |c| is_letter(c) || c.is_numeric(),
        "Xwd" => is_word,
        "Xsp" | "Xps" => is_space,
        _ => return None,
    })
}

/// Decimal digits beyond ASCII: runs of ten in the blocks of common scripts.
fn is_decimal(c: char) -> bool {
    matches!(
        u32::from(c),
        0x660..=0x669 | 0x6f0..=0x6f9 | 0x7c0..=0x7c9 | 0x966..=0x96f | 0x9e6..=0x9ef | 0xe50..=0xe59 | 0xff10..=0xff19
    )
}
