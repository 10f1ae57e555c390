//! XML files. The text is scanned as it is, because a phone's file may be wrong in places where a parser would stop.

use super::hidden::Hidden;
use super::lines::hide_value;
use super::name::Kind;
use std::ops::Range;

/// Attributes that name what an element holds.
const LABELS: [&str; 6] = ["name", "id", "key", "param", "parameter", "field"];
/// Attributes with the value of what the element, or its label, names.
const VALUES: [&str; 6] = ["value", "val", "v", "data", "content", "default"];

/// An open element.
struct Element {
    name: String,
    kind: Kind,
}

/// Hides what may be secret.
pub fn hide_xml(hidden: &mut Hidden<'_>) {
    let text = hidden.text;
    let mut open: Vec<Element> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let end = if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            let length = inner.find("]]>").unwrap_or(inner.len());
            hide_text(hidden, at + 9..at + 9 + length, &open);
            at + 9 + length + 3
        } else if let Some(inner) = rest.strip_prefix("<!--") {
            // A comment may hold a line that was switched off.
            let length = inner.find("-->").unwrap_or(inner.len());
            hidden.hide_trimmed(at + 4..at + 4 + length);
            at + 4 + length + 3
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            at + rest.find('>').map_or(rest.len(), |end| end + 1)
        } else if rest.starts_with('<') {
            let length = tag_length(rest);
            match rest[..length].ends_with('>') {
                true => read_tag(hidden, at..at + length, &mut open),
                // The rest may be anything.
                false => hidden.hide(at..text.len()),
            }
            at + length
        } else {
            let length = rest.find('<').unwrap_or(rest.len());
            hide_text(hidden, at..at + length, &open);
            at + length
        };
        at = end.min(text.len());
    }
}

/// The length of a tag. A `>` in a quoted value does not end it.
fn tag_length(text: &str) -> usize {
    let mut quote = None;
    for (at, letter) in text.char_indices() {
        match (letter, quote) {
            ('>', None) => return at + 1,
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            _ => {}
        }
    }
    text.len()
}

fn hide_text(hidden: &mut Hidden<'_>, range: Range<usize>, open: &[Element]) {
    if hidden.text[range.clone()].trim().is_empty() {
        return;
    }
    let is_secret = open.iter().any(|element| element.kind == Kind::Secret);
    let kind = match open.last() {
        _ if is_secret => Kind::Secret,
        Some(element) => element.kind,
        None => Kind::Opaque,
    };
    hide_value(hidden, range, kind);
}

fn read_tag(hidden: &mut Hidden<'_>, range: Range<usize>, open: &mut Vec<Element>) {
    let text = hidden.text;
    let inner = &text[range.start + 1..range.end - 1];
    if let Some(name) = inner.strip_prefix('/') {
        if let Some(at) = open.iter().rposition(|element| element.name == name.trim()) {
            open.truncate(at);
        }
        return;
    }
    let name_end = inner.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inner.len());
    let name = &inner[..name_end];
    let attributes = attributes(text, range.start + 1 + name_end..range.end - 1);
    let label = attributes.iter().find(|(name, _)| LABELS.contains(&name.to_ascii_lowercase().as_str()));
    let label = label.map(|(_, value)| text[value.clone()].to_owned());
    // The number of a line says nothing about its value.
    let label = label.filter(|label| label.chars().any(char::is_alphabetic));
    let kind = match (Kind::of(name), label.as_deref().map(Kind::of)) {
        (Kind::Secret, _) => Kind::Secret,
        (_, Some(of_label)) => of_label,
        (of_name, None) => of_name,
    };
    for (attribute, value) in &attributes {
        let of_attribute =
            if VALUES.contains(&attribute.to_ascii_lowercase().as_str()) { kind } else { Kind::of(attribute) };
        let is_label = LABELS.contains(&attribute.to_ascii_lowercase().as_str()) && Kind::of(attribute) != Kind::Plain;
        // A quote that is not closed takes in what follows.
        let of_attribute = if text[value.clone()].contains('<') { Kind::Secret } else { of_attribute };
        // The label itself is a name, even where it stands in an attribute `key`.
        hide_value(hidden, value.clone(), if is_label { Kind::Plain } else { of_attribute });
    }
    if !inner.ends_with('/') {
        open.push(Element { name: name.to_owned(), kind });
    }
}

/// The attributes of a tag, as names and places of their values.
fn attributes(text: &str, range: Range<usize>) -> Vec<(String, Range<usize>)> {
    let (mut found, mut at) = (Vec::new(), range.start);
    while at < range.end {
        let rest = &text[at..range.end];
        let Some(equal) = rest.find('=') else { break };
        let name = rest[..equal].split_whitespace().last().unwrap_or_default().to_owned();
        let after = &rest[equal + 1..];
        let start = at + equal + 1 + (after.len() - after.trim_start().len());
        let quote = text[start..range.end].chars().next().filter(|c| matches!(c, '"' | '\''));
        let (start, length) = match quote {
            Some(quote) => {
                let inner = &text[start + 1..range.end];
                (start + 1, inner.find(quote).unwrap_or(inner.len()))
            }
            None => {
                let inner = &text[start..range.end];
                (start, inner.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(inner.len()))
            }
        };
        found.push((name, start..start + length));
        at = start + length + usize::from(quote.is_some());
        if length == 0 && quote.is_none() {
            at += 1;
        }
        at = at.max(start);
    }
    found
}
