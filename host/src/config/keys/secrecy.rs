//! How values that may hold a secret are shown, and whether they hold one.

use crate::directory::DatabaseUrl;

/// What is secret in the values of one key.
#[derive(Clone, Copy)]
pub struct Secrecy {
    /// The value as an operator may see it.
    pub masked: fn(&str) -> String,
    /// Whether the value holds a secret, so that it must not be in the command line.
    pub is_secret: fn(&str) -> bool,
}

pub const DATABASE: Secrecy = Secrecy {
    masked: |text| DatabaseUrl::parse(text).map_or_else(|_| hidden(text), |url| url.masked()),
    is_secret: |text| DatabaseUrl::parse(text).is_ok_and(|url| url.has_password()),
};

/// A password.
pub const TEXT: Secrecy = Secrecy { masked: hidden, is_secret: |text| !text.is_empty() };

/// Only scheme and host of a URL are shown: credentials, path and query may hold a secret.
pub const URL: Secrecy = Secrecy {
    masked: |text| match text.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}/(hidden)", host(rest)),
        None => hidden(text),
    },
    is_secret: |text| text.contains(['@', '?']),
};

/// Digits, or the path of a file that holds them.
pub const KEY_OR_FILE: Secrecy = Secrecy {
    masked: |text| if text.contains('/') { text.to_owned() } else { hidden(text) },
    is_secret: |text| !text.contains('/'),
};

fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

fn hidden(_: &str) -> String {
    "(hidden)".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_value_holds_no_secret() {
        for (rule, text, masked, is_secret) in [
            (DATABASE, "postgres://u:s3cret@db/x", "postgres://u@db/x", true),
            (DATABASE, "postgres://u@db/x?sslmode=require&password=s3cret", "postgres://u@db/x", true),
            (DATABASE, "postgres://u@db/x?sslmode=require", "postgres://u@db/x", false),
            (DATABASE, "sqlite:///srv/a:b@c.db", "sqlite:///srv/a:b@c.db", false),
            (DATABASE, "mysql://u:s3cret@db/x", "(hidden)", false),
            (URL, "https://u:s3cret@auth.example.net/check", "https://auth.example.net/(hidden)", true),
            (URL, "https://auth.example.net/check?key=s3cret", "https://auth.example.net/(hidden)", true),
            (URL, "https://auth.example.net/check", "https://auth.example.net/(hidden)", false),
            (TEXT, "s3cret", "(hidden)", true),
            (KEY_OR_FILE, "5ec12e75", "(hidden)", true),
            (KEY_OR_FILE, "/etc/dialplate/nonce.key", "/etc/dialplate/nonce.key", false),
        ] {
            assert_eq!(((rule.masked)(text).as_str(), (rule.is_secret)(text)), (masked, is_secret), "{text}");
        }
    }
}
