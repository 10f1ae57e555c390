//! The request that an operator asks about.

use crate::request::TARGET_BYTES_MAX;
use serde::{Deserialize, Serialize};

/// Headers of a question; phones send a dozen.
const HEADERS_MAX: usize = 100;

/// The credentials of a request that an operator asks about.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Credentials {
    /// Those of the question, or none.
    #[default]
    Given,
    /// Those of the settings. The journal knows that the phone had some, and not which.
    Right,
    /// Some that no setting has.
    Wrong,
}

/// A request in an operator's words. It may hold a password, so there is no `Debug`.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Question {
    /// A device's address, a URL, or its path and query.
    pub what: String,
    /// The `Host` header; an empty text sends none.
    pub host: Option<String>,
    /// The address from which the request comes.
    pub client: Option<String>,
    pub user_agent: Option<String>,
    /// The file by the name that the phone asks for, if `what` is an address.
    pub file: Option<String>,
    pub method: Option<String>,
    /// Further headers, `Name: value`.
    pub headers: Vec<String>,
    /// The form of a POST.
    pub data: Option<String>,
    /// The credentials with which a challenge is answered.
    pub user: Option<String>,
    pub password: Option<String>,
    /// Also ask the auth server of the configuration.
    pub ask_auth_server: bool,
    /// The line of the journal whose request is meant, in place of all others.
    pub entry: Option<i64>,
    /// Of a line of the journal.
    #[serde(skip)]
    pub credentials: Credentials,
}

/// What a question is about.
#[derive(Debug, PartialEq, Eq)]
pub enum Subject<'a> {
    /// A device's address as it was written.
    Address(&'a str),
    /// Path and query, and the host and the scheme of a whole URL.
    Target { target: &'a str, host: Option<&'a str>, https: bool },
}

/// The question cannot be answered.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuestion {
    #[error("name a device's address or a URL")]
    Empty,
    #[error("{0:?} is no parameter of a question; see docs/explain.md for all of them")]
    Unknown(String),
    #[error("{name} {value:?}: {reason}")]
    Value { name: &'static str, value: String, reason: &'static str },
}

impl Question {
    /// Reads the parameters of a query.
    ///
    /// # Errors
    /// A parameter is unknown.
    pub fn of_query(query: &[(String, String)]) -> Result<Self, InvalidQuestion> {
        let mut question = Self::default();
        for (name, text) in query {
            let value = || Some(text.clone());
            match name.as_str() {
                "what" => question.what = value().unwrap_or_default(),
                "host" => question.host = value(),
                "client" => question.client = value(),
                "user_agent" => question.user_agent = value(),
                "file" => question.file = value(),
                "method" => question.method = value(),
                "header" => question.headers.extend(value()),
                "data" => question.data = value(),
                "user" => question.user = value(),
                "entry" => {
                    let reason = "write the id of a line of the journal";
                    let invalid = |_| InvalidQuestion::Value { name: "entry", value: text.clone(), reason };
                    question.entry = Some(text.parse().map_err(invalid)?);
                }
                "ask_auth_server" => question.ask_auth_server = value().is_some_and(|text| text == "true"),
                // A query can end up in a log or a history.
                other => return Err(InvalidQuestion::Unknown(other.to_owned())),
            }
        }
        Ok(question)
    }

    /// What the question is about.
    ///
    /// # Errors
    /// It is about nothing, or too long.
    pub fn subject(&self) -> Result<Subject<'_>, InvalidQuestion> {
        let what = self.what.trim();
        let wrong = |reason| Err(InvalidQuestion::Value { name: "what", value: self.what.clone(), reason });
        if what.is_empty() {
            return Err(InvalidQuestion::Empty);
        }
        if what.len() > 2 * TARGET_BYTES_MAX {
            return Err(InvalidQuestion::Value { name: "what", value: String::new(), reason: "it is too long" });
        }
        if self.headers.len() > HEADERS_MAX {
            let reason = "more than 100 headers";
            return Err(InvalidQuestion::Value { name: "header", value: String::new(), reason });
        }
        let whole = what.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme));
        match whole {
            Some((scheme, rest)) => {
                let at = rest.find(['/', '?']).unwrap_or(rest.len());
                let (host, target) = rest.split_at(at);
                let target = if target.starts_with('/') { target } else { "/" };
                let host = Some(host).filter(|host| !host.is_empty());
                Ok(Subject::Target { target, host, https: scheme == "https" })
            }
            None if what.starts_with('/') => Ok(Subject::Target { target: what, host: None, https: false }),
            None if what.contains(['/', '?', '=']) => wrong("write an address, a path that begins with /, or a URL"),
            None => Ok(Subject::Address(what)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(what: &str) -> Question {
        Question { what: what.into(), ..Question::default() }
    }

    #[test]
    fn subject_is_an_address_a_path_or_a_url() {
        for (what, subject) in [
            ("00:15:65:aa:bb:cc", Subject::Address("00:15:65:aa:bb:cc")),
            ("/provision/x.cfg?a=b", Subject::Target { target: "/provision/x.cfg?a=b", host: None, https: false }),
            (
                "https://pbx.example.net:8443/provision/x.cfg",
                Subject::Target { target: "/provision/x.cfg", host: Some("pbx.example.net:8443"), https: true },
            ),
            ("http://pbx", Subject::Target { target: "/", host: Some("pbx"), https: false }),
        ] {
            assert_eq!(question(what).subject(), Ok(subject), "{what}");
        }
        assert_eq!(question(" ").subject(), Err(InvalidQuestion::Empty));
        let error = question("provision/x.cfg").subject().unwrap_err().to_string();
        assert_eq!(error, "what \"provision/x.cfg\": write an address, a path that begins with /, or a URL");
    }

    #[test]
    fn query_with_password_or_unknown_parameter_is_refused() {
        let of = |name: &str| Question::of_query(&[(name.to_owned(), "x".to_owned())]).err();
        for name in ["password", "mac"] {
            assert_eq!(of(name), Some(InvalidQuestion::Unknown(name.to_owned())));
        }
        let pairs = [("what", "001565aabbcc"), ("header", "A: 1"), ("header", "B: 2"), ("ask_auth_server", "true")];
        let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let question = Question::of_query(&pairs).ok().unwrap();
        assert_eq!((question.headers.len(), question.ask_auth_server), (2, true));
    }
}
