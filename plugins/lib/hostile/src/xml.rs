//! A strict XML parser: quick-xml, plus the checks that it leaves out.

use super::values::{BEGIN, END, normal};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

/// The texts and attribute values of a document, with references resolved.
#[derive(Default)]
pub struct Content {
    texts: Vec<String>,
}

/// Parses a whole document. The error says why the document is not well-formed.
pub fn read(file: &[u8]) -> Result<Content, String> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let text = std::str::from_utf8(file).map_err(|error| error.to_string())?;
    characters(text)?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    reader.config_mut().check_comments = true;
    let (mut content, mut depth, mut roots) = (Content::default(), 0_usize, 0_usize);
    let mut current = String::new();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Text(part) => {
                let part = part.decode().map_err(|error| error.to_string())?;
                if part.contains("]]>") {
                    return Err("`]]>` in a text".into());
                }
                current.push_str(&part);
                continue;
            }
            Event::GeneralRef(reference) => {
                current.push(resolve(&reference)?);
                continue;
            }
            Event::CData(part) => {
                current.push_str(&part.decode().map_err(|error| error.to_string())?);
                continue;
            }
            Event::Start(tag) => {
                roots += usize::from(depth == 0);
                depth += 1;
                content.tag(&tag)?;
            }
            Event::Empty(tag) => {
                roots += usize::from(depth == 0);
                content.tag(&tag)?;
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            Event::Comment(_) | Event::PI(_) => continue,
            Event::Decl(_) | Event::DocType(_) => {}
        }
        content.texts.push(std::mem::take(&mut current));
    }
    content.texts.push(current);
    match (depth, roots) {
        (0, 0 | 1) => Ok(content),
        (0, _) => Err("more than one root element".into()),
        _ => Err("an element is not closed".into()),
    }
}

fn characters(text: &str) -> Result<(), String> {
    let bad = text
        .chars()
        .find(|c| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'));
    bad.map_or(Ok(()), |c| Err(format!("{c:?} in XML")))
}

fn resolve(reference: &BytesRef<'_>) -> Result<char, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(character);
    }
    match &reference.decode().map_err(|error| error.to_string())?[..] {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(format!("the reference &{other};")),
    }
}

impl Content {
    fn tag(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        name(tag.name().as_ref())?;
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            name(attribute.key.as_ref())?;
            if attribute.value.contains(&b'<') {
                return Err("`<` in an attribute".into());
            }
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
            self.texts.push(value.into_owned());
        }
        Ok(())
    }

    /// Whether each value found between the marks is this one, but for characters that its place cannot hold.
    pub fn holds(&self, value: &str) -> Result<(), String> {
        // One of Grandstream's files writes a hyphen for each space. A semicolon would end a part of a function of Cisco's, so
        // our own template leaves it out of numbers and writes a comma in names.
        let written = [value.replace(' ', "-"), value.replace(';', ""), value.replace(';', ",")];
        let wanted =
            [normal(value), normal(&written_twice(value))].into_iter().chain(written.iter().map(|it| normal(it)));
        let wanted: Vec<_> = wanted.collect();
        for text in &self.texts {
            for part in text.split(BEGIN).skip(1) {
                // What follows the first part of a value has become something else.
                let Some((found, _)) = part.split_once(END) else { return Err(format!("{value:?} is torn apart")) };
                let found = normal(found);
                if !wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(&found)) {
                    return Err(format!("{value:?} reads as {found:?}"));
                }
            }
        }
        Ok(())
    }
}

/// A contact's name in a CDATA section: FusionPBX escapes it there as well.
fn written_twice(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn name(name: &[u8]) -> Result<(), String> {
    let begins = name.first().is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..));
    let goes_on = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | 0x80..);
    if begins && name.iter().all(goes_on) {
        Ok(())
    } else {
        Err(format!("the name {:?}", String::from_utf8_lossy(name)))
    }
}
