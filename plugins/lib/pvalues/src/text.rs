//! The text template: a parameter in each line, `P271 = 1 # a comment`, as Grandstream's configuration tool reads it.
//!
//! A `#` begins a comment at the beginning of a line and after a blank. `\#` there is a `#` of the value. A line
//! `mac = 000b82123456` names the device.

use crate::configuration::{Configuration, Parameter, address, is_name, is_number};
use crate::error::{Error, Reason};

pub const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The name in the line of the device's address.
const ADDRESS: &str = "mac";

pub fn read(file: &[u8]) -> Result<Configuration, Error> {
    let text = utf8(file)?;
    let mut configuration = Configuration::default();
    for (line, number) in text.lines().zip(1..) {
        let fails = |reason| Err(Error::new(number, reason));
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else { return fails(Reason::NoValue) };
        let (name, value) = (name.trim(), uncommented(value));
        if name == ADDRESS {
            configuration.address = Some(address(&value).ok_or(Error::new(number, Reason::Address(value)))?);
        } else if is_number(name) || is_name(name) {
            configuration.add(name, value, number)?;
        } else {
            return fails(Reason::Name(name.to_owned()));
        }
    }
    Ok(configuration)
}

/// The text of a file.
pub fn utf8(file: &[u8]) -> Result<&str, Error> {
    let file = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file);
    std::str::from_utf8(file).map_err(|error| {
        let before = &file[..error.valid_up_to()];
        Error::new(1 + before.iter().filter(|byte| **byte == b'\n').count(), Reason::Encoding)
    })
}

/// The value in what follows `=`: without blanks around it and without a comment.
fn uncommented(text: &str) -> String {
    let words = words(text.trim()).take_while(|word| !word.starts_with('#'));
    let value: String = words.map(|word| if is_hash(word) { &word[1..] } else { word }).collect();
    value.trim_end().to_owned()
}

/// The pieces of a value that a comment could begin, each with the blank behind it.
fn words(value: &str) -> impl Iterator<Item = &str> {
    value.split_inclusive(char::is_whitespace)
}

/// Whether a word is a `#`, perhaps after backslashes, one of which belongs to the template and not to the value.
fn is_hash(word: &str) -> bool {
    word.trim_start_matches('\\').starts_with('#')
}

pub fn write(configuration: &Configuration) -> Result<String, Error> {
    let mut text = String::new();
    if let Some(address) = &configuration.address {
        text += &format!("{ADDRESS} = {address}\n");
    }
    for Parameter { name, value, line } in &configuration.parameters {
        if value.contains(['\n', '\r']) || value.trim() != value {
            return Err(Error::new(*line, Reason::NotOneLine(name.clone())));
        }
        let value: String = words(value).flat_map(|word| [if is_hash(word) { "\\" } else { "" }, word]).collect();
        text += format!("{name} = {value}").trim_end();
        text.push('\n');
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String)> {
        let read = read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        read.parameters.into_iter().map(|it| (it.name, it.value)).collect()
    }

    fn message(text: &[u8]) -> String {
        read(text).err().expect("a mistake").to_string()
    }

    #[test]
    fn comments_and_blanks_are_not_part_of_values() {
        for (line, value) in [
            ("P271 = 1 # on", "1"),
            ("P271=1", "1"),
            ("  P271\t=\t1\t#on\r", "1"),
            ("P271 =", ""),
            ("P271 = # empty", ""),
            ("P271 = a=b & c", "a=b & c"),
            ("P271 = a#b", "a#b"),
            (r"P271 = { x+ | \+x+ | \#x } # calls", r"{ x+ | \+x+ | #x }"),
            (r"P271 = \# # one", "#"),
            (r"P271 = \\# x", r"\# x"),
            ("P271 = \"quoted\"", "\"quoted\""),
        ] {
            assert_eq!(values(line), [("P271".to_owned(), value.to_owned())], "{line}");
        }
        assert_eq!(values("\u{feff}# a comment\n\n  # another\nP2 = x\n"), [("P2".to_owned(), "x".to_owned())]);
    }

    #[test]
    fn address_and_named_parameters_are_read() {
        let read = read(b"mac = 00:0B:82:12:34:56\naccount.1.sip.userid = 1001\n").unwrap_or_default();
        assert_eq!(read.address.as_deref(), Some("000b82123456"));
        assert!(read.parameters.iter().map(|it| it.name.as_str()).eq(["account.1.sip.userid"]));
    }

    #[test]
    fn mistake_is_named_with_its_line_and_without_its_value() {
        for (text, expected) in [
            ("P1 = a\n\nP34 secret", "line 3: there is no `=`"),
            ("# x\nQ34 = secret", "line 2: `Q34` is no parameter"),
            ("P = secret", "line 1: `P` is no parameter"),
            ("P123456 = secret", "line 1: `P123456` is no parameter"),
            ("mac = 000b82", "line 1: `000b82` is no address"),
            ("P34 = \u{1}secret", "line 1: the value of P34 has a control character"),
        ] {
            let message = message(text.as_bytes());
            assert!(message.starts_with(expected) && !message.contains("secret"), "{text}: {message}");
        }
        assert_eq!(message(b"P1 = a\nP2 = \xff"), "line 2: the text is not UTF-8; save it as UTF-8");
    }

    #[test]
    fn every_value_of_one_line_survives_a_template() {
        for value in ["", "1", "a # b", "#", r"\#", r"x \\# y", "a  b", "\"x\"", "= & <"] {
            let mut configuration = Configuration::default();
            configuration.add("P1", value.to_owned(), 1).unwrap();
            assert_eq!(values(&write(&configuration).unwrap()), [("P1".to_owned(), value.to_owned())], "{value:?}");
        }
        for value in ["a\nb", " a", "a "] {
            let mut configuration = Configuration::default();
            configuration.add("P1", value.to_owned(), 7).unwrap();
            let error = write(&configuration).expect_err("not one line").to_string();
            assert!(error.starts_with("line 7: the value of P1 has a line break, or a blank"), "{error}");
        }
    }
}
