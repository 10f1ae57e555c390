//! User name and password of a person who logs in from a softphone, without a device of its own.

use super::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How a login arrived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LoginForm {
    /// The parameters `username` and `password`.
    Parameters,
    /// Basic credentials.
    Basic,
}

/// A user name and a password as the client sent them.
pub struct Login {
    pub user: String,
    pub password: Secret,
    pub form: LoginForm,
}

impl Login {
    /// Removes the domain that the name ends with: FusionPBX's `user@domain`.
    pub fn without_domain(&mut self, domain: &str) {
        if let Some((user, end)) = self.user.rsplit_once('@')
            && end.eq_ignore_ascii_case(domain)
        {
            self.user = user.to_owned();
        }
    }

    /// The credentials of an `Authorization` header; `None` if they are not of the scheme Basic.
    pub(super) fn of_basic(authorization: &str) -> Option<Self> {
        let (scheme, rest) = authorization.trim_matches([' ', '\t']).split_once(' ')?;
        let bytes = STANDARD.decode(rest.trim_matches([' ', '\t'])).ok()?;
        // RFC 7617 lets the server choose the encoding. Older clients send Latin-1.
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect());
        let (user, password) = text.split_once(':')?;
        let login = Self { user: user.to_owned(), password: Secret::new(password), form: LoginForm::Basic };
        scheme.eq_ignore_ascii_case("basic").then_some(login)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_read_as_utf8_or_latin1() {
        let read = |scheme: &str, bytes: &[u8]| {
            let login = Login::of_basic(&format!("{scheme} {}", STANDARD.encode(bytes)))?;
            Some((login.user, login.password.expose().to_owned()))
        };
        let pair = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        assert_eq!(read("Basic", b"ada:a:b"), pair("ada", "a:b"));
        assert_eq!(read("basic", "ada:ö".as_bytes()), pair("ada", "ö"));
        assert_eq!(read("BASIC", b"ada:\xf6"), pair("ada", "ö"));
        assert_eq!(read("Basic", b"ada"), None);
        assert_eq!(read("Digest", b"ada:x"), None);
        assert!(Login::of_basic("Basic !").is_none() && Login::of_basic("").is_none());
    }
}
