//! The account of a measurement.

use super::error::Error;
use crate::request::Secret;

/// A file with an account is one short line.
pub const ACCOUNT_BYTES_MAX: u64 = 4096;

/// Name and password. It has no `Debug`.
#[derive(Clone)]
pub struct Account {
    pub user: String,
    pub password: Secret,
}

impl Account {
    /// Reads `user:password`; the password may contain colons.
    ///
    /// # Errors
    /// There is no colon, no name, or a character that no header can carry.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (user, password) = text.split_once(':').ok_or(Error::Account)?;
        let is_valid = !user.is_empty() && !user.contains(['"', '\\']) && !text.chars().any(char::is_control);
        if !is_valid {
            return Err(Error::Account);
        }
        Ok(Self { user: user.to_owned(), password: Secret::new(password) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_has_a_name_and_a_password_with_colons() {
        let account = Account::parse("phone:a:b").expect("an account");
        assert_eq!((account.user.as_str(), account.password.expose()), ("phone", "a:b"));
        for text in ["", "phone", ":password", "a\"b:password", "a:b\n"] {
            assert!(Account::parse(text).is_err(), "{text:?}");
        }
    }
}
