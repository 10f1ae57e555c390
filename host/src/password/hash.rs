//! What the database stores of a new password.

use crate::facts::StoredPassword;
use crate::request::Secret;
use bcrypt::Version;
use md5::Md5;
use sha2::{Digest, Sha256};

/// The cost of the hashes that FusionPBX and Dialplate write.
pub const COST: u32 = 10;

/// The length of a password: bcrypt reads no more bytes, so a longer one would match with any end.
pub const PASSWORD_BYTES_MAX: usize = 72;

/// Digits of the hash of a hash: enough that no two hashes of one user share them.
const FINGERPRINT_DIGITS: usize = 32;

/// Why a text cannot be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("the password is empty; give one of 1 to {PASSWORD_BYTES_MAX} bytes")]
    Empty,
    #[error(
        "the password has more than {PASSWORD_BYTES_MAX} bytes, and bcrypt would ignore the rest; give a shorter one"
    )]
    TooLong,
    #[error("the password contains a NUL character, which no database can store; give one without it")]
    Nul,
    #[error("the system gives no random numbers for the salt")]
    Random,
}

/// The texts to store for a new password. They are hashes, so there is no `Debug`.
pub struct NewPassword {
    /// For `v_users.password`: bcrypt as PHP writes it.
    pub hash: String,
    /// For clients that send the MD5 of the password: bcrypt of the MD5, after a fingerprint of `hash`.
    pub verifier: String,
}

impl NewPassword {
    /// # Errors
    /// The text cannot be a password.
    pub fn of(password: &Secret) -> Result<Self, PasswordError> {
        let text = password.expose();
        match text {
            "" => return Err(PasswordError::Empty),
            _ if text.len() > PASSWORD_BYTES_MAX => return Err(PasswordError::TooLong),
            _ if text.contains('\0') => return Err(PasswordError::Nul),
            _ => {}
        }
        let hash = bcrypt_of(text)?;
        let verifier = fingerprint(&hash) + &bcrypt_of(&format!("{:x}", Md5::digest(text)))?;
        Ok(Self { hash, verifier })
    }
}

fn bcrypt_of(text: &str) -> Result<String, PasswordError> {
    let parts = bcrypt::hash_with_result(text, COST).map_err(|_| PasswordError::Random)?;
    Ok(parts.format_for_version(Version::TwoY))
}

/// The verifier of a user's MD5, if it belongs to the user's present password: FusionPBX changes passwords and knows
/// nothing of verifiers.
pub(super) fn md5_verifier(stored: &StoredPassword) -> Option<&str> {
    let (of, verifier) = stored.verifier.split_at_checked(FINGERPRINT_DIGITS)?;
    (of == fingerprint(&stored.hash)).then_some(verifier)
}

fn fingerprint(hash: &str) -> String {
    let digits = format!("{:x}", Sha256::digest(hash));
    digits[..FINGERPRINT_DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusable_password_is_an_error() {
        let error = |text: &str| NewPassword::of(&Secret::new(text)).err();
        assert_eq!(error(""), Some(PasswordError::Empty));
        assert_eq!(error("a\0b"), Some(PasswordError::Nul));
        assert_eq!(error(&"ö".repeat(37)), Some(PasswordError::TooLong));
        assert_eq!(error(&"ö".repeat(36)), None);
    }
}
