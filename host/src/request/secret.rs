//! Text that must not be seen.

use subtle::{Choice, ConstantTimeEq};

/// A password, or a text that contains one. It can only be compared: it has no `Debug` and no `Display`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the code that computes a digest or a form from it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Compares in a time that depends on the lengths alone.
    pub fn matches(&self, other: &Self) -> Choice {
        self.0.as_bytes().ct_eq(other.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_text_matches() {
        let same = |one: &str, two: &str| bool::from(Secret::new(one).matches(&Secret::new(two)));
        assert!(same("secret1", "secret1"));
        assert!(!same("secret1", "secret2") && !same("1000", "1e3") && !same("a", "ab") && !same("", "a"));
    }
}
