//! What a signer states about a component, in the trusted comment of its signature.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt::Write;

const PLUGIN: &str = "plugin";
const VERSION: &str = "version";
const EXPIRES: &str = "expires";

/// Fields `name:value` between tabs or spaces. Other fields, such as those of minisign itself, mean nothing here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    pub plugin: Option<String>,
    pub version: Option<String>,
    /// The last day of the signature, in UTC.
    pub expires: Option<Date>,
}

impl Statement {
    /// Reads a trusted comment; the error says what is wrong with it.
    pub(super) fn parse(comment: &str) -> Result<Self, String> {
        let mut statement = Self::default();
        for field in comment.split_whitespace() {
            let Some((name, value)) = field.split_once(':') else { continue };
            let is_repeated = match name {
                PLUGIN => statement.plugin.replace(value.to_owned()).is_some(),
                VERSION => statement.version.replace(value.to_owned()).is_some(),
                EXPIRES => {
                    let date = value.parse().map_err(|_| format!("`{EXPIRES}` is no date such as 2027-01-31"))?;
                    statement.expires.replace(date).is_some()
                }
                _ => false,
            };
            if is_repeated {
                return Err(format!("`{name}` occurs twice"));
            }
        }
        Ok(statement)
    }

    /// The trusted comment of a signature that is made now.
    pub(super) fn to_comment(&self, now: Timestamp) -> String {
        let mut comment = format!("timestamp:{}", now.as_second());
        let expires = self.expires.map(|date| date.to_string());
        let fields = [(PLUGIN, &self.plugin), (VERSION, &self.version), (EXPIRES, &expires)];
        for (name, value) in fields.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            let _ = write!(comment, "\t{name}:{value}");
        }
        comment
    }

    /// The day on which the signature ended, if it has.
    pub fn ended(&self, now: Timestamp) -> Option<Date> {
        let today = now.to_zoned(TimeZone::UTC).date();
        self.expires.filter(|last| *last < today)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn statement_is_read_as_it_was_written() {
        let statement = Statement {
            plugin: Some("acme".to_owned()),
            version: Some("1.2.0".to_owned()),
            expires: Some("2027-01-31".parse().unwrap()),
        };
        let comment = statement.to_comment(moment("2026-07-01T12:00:00Z"));
        assert_eq!(comment, "timestamp:1782907200\tplugin:acme\tversion:1.2.0\texpires:2027-01-31");
        assert_eq!(Statement::parse(&comment).unwrap(), statement);
        assert_eq!(Statement::parse("plugin:acme version:1.2.0 expires:2027-01-31 more").unwrap(), statement);
    }

    #[test]
    fn comment_of_minisign_states_nothing() {
        let comment = "timestamp:1633700835\tfile:acme.wasm\thashed";
        assert_eq!(Statement::parse(comment).unwrap(), Statement::default());
    }

    #[test]
    fn unclear_comment_is_an_error() {
        for (comment, error) in [
            ("expires:soon", "is no date such as"),
            ("expires:2027-02-30", "is no date such as"),
            ("plugin:acme\tplugin:beta", "`plugin` occurs twice"),
            ("expires:2027-01-01 expires:2030-01-01", "`expires` occurs twice"),
        ] {
            let found = Statement::parse(comment).unwrap_err();
            assert!(found.contains(error), "{comment}: {found}");
        }
    }

    #[test]
    fn signature_is_valid_through_its_last_day() {
        let statement = Statement::parse("expires:2027-01-31").unwrap();
        assert_eq!(statement.ended(moment("2027-01-31T23:59:59Z")), None);
        assert_eq!(statement.ended(moment("2027-02-01T00:00:00Z")), statement.expires);
        assert_eq!(Statement::default().ended(moment("2099-01-01T00:00:00Z")), None);
    }
}
