//! UTF-8 as the parts of PHP read it, which differ in their treatment of invalid bytes.

/// The character at the start of `bytes` and its length, or the number of bytes that htmlspecialchars treats as one
/// error.
///
/// Source: the behaviour of PHP's html functions, which resume at the next possible lead byte.
pub fn next_char(bytes: &[u8]) -> Result<(char, usize), usize> {
    let lead = bytes[0];
    let trail = |i: usize| bytes.get(i).is_some_and(|b| (0x80..0xc0).contains(b));
    let leads = |i: usize| bytes.get(i).is_some_and(|b| *b < 0x80 || (0xc2..0xf5).contains(b));
    let length = match lead {
        0..0x80 => return Ok((char::from(lead), 1)),
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return Err(1),
    };
    if (1..length).all(trail) {
        let text = std::str::from_utf8(&bytes[..length]).map_err(|_| length)?;
        return text.chars().next().map(|c| (c, length)).ok_or(length);
    }
    // Up to the next possible lead byte, or the end.
    let faulty = (1..length).find(|i| *i >= bytes.len() || leads(*i)).unwrap_or(length);
    Err(faulty)
}

/// The characters, with `None` for each maximal run of invalid bytes, as mbstring's converters count them.
pub fn chars(bytes: &[u8]) -> impl Iterator<Item = Option<char>> + '_ {
    bytes.utf8_chunks().flat_map(|chunk| {
        let invalid = (!chunk.invalid().is_empty()).then_some(None);
        chunk.valid().chars().map(Some).chain(invalid)
    })
}

/// The bytes as text to search in, in which each invalid run is one character that no text contains.
pub fn marked(bytes: &[u8]) -> String {
    chars(bytes).map(|c| c.unwrap_or('\u{10ffff}')).collect()
}

/// The byte length that mb_substr and mb_strlen derive from the first byte of a character alone.
pub const fn length_by_lead(lead: u8) -> usize {
    match lead {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf7 => 4,
        _ => 1,
    }
}

/// The characters as mb_substr counts them: by lead byte, whatever follows it.
pub fn pieces(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let lead = *rest.first()?;
        let (piece, tail) = rest.split_at(length_by_lead(lead).min(rest.len()));
        rest = tail;
        Some(piece)
    })
}
