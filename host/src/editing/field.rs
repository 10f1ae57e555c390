//! The flags of commands: the column that a flag writes, and the values that it takes.

use super::error::Error;

/// The longest value. Templates and phones take far less; the limit keeps a pasted file out of a label.
pub const VALUE_BYTES_MAX: usize = 16 << 10;

/// A flag, and the column that it writes.
pub struct Field {
    /// The name without dashes.
    pub flag: &'static str,
    /// Empty for a flag that is no column.
    pub column: &'static str,
    pub kind: FieldKind,
    pub help: &'static str,
}

/// The values that a flag takes.
#[derive(Clone, Copy)]
pub enum FieldKind {
    /// Any text. An empty one is stored as NULL, as FusionPBX does.
    Text,
    /// A text without control characters, and without those of the given list, by which other programs find a row.
    Name(&'static str),
    Flag,
    /// A whole number from the first to the second.
    Number(u32, u32),
    Choice(&'static [&'static str]),
    /// A host name or an address, with a port or without.
    Host,
    /// Lower-case letters, digits, `_`, `-` and `.`, as FusionPBX stores the names of settings.
    Lower,
    /// Any texts, one for each time that the flag is given.
    Texts,
}

impl Field {
    pub const fn new(flag: &'static str, column: &'static str, kind: FieldKind, help: &'static str) -> Self {
        Self { flag, column, kind, help }
    }

    /// Reads a value; `None` is NULL.
    ///
    /// # Errors
    /// The flag does not take this value.
    pub fn parse(&self, text: &str) -> Result<Option<String>, Error> {
        self.parse_as(&format!("--{}", self.flag), text)
    }

    /// The same for a value that a message calls by another name.
    ///
    /// # Errors
    /// The field does not take this value.
    pub fn parse_as(&self, named: &str, text: &str) -> Result<Option<String>, Error> {
        if text.contains('\0') {
            return Err(Error::value(named, text, "the database stores no NUL; leave it out"));
        }
        if text.len() > VALUE_BYTES_MAX {
            return Err(Error::value(named, text, format!("a value has at most {VALUE_BYTES_MAX} bytes")));
        }
        let parsed = self.kind.parse(text).map_err(|reason| Error::value(named, text, reason));
        Ok(parsed?.filter(|text| !text.is_empty()))
    }
}

impl FieldKind {
    fn parse(self, text: &str) -> Result<Option<String>, String> {
        let same = || Ok(Some(text.to_owned()));
        match self {
            Self::Text | Self::Texts => same(),
            Self::Name(others) => {
                let wrong = text.chars().find(|c| c.is_control() || others.contains(*c));
                match wrong {
                    Some(wrong) => Err(format!("the character {wrong:?} is not allowed here; leave it out")),
                    None if text.trim() != text => Err("a name neither begins nor ends with a blank".to_owned()),
                    None => same(),
                }
            }
            Self::Flag => match text {
                "true" | "false" => same(),
                _ => Err("write true or false".to_owned()),
            },
            Self::Number(min, max) => match text.parse::<u32>() {
                Ok(number) if (min..=max).contains(&number) => Ok(Some(number.to_string())),
                _ if text.is_empty() => Ok(None),
                _ => Err(format!("write a whole number from {min} to {max}")),
            },
            Self::Choice(choices) if text.is_empty() || choices.contains(&text) => same(),
            Self::Choice(choices) => Err(format!("write one of {}", choices.join(", "))),
            Self::Host => {
                let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
                if text.chars().all(is_host) {
                    same()
                } else {
                    Err("write a host name or an address, for instance sip.example.net or 192.0.2.1".to_owned())
                }
            }
            Self::Lower => {
                let lower = text.to_lowercase();
                let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-.".contains(c);
                if !lower.is_empty() && lower.chars().all(is_lower) {
                    Ok(Some(lower))
                } else {
                    Err("write letters, digits, `_`, `-` and `.` alone".to_owned())
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(kind: FieldKind, text: &str) -> Result<Option<String>, String> {
        Field::new("it", "it", kind, "").parse(text).map_err(|error| error.to_string())
    }

    #[test]
    fn bad_value_names_the_flag_and_the_next_step() {
        for (kind, text, message) in [
            (FieldKind::Flag, "yes", "--it \"yes\": write true or false"),
            (FieldKind::Number(1, 65_535), "0", "--it \"0\": write a whole number from 1 to 65535"),
            (FieldKind::Choice(&["udp", "tcp"]), "sctp", "--it \"sctp\": write one of udp, tcp"),
            (FieldKind::Text, "a\0b", "--it \"a\\0b\": the database stores no NUL; leave it out"),
            (FieldKind::Name("/@"), "a@b", "--it \"a@b\": the character '@' is not allowed here; leave it out"),
        ] {
            assert_eq!(parse(kind, text), Err(message.to_owned()));
        }
    }

    #[test]
    fn hostile_text_is_kept_as_it_is_and_empty_is_null() {
        let hostile = "a\"b'c&<d>\n{$x};--é";
        assert_eq!(parse(FieldKind::Text, hostile), Ok(Some(hostile.to_owned())));
        assert_eq!(parse(FieldKind::Text, ""), Ok(None));
        assert_eq!(parse(FieldKind::Number(0, 9), ""), Ok(None));
        assert_eq!(parse(FieldKind::Lower, "HTTP_Auth"), Ok(Some("http_auth".to_owned())));
    }
}
