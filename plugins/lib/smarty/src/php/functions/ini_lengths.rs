//! How long the parts of an INI text are, for the scanner.

pub fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

pub fn trim(text: &[u8]) -> &[u8] {
    let text = &text[blanks(text)..];
    let end = text.iter().rposition(|b| !matches!(b, b' ' | b'\t')).map_or(0, |last| last + 1);
    &text[..end]
}

pub fn newline(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

pub fn constant_length(text: &[u8]) -> usize {
    let starts = text.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
    if starts { text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count() } else { 0 }
}

/// `12`, `-12`, `1.5`, `.5` or `1.`
pub fn number_length(text: &[u8]) -> usize {
    let digits = |from: usize| text[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(text.first() == Some(&b'-'));
    let whole = digits(sign);
    if sign == 0 && text.get(whole) == Some(&b'.') {
        let fraction = digits(whole + 1);
        return if whole + fraction == 0 { 0 } else { whole + 1 + fraction };
    }
    if whole == 0 { 0 } else { sign + whole }
}

/// The length of the longest text without an end, in which `$` takes the next character with it, and so does `\` after
/// `$` and, in a section, everywhere. `None` if the text is open at its end.
pub fn text_length(text: &[u8], ends: &[u8], in_section: bool) -> Option<usize> {
    // Bit n: the text up to n bytes behind `at` is one.
    let (mut reached, mut at, mut length) = (1_u8, 0, 0);
    while reached != 0 {
        if reached & 1 != 0 {
            length = at;
            reached |= match &text[at.min(text.len())..] {
                [] if in_section || at > text.len() => return None,
                [] => 0,
                [b'$', b'\\', ..] => 0b1100,
                [b'$', b'{', ..] | [b'$'] => 0,
                [b'$', ..] => 0b100,
                [b'\\', ..] if in_section => 0b100,
                [b, ..] if ends.contains(b) => 0,
                _ => 0b10,
            };
        }
        reached >>= 1;
        at += 1;
    }
    Some(length)
}
