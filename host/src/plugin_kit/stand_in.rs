//! A made-up text in place of a secret.

use super::check::Random;

/// What a secret's characters become, by their kind.
const DIGITS: &[u8] = b"0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const HEX: &[u8] = b"0123456789abcdef";
const UPPER_HEX: &[u8] = b"0123456789ABCDEF";
const OTHER: &[u8] = b"-_.!";
/// A longer secret of these digits is a number in hexadecimal digits, such as a key.
const HEX_CHARS_MIN: usize = 8;
/// Attempts to find a text that is not taken.
const ATTEMPTS_MAX: u64 = 1_000;

/// A text of the same length and with the same kinds of characters, since a key or a PIN must have its form. It depends on
/// the secret's number and not on the secret, so it tells nothing else.
pub fn stand_in(secret: &str, number: u64, is_taken: impl Fn(&str) -> bool) -> String {
    let is_of = |digits: &[u8]| secret.len() >= HEX_CHARS_MIN && secret.bytes().all(|byte| digits.contains(&byte));
    let hex = [HEX, UPPER_HEX].into_iter().find(|digits| is_of(digits));
    // A number with a zero before it would be written as a text.
    let is_number = !secret.starts_with('0') && secret.bytes().all(|byte| byte.is_ascii_digit());
    let kind = |at: usize, letter: char| match letter {
        _ if is_number && at == 0 => &DIGITS[1..],
        _ if is_number => DIGITS,
        _ if hex.is_some() => hex.unwrap_or_default(),
        '0'..='9' => DIGITS,
        'a'..='z' => LOWER,
        'A'..='Z' => UPPER,
        _ => OTHER,
    };
    let mut random = Random::new(number);
    let mut made = String::new();
    for _ in 0..ATTEMPTS_MAX {
        let letters = secret.chars().enumerate();
        made = letters.map(|(at, letter)| char::from(random.one_of(kind(at, letter)).unwrap_or(b'x'))).collect();
        if made != secret && !is_taken(&made) {
            break;
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_the_form_of_its_secret() {
        for (secret, kinds) in
            [("4711", "nddd"), ("0711", "dddd"), ("aB3$x", "lud-l"), ("00ff00ff", "hhhhhhhh"), ("00FF00FF", "HHHHHHHH")]
        {
            let made = stand_in(secret, 7, |_| false);
            assert_ne!(made, secret);
            assert_eq!(made.len(), kinds.len());
            for (letter, kind) in made.bytes().zip(kinds.bytes()) {
                let list = match kind {
                    b'n' => &DIGITS[1..],
                    b'd' => DIGITS,
                    b'l' => LOWER,
                    b'u' => UPPER,
                    b'h' => HEX,
                    b'H' => UPPER_HEX,
                    _ => OTHER,
                };
                assert!(list.contains(&letter), "{secret} {made}");
            }
        }
    }

    #[test]
    fn taken_text_is_not_made() {
        let first = stand_in("47", 7, |_| false);
        assert_ne!(stand_in("47", 7, |made| made == first), first);
    }
}
