//! The secret that the dial plan shares with the server, and the hashes that it makes of PINs.

use crate::facts::hex;
use crate::request::Secret;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::ops::RangeInclusive;
use subtle::ConstantTimeEq;

/// A shorter PIN could be guessed within the limits of tries, and nobody enters a longer one.
pub const PIN_DIGITS: RangeInclusive<usize> = 6..=12;

/// The length of a PIN that the server makes: with a hundred prepared devices, one of a million guesses is right.
const MADE_DIGITS: u32 = 8;

/// A shorter secret could be guessed. `openssl rand -hex 16` gives 32 characters.
pub const SECRET_CHARS_MIN: usize = 16;

/// The PIN has another form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a PIN has {min} to {max} digits", min = PIN_DIGITS.start(), max = PIN_DIGITS.end())]
pub struct InvalidPin;

/// The secret. PINs have few digits, so a plain hash of one could be reversed; a hash with this key can not.
pub struct PinKey(Secret);

impl PinKey {
    pub fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// Whether the given secret is the right one, in a time that does not depend on how much of it is right.
    pub fn is(&self, given: &Secret) -> bool {
        let digest = |secret: &Secret| Sha256::digest(secret.expose());
        digest(&self.0).ct_eq(&digest(given)).into()
    }

    /// The hash under which a PIN is stored, in hexadecimal digits.
    ///
    /// # Errors
    /// It is no PIN.
    pub fn hash(&self, pin: &Secret) -> Result<String, InvalidPin> {
        let digits = pin.expose();
        if !PIN_DIGITS.contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(InvalidPin);
        }
        let mut hash = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes()).map_err(|_| InvalidPin)?;
        hash.update(b"dialplate pin ");
        hash.update(digits.as_bytes());
        Ok(hex(&hash.finalize().into_bytes()))
    }

    /// A new PIN.
    ///
    /// # Errors
    /// The system returned no random numbers.
    pub fn random_pin() -> Result<Secret, getrandom::Error> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes)?;
        // The remainder prefers no digits noticeably: 2^64 is far larger.
        let number = u64::from_ne_bytes(bytes) % 10_u64.pow(MADE_DIGITS);
        Ok(Secret::new(format!("{number:0width$}", width = MADE_DIGITS as usize)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_depends_on_pin_and_secret_and_contains_neither() {
        let key = |secret: &str| PinKey::new(Secret::new(secret));
        let hash = |secret: &str, pin: &str| key(secret).hash(&Secret::new(pin));
        let one = hash("a secret of the dial plan", "123456").unwrap();
        assert!(one.len() == 64 && !one.contains("123456"));
        assert_eq!(hash("a secret of the dial plan", "123456"), Ok(one.clone()));
        assert_ne!(hash("a secret of the dial plan", "123457"), Ok(one.clone()));
        assert_ne!(hash("another secret of the plan", "123456"), Ok(one));
        for pin in ["", "12345", "1234567890123", "12345a", "１２３４５６", "12 456"] {
            assert_eq!(hash("a secret of the dial plan", pin), Err(InvalidPin), "{pin}");
        }
        assert!(key("one").is(&Secret::new("one")) && !key("one").is(&Secret::new("onf")));
        assert!(!key("one").is(&Secret::new("")));
        let made = PinKey::random_pin().unwrap();
        assert!(key("one").hash(&made).is_ok());
    }
}
