//! A hardware address as people write it, with the errors that they make: every separator, and letters that look like digits.

use super::address::DeviceAddress;

/// Between the digits: colons, dashes of each kind, dots, underscores and blanks.
const SEPARATORS: [char; 11] =
    [':', '-', '.', '_', ' ', '\t', '\u{a0}', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2212}'];

/// Around an address, as in a cell of a spreadsheet.
const AROUND: [char; 6] = ['"', '\'', '[', ']', '(', ')'];

const DIGITS: usize = 12;

/// Letters for which a person or a scanner takes digits, beside the digit that is likely meant.
const LOOK_ALIKES: [(char, char); 12] = [
    ('O', '0'),
    ('o', '0'),
    ('Q', '0'),
    ('I', '1'),
    ('i', '1'),
    ('L', '1'),
    ('l', '1'),
    ('Z', '2'),
    ('z', '2'),
    ('S', '5'),
    ('s', '5'),
    ('G', '6'),
];

/// A letter that stands where a digit should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its digit {at} is the letter {letter}, and likely the digit {digit} is meant; compare the label")]
pub struct LookAlike {
    pub letter: char,
    pub digit: char,
    /// From one on, without separators.
    pub at: usize,
}

/// Reads a hardware address in any spelling; `None` if the text is something else, such as a softphone's address.
///
/// # Errors
/// The text would be an address if the letter were a digit.
pub fn read_typed(text: &str) -> Option<Result<DeviceAddress, LookAlike>> {
    let text = text.trim().trim_matches(AROUND).trim();
    let named = text.get(..3).is_some_and(|head| head.eq_ignore_ascii_case("mac"));
    let text = if named { text[3..].trim_start_matches([':', '=', '#', ' ']) } else { text };
    let groups: Vec<&str> = text.split(SEPARATORS).filter(|group| !group.is_empty()).collect();
    // Some programs leave out the first zero of each byte: `0:15:65:0:a:46`.
    let is_short = groups.len() == DIGITS / 2 && groups.iter().all(|group| group.chars().count() <= 2);
    let joined: String = match is_short {
        true => groups.iter().map(|group| format!("{group:0>2}")).collect(),
        false => groups.concat(),
    };
    let is_known = |c: char| c.is_ascii_hexdigit() || digit_of(c).is_some();
    if joined.chars().count() != DIGITS || !joined.chars().all(is_known) {
        return None;
    }
    let wrong = joined.chars().enumerate().find(|(_, c)| !c.is_ascii_hexdigit());
    if let Some((at, letter)) = wrong {
        let digit = digit_of(letter).unwrap_or_default();
        // A word has more letters than digits.
        let real = joined.chars().filter(char::is_ascii_digit).count();
        return (real >= DIGITS / 3).then_some(Err(LookAlike { letter, digit, at: at + 1 }));
    }
    DeviceAddress::parse(&joined).ok().map(Ok)
}

/// The text with each look-alike letter replaced by its digit.
pub fn without_look_alikes(text: &str) -> String {
    text.chars().map(|c| digit_of(c).unwrap_or(c)).collect()
}

/// The digit that a letter looks like.
fn digit_of(c: char) -> Option<char> {
    LOOK_ALIKES.into_iter().find_map(|(letter, digit)| (letter == c).then_some(digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_address() {
        for text in [
            "001565000046",
            "0015.6500.0046",
            "00.15.65.00.00.46",
            "00:15:65:00:00:46",
            "00-15-65-00-00-46",
            "00 15 65 00 00 46",
            "001565-000046",
            "001565:000046",
            "0015-6500-0046",
            "00_15_65_00_00_46",
            "00\u{2013}15\u{2013}65\u{2013}00\u{2013}00\u{2013}46",
            "0:15:65:0:0:46",
            " \"00:15:65:00:00:46\" ",
            "MAC: 0015.6500.0046",
            "mac=001565000046",
            "'001565000046",
        ] {
            let read = read_typed(text).and_then(Result::ok).map(|address| address.to_string());
            assert_eq!(read.as_deref(), Some("001565000046"), "{text}");
        }
    }

    #[test]
    fn look_alike_letter_is_named_with_its_digit() {
        for (text, letter, digit, at) in [
            ("0015650000O6", 'O', '0', 11),
            ("00:I5:65:00:00:46", 'I', '1', 3),
            ("00:l5:65:00:00:46", 'l', '1', 3),
            ("0015.6S00.0046", 'S', '5', 6),
            ("001565-0000Z6", 'Z', '2', 11),
        ] {
            assert_eq!(read_typed(text), Some(Err(LookAlike { letter, digit, at })), "{text}");
        }
        assert_eq!(without_look_alikes("OO:l5:6S"), "00:15:65");
    }

    #[test]
    fn other_texts_are_no_hardware_address() {
        for text in [
            "",
            "00156500004",
            "0015650000461",
            "5d0c1f7a-2b9e-4c88-97aa-31e2f0b64d11",
            "00156500004x",
            "Solidification",
        ] {
            assert_eq!(read_typed(text), None, "{text}");
        }
    }
}
