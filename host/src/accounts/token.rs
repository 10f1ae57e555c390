//! Random ids, and tokens by which the console recognises its own forms.

use crate::facts::hex;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const ID_BYTES: usize = 32;
/// A block of SHA-256, which is the length of a key that needs no check.
const KEY_BYTES: usize = 64;

/// A random id of 256 bits, as a cookie has it. Whoever has it is logged in, so there is no `Debug`.
pub struct RandomId(String);

impl RandomId {
    /// # Errors
    /// The system returned no random numbers.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; ID_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(hex(&bytes)))
    }

    /// The id of a cookie; `None` if the text is none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 2 * ID_BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        is_id.then(|| Self(text.to_owned()))
    }

    /// For the cookie.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The form in which the server keeps an id: its memory alone lets nobody log in.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// Makes and checks the tokens of one session's forms.
#[derive(Clone)]
pub struct FormKey([u8; KEY_BYTES]);

impl FormKey {
    /// # Errors
    /// The system returned no random numbers.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut key = [0; KEY_BYTES];
        getrandom::fill(&mut key)?;
        Ok(Self(key))
    }

    /// The token for a form. `purpose` says what the form does, so that no form's token serves another one.
    pub fn token(&self, purpose: &str) -> String {
        hex(&self.mac(purpose))
    }

    /// Whether a form of this purpose has sent its token.
    pub fn is_token(&self, purpose: &str, given: &str) -> bool {
        self.token(purpose).as_bytes().ct_eq(given.as_bytes()).into()
    }

    fn mac(&self, purpose: &str) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as Mac>::new(&self.0.into());
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_differ_and_are_read_again() {
        let (one, other) = (RandomId::generate().unwrap(), RandomId::generate().unwrap());
        assert!(one.expose() != other.expose() && one.expose().len() == 64);
        assert!(RandomId::parse(one.expose()).is_some_and(|read| read.hash() == one.hash()));
        for text in ["", "0", &"0".repeat(63), &"A".repeat(64), &"g".repeat(64), &"0".repeat(65)] {
            assert!(RandomId::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn token_serves_its_form_and_session_alone() {
        let (one, other) = (FormKey::generate().unwrap(), FormKey::generate().unwrap());
        let token = one.token("logout");
        assert!(one.is_token("logout", &token));
        assert!(!one.is_token("reload", &token) && !other.is_token("logout", &token) && !one.is_token("logout", ""));
        assert!(!one.is_token("logout", &token[..63]) && !one.is_token("logout", &token.to_uppercase()));
    }
}
