//! Passwords of commands: from standard input, or generated and shown once.

use super::error::Error;
use crate::request::Secret;

/// FusionPBX generates 20 characters for extensions.
const CHARS: usize = 20;

/// Without those that look alike in print.
const ALPHABET: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

/// A password that has not been stored yet. `Secret` has no `Debug`.
#[derive(Clone)]
pub struct Password {
    pub text: Secret,
    /// The command generated it, so it is shown once.
    pub is_new: bool,
}

impl Password {
    pub fn given(text: &str) -> Self {
        Self { text: Secret::new(text), is_new: false }
    }

    /// # Errors
    /// The system returned no random numbers.
    pub fn generate() -> Result<Self, Error> {
        let mut text = String::new();
        while text.len() < CHARS {
            let mut bytes = [0; CHARS];
            getrandom::fill(&mut bytes)?;
            // The rest of a byte above the last whole alphabet would make the first letters more frequent.
            let whole = 256 / ALPHABET.len() * ALPHABET.len();
            let even = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < whole);
            text.extend(even.map(|byte| char::from(ALPHABET[byte % ALPHABET.len()])));
        }
        text.truncate(CHARS);
        Ok(Self { text: Secret::new(text), is_new: true })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_passwords_differ_and_have_20_characters() {
        let (one, other) = (Password::generate().unwrap(), Password::generate().unwrap());
        assert_eq!(one.text.expose().len(), CHARS);
        assert!(one.text.expose() != other.text.expose() && one.is_new);
    }
}
