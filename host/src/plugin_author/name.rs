//! The name of a new plugin, which is also the vendor's name, the template folder and the name of the component's file.

use super::error::AuthorError;

/// Bytes of a name. The server takes as many (`plugin/description.rs`).
const BYTES_MAX: usize = 64;

/// Names that the crate `dialplate-<name>` cannot have, because it depends on a crate of that name.
const TAKEN: [&str; 2] = ["sdk", "smarty"];

/// A name of lower-case letters, digits and single hyphens that begins with a letter, as FusionPBX's vendors have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginName(String);

impl PluginName {
    /// # Errors
    /// The name cannot be that of a vendor, a crate and a folder.
    pub fn parse(text: &str) -> Result<Self, AuthorError> {
        let wrong = |why| Err(AuthorError::Name(text.chars().take(BYTES_MAX).collect(), why));
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        match text.as_bytes() {
            [] => wrong("is empty"),
            bytes if bytes.len() > BYTES_MAX => wrong("has more than 64 characters"),
            bytes if !bytes.iter().all(|byte| fits(*byte)) => {
                wrong("has other characters than lower-case letters, digits and hyphens")
            }
            [first, ..] if !first.is_ascii_lowercase() => wrong("does not begin with a letter"),
            bytes if bytes.ends_with(b"-") || text.contains("--") => wrong("has a hyphen too many"),
            _ if TAKEN.contains(&text) => wrong("is that of a library that each plugin uses"),
            _ => Ok(Self(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as phones may write it: `acme-voip` becomes `Acme Voip`.
    pub fn title(&self) -> String {
        let word = |word: &str| {
            let (first, rest) = word.split_at(1.min(word.len()));
            first.to_ascii_uppercase() + rest
        };
        self.0.split('-').map(word).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_becomes_a_title() {
        for (name, expected) in [("acme", "Acme"), ("acme-voip2", "Acme Voip2"), ("a-1-b", "A 1 B")] {
            assert_eq!(PluginName::parse(name).unwrap().title(), expected);
        }
    }

    #[test]
    fn invalid_name_says_what_is_wrong() {
        let long = "a".repeat(65);
        for (name, why) in [
            ("", "is empty"),
            ("Acme", "other characters"),
            ("../acme", "other characters"),
            ("acme voip", "other characters"),
            ("ä", "other characters"),
            ("2n", "begin with a letter"),
            ("-acme", "begin with a letter"),
            ("acme-", "a hyphen too many"),
            ("acme--voip", "a hyphen too many"),
            ("sdk", "a library"),
            (long.as_str(), "more than 64"),
        ] {
            let error = PluginName::parse(name).expect_err(name).to_string();
            assert!(error.contains(why) && error.contains("such as `acme`"), "{name}: {error}");
        }
        assert!(PluginName::parse(&"a".repeat(64)).is_ok());
    }
}
