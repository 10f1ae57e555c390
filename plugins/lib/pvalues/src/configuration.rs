//! The parameters of a configuration file, whatever its form.

use crate::error::{Error, Reason};

/// The digits of an address.
const ADDRESS_DIGITS: usize = 12;
/// Firmware has numbers of up to five digits.
const NUMBER_DIGITS_MAX: usize = 5;

/// A configuration file's parameters, in their order. It holds passwords, so there is no `Debug`.
#[derive(Default)]
pub struct Configuration {
    /// The device that alone may apply the file: twelve lower-case hexadecimal digits.
    pub address: Option<String>,
    /// The parameters.
    pub parameters: Vec<Parameter>,
}

/// One parameter and its value.
pub struct Parameter {
    /// A number such as `P271`, or a name such as `account.1.sip.userid`.
    pub name: String,
    /// The value, without any escaping.
    pub value: String,
    /// The line where it is set, counted from 1; 0 in a binary file.
    pub line: usize,
}

impl Configuration {
    /// Refuses a file that sets a parameter twice, where a phone would apply one of the values.
    ///
    /// # Errors
    /// The second line, and the first.
    pub fn check_unique(&self) -> Result<(), Error> {
        let mut lines = std::collections::HashMap::new();
        for Parameter { name, line, .. } in &self.parameters {
            if let Some(before) = lines.insert(name, *line) {
                return Err(Error::new(*line, Reason::Twice { name: name.clone(), before }));
            }
        }
        Ok(())
    }

    pub(crate) fn add(&mut self, name: &str, value: String, line: usize) -> Result<(), Error> {
        let is_control = |char: char| char.is_control() && !matches!(char, '\t' | '\n' | '\r');
        if value.contains(is_control) || value.contains(['\u{fffe}', '\u{ffff}']) {
            return Err(Error::new(line, Reason::Control(name.to_owned())));
        }
        self.parameters.push(Parameter { name: name.to_owned(), value, line });
        Ok(())
    }
}

impl Parameter {
    /// Whether the parameter has a number, not a name.
    pub fn is_numbered(&self) -> bool {
        is_number(&self.name)
    }
}

/// The digits of an address that may have separators.
///
/// ```
/// assert_eq!(dialplate_pvalues::address("00:0B:82:12:34:56").as_deref(), Some("000b82123456"));
/// assert_eq!(dialplate_pvalues::address("000b82"), None);
/// ```
pub fn address(text: &str) -> Option<String> {
    let digits = text.replace([':', '-'], "").to_ascii_lowercase();
    let is_address = digits.len() == ADDRESS_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_address.then_some(digits)
}

pub(crate) fn is_number(name: &str) -> bool {
    let digits = name.strip_prefix('P').unwrap_or_default();
    (1..=NUMBER_DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether this may be a parameter's name: words with dots between them.
pub(crate) fn is_name(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    name.starts_with(|char: char| char.is_ascii_alphabetic()) && name.contains('.') && name.split('.').all(is_word)
}
