//! Basic access authentication (RFC 7617). User and password must both match exactly.

use super::digest::Accounts;
use super::refusal::CredentialError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use subtle::{Choice, ConstantTimeEq};

/// The value of the `WWW-Authenticate` header. A realm is a host name without quotes or backslashes.
pub fn challenge(realm: &str) -> String {
    format!("Basic realm=\"{realm}\"")
}

/// Checks what follows `Basic ` in an `Authorization` header.
///
/// # Errors
/// [`CredentialError::Malformed`] if the text is not base64 or has no colon, else [`CredentialError::BadPassword`].
pub fn verify(text: &str, accounts: &Accounts<'_>) -> Result<(), CredentialError> {
    let bytes = STANDARD.decode(text.trim_matches([' ', '\t'])).map_err(|_| CredentialError::Malformed)?;
    let colon = bytes.iter().position(|byte| *byte == b':').ok_or(CredentialError::Malformed)?;
    let (given_user, given_password) = (&bytes[..colon], &bytes[colon + 1..]);
    let mut right = Choice::from(0);
    for user in &accounts.users {
        let same_user = user.as_bytes().ct_eq(given_user);
        for password in &accounts.passwords {
            right |= same_user & password.expose().as_bytes().ct_eq(given_password);
        }
    }
    if bool::from(right) { Ok(()) } else { Err(CredentialError::BadPassword) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Secret;

    fn check(text: &str, passwords: &[&str]) -> Result<(), CredentialError> {
        let passwords = passwords.iter().map(|password| Secret::new(*password)).collect();
        verify(text, &Accounts { users: vec!["phone"], passwords })
    }

    fn login(user: &str, password: &str, passwords: &[&str]) -> Result<(), CredentialError> {
        check(&STANDARD.encode(format!("{user}:{password}")), passwords)
    }

    #[test]
    fn user_with_any_of_the_passwords_is_accepted() {
        assert_eq!(login("phone", "secret1", &["secret1"]), Ok(()));
        assert_eq!(login("phone", "secret2", &["secret1", "secret2"]), Ok(()));
        assert_eq!(login("phone", "a:b", &["a:b"]), Ok(()));
    }

    #[test]
    fn wrong_user_or_password_is_rejected() {
        for (user, password) in
            [("phone", "bad"), ("nobody", "secret1"), ("", "secret1"), ("phone", ""), ("phone", "1e3")]
        {
            assert_eq!(
                login(user, password, &["secret1", "1000"]),
                Err(CredentialError::BadPassword),
                "{user}:{password}"
            );
        }
        assert_eq!(login("phone", "0", &["0e4"]), Err(CredentialError::BadPassword));
        assert_eq!(login("phone", "", &[]), Err(CredentialError::BadPassword));
    }

    #[test]
    fn text_without_base64_or_colon_is_malformed() {
        for text in ["", "!!!!", "cGhvbmU=", "cGhvbmU6c2VjcmV0MQ"] {
            assert_eq!(check(text, &["secret1"]), Err(CredentialError::Malformed), "{text}");
        }
    }
}
