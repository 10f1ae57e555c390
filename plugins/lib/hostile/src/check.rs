//! Compares a file that contains a hostile value with the same file with a harmless one.

use super::values::{BEGIN, SECRET, cut};
use super::{json, xml};

/// The format of a rendered file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// XML that a strict parser accepts.
    Xml,
    /// Looks like XML, but FusionPBX's template is not well-formed with any value.
    Broken,
    Json,
    Lines,
}

/// The format of a file, which it has with a harmless value.
pub fn kind(benign: &[u8]) -> Kind {
    if json::is_json(benign) {
        return Kind::Json;
    }
    let text = benign.strip_prefix(b"\xef\xbb\xbf").unwrap_or(benign).trim_ascii_start();
    match (text.first(), text.get(1)) {
        (Some(b'<'), Some(b'<')) | (None, _) => Kind::Lines,
        (Some(b'<'), _) if xml::read(benign).is_ok() => Kind::Xml,
        (Some(b'<'), _) => Kind::Broken,
        _ => Kind::Lines,
    }
}

/// Checks that the file outside of the value is unchanged and the value itself harmless. Returns the number of places
/// where the value occurs.
pub fn check(kind: Kind, benign: &[u8], hostile: &[u8], value: &str) -> Result<usize, String> {
    if hostile.windows(SECRET.len()).any(|part| part.eq_ignore_ascii_case(SECRET.as_bytes())) {
        return Err("the value was evaluated".into());
    }
    if kind == Kind::Json {
        json::holds(hostile, value)?;
    }
    let (rest, inside) = cut(hostile);
    if rest != benign && without_sums(&rest) != without_sums(benign) {
        let at = rest.iter().zip(benign).position(|(a, b)| a != b).unwrap_or(rest.len().min(benign.len()));
        return Err(format!(
            "the file changed outside of the value: {:?} instead of {:?}",
            around(&rest, at),
            around(benign, at)
        ));
    }
    for (at, written) in &inside {
        let harmless = match kind {
            Kind::Lines => in_line(&rest, *at, written),
            Kind::Broken if written.contains(&b'<') && !in_section(&rest, *at) => Err("a tag begins".to_owned()),
            _ => Ok(()),
        };
        harmless
            .map_err(|why| format!("{why}: {:?} after {:?}", String::from_utf8_lossy(written), around(&rest, *at)))?;
    }
    if kind == Kind::Xml {
        xml::read(hostile)?.holds(value)?;
    }
    Ok(inside.len())
}

/// Whether a comment or a CDATA section, in which `<` has no meaning, is open at this position.
fn in_section(file: &[u8], at: usize) -> bool {
    let last = |mark: &[u8]| file[..at].windows(mark.len()).rposition(|part| part == mark);
    last(b"<!--") > last(b"-->") || last(b"<![CDATA[") > last(b"]]>")
}

/// The file with zeros for the digits of every MD5 sum, which differ between values.
fn without_sums(file: &[u8]) -> Vec<u8> {
    let mut out = file.to_vec();
    for word in out.split_mut(|byte| !byte.is_ascii_hexdigit()).filter(|word| word.len() == 32) {
        word.fill(b'0');
    }
    out
}

/// Checks that a value in a line ends neither the line nor the quotes or the name that contains it.
fn in_line(file: &[u8], at: usize, written: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(written);
    if text.chars().any(|c| (c.is_control() && c != '\t') || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err("the line ends".into());
    }
    let begin = file[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let line = &file[begin..at];
    if line.iter().filter(|byte| **byte == b'"').count() % 2 == 1 && text.contains('"') {
        return Err("the quotes end".into());
    }
    let name = &line[..line.len().saturating_sub(BEGIN.len())];
    let is_name = !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.-%".contains(byte));
    if is_name && name.iter().any(u8::is_ascii_alphabetic) && text.contains(['=', ':']) {
        return Err("the name ends".into());
    }
    Ok(())
}

fn around(file: &[u8], at: usize) -> String {
    let part = &file[at.saturating_sub(80)..(at + 80).min(file.len())];
    String::from_utf8_lossy(part).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::values::marked;
    use super::*;

    /// Checks a file that writes the value as `write` does.
    fn checked(file: &str, value: &str, write: fn(&str) -> String) -> Result<usize, String> {
        let of = |value: &str| file.replace("{}", &write(&marked(value))).into_bytes();
        check(kind(&of("")), &of(""), &of(value), value)
    }

    fn plain(value: &str) -> String {
        value.to_owned()
    }

    #[test]
    fn formats_are_recognised() {
        for (file, expected) in [
            ("<?xml version=\"1.0\"?><a/>", Kind::Xml),
            ("<a><b></a>", Kind::Broken),
            ("{\"a\": [1]}", Kind::Json),
            ("[network]\nport = 1\n", Kind::Lines),
            ("P270 = x\n", Kind::Lines),
            ("7", Kind::Lines),
            ("<<VOIP CONFIG FILE>>", Kind::Lines),
        ] {
            assert_eq!(kind(file.as_bytes()), expected, "{file}");
        }
    }

    #[test]
    fn value_that_leaves_its_place_is_found() {
        for (file, value, expected) in [
            ("label = {}\n", "x\nadmin = 1", "the line ends"),
            ("P270={}\n", "x\r\nP2=1", "the line ends"),
            ("label = \"{}\"\n", "x\";y=\"", "the quotes end"),
            ("<a b=\"{}\"/>", "\"/><evil c=\"", "more than one root element"),
            ("<a>{}</a>", "</a><evil/>", "close tag"),
            ("{\"a\": \"{}\"}", "\", \"evil\": \"", "is torn apart"),
            ("{\"a\": \"{}\"}", "\\", "invalid escape"),
        ] {
            let found = checked(file, value, plain);
            assert!(found.as_ref().is_err_and(|why| why.contains(expected)), "{file} {value}: {found:?}");
        }
    }

    #[test]
    fn value_that_stays_in_its_place_passes() {
        let in_xml = |value: &str| value.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
        let in_json = |value: &str| serde_json::to_string(value).unwrap().trim_matches('"').to_owned();
        assert_eq!(checked("label = {}\n", "a & <b>", plain), Ok(1));
        assert_eq!(checked("<a b=\"{}\">{}</a>", "\"/><evil a=\"", in_xml), Ok(2));
        assert_eq!(checked("{\"a\": \"{}\"}", "a", in_json), Ok(1));
        // A comment in JSON is no comment, so all of it is compared.
        assert_eq!(checked("{\"a\": \"{}\"}", "--><evil/>", in_json), Ok(1));
    }

    #[test]
    fn evaluated_value_is_found() {
        let evaluate = |value: &str| value.replace("{$hostile_secret}", SECRET);
        assert!(checked("label = {}\n", "{$hostile_secret}", evaluate).is_err());
    }
}
