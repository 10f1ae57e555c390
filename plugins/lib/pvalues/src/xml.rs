//! The XML document: `<gs_provision>` with the device's address and the parameters, those by number in a `<config>` of
//! version 1 and those by name in one of version 2.

use crate::configuration::{Configuration, Parameter, address, is_name, is_number};
use crate::error::{Error, Reason};
use crate::text::utf8;
use roxmltree::{Document, Node};

const ROOT: &str = "gs_provision";
const ADDRESS: &str = "mac";
const CONFIG: &str = "config";
const ITEM: &str = "item";

pub fn read(file: &[u8]) -> Result<Configuration, Error> {
    let text = utf8(file)?;
    let document = Document::parse(text).map_err(|error| malformed(&error))?;
    let root = document.root_element();
    if root.tag_name().name() != ROOT {
        return Err(fault(root, Reason::Root(root.tag_name().name().to_owned())));
    }
    let mut configuration = Configuration::default();
    for child in elements(root) {
        match child.tag_name().name() {
            ADDRESS => {
                let text = leaf(child)?;
                configuration.address = Some(address(&text).ok_or_else(|| fault(child, Reason::Address(text)))?);
            }
            CONFIG => elements(child).try_for_each(|element| parameter(element, &mut configuration))?,
            other => return Err(fault(child, Reason::Element(other.to_owned()))),
        }
    }
    Ok(configuration)
}

/// The parser's message, unless it repeats a part of a value.
fn malformed(error: &roxmltree::Error) -> Error {
    use roxmltree::Error::{MalformedEntityReference, UnknownEntityReference};
    let message = match error {
        MalformedEntityReference(_) | UnknownEntityReference(..) => {
            "`&` begins no reference; write it as `&amp;`".into()
        }
        other => other.to_string(),
    };
    Error::new(error.pos().row as usize, Reason::Xml(message))
}

fn parameter(element: Node<'_, '_>, configuration: &mut Configuration) -> Result<(), Error> {
    let tag = element.tag_name().name();
    let name = if tag == ITEM { element.attribute("name").filter(|name| is_name(name)) } else { Some(tag) };
    let name = name.filter(|name| tag == ITEM || is_number(name));
    let name = name.ok_or_else(|| fault(element, Reason::Element(tag.to_owned())))?;
    configuration.add(name, leaf(element)?, line(element))
}

/// The text of an element without children.
fn leaf(element: Node<'_, '_>) -> Result<String, Error> {
    match elements(element).next() {
        Some(child) => Err(fault(child, Reason::Element(child.tag_name().name().to_owned()))),
        None => Ok(element.children().filter(Node::is_text).filter_map(|text| text.text()).collect()),
    }
}

fn elements<'a, 'input>(parent: Node<'a, 'input>) -> impl Iterator<Item = Node<'a, 'input>> {
    parent.children().filter(Node::is_element)
}

fn fault(element: Node<'_, '_>, reason: Reason) -> Error {
    Error::new(line(element), reason)
}

fn line(element: Node<'_, '_>) -> usize {
    element.document().text_pos_at(element.range().start).row as usize
}

pub fn write(configuration: &Configuration) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gs_provision version=\"1\">\n");
    if let Some(address) = &configuration.address {
        xml += &format!("\t<mac>{address}</mac>\n");
    }
    for (version, numbered) in [("1", true), ("2", false)] {
        let parameters = configuration.parameters.iter().filter(|parameter| parameter.is_numbered() == numbered);
        let lines: String = parameters.map(element).collect();
        if !lines.is_empty() || (numbered && configuration.parameters.is_empty()) {
            xml += &format!("\t<config version=\"{version}\">\n{lines}\t</config>\n");
        }
    }
    xml + "</gs_provision>\n"
}

fn element(Parameter { name, value, .. }: &Parameter) -> String {
    let value = escape(value);
    if is_number(name) {
        format!("\t\t<{name}>{value}</{name}>\n")
    } else {
        format!("\t\t<item name=\"{name}\">{value}</item>\n")
    }
}

/// A text for the inside of an element. A carriage return would be read as a line feed.
fn escape(value: &str) -> String {
    value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_read_back() {
        let value = "p&ss=w rd <\"'>]]> \t\r\n ä";
        let mut configuration = Configuration { address: Some("000b82123456".into()), parameters: vec![] };
        configuration.add("P34", value.to_owned(), 1).unwrap();
        configuration.add("account.1.sip.userid", "1001".to_owned(), 2).unwrap();
        let xml = write(&configuration);
        let again = read(xml.as_bytes()).unwrap_or_else(|error| panic!("{error}: {xml}"));
        assert_eq!(again.address.as_deref(), Some("000b82123456"));
        let values: Vec<_> = again.parameters.iter().map(|it| (it.name.as_str(), it.value.as_str(), it.line)).collect();
        assert_eq!(values, [("P34", value, 5), ("account.1.sip.userid", "1001", 9)], "{xml}");
    }

    #[test]
    fn mistake_is_named_with_its_line_and_without_its_value() {
        for (xml, expected) in [
            ("<gs_provision>\n<mac>x</mac></gs_provision>", "line 2: `x` is no address"),
            ("<AddressBook/>", "line 1: the root element is <AddressBook>"),
            ("<gs_provision>\n\n<P1>secret</P1></gs_provision>", "line 3: <P1> is neither"),
            ("<gs_provision><config>\n<Q1>secret</Q1></config></gs_provision>", "line 2: <Q1> is neither"),
            ("<gs_provision><config><P1>\n<b>secret</b></P1></config></gs_provision>", "line 2: <b> is neither"),
            ("<gs_provision><config>\n<item>secret</item></config></gs_provision>", "line 2: <item> is neither"),
            ("<gs_provision>\n<config><P1>secret & more</P1>", "line 2: the XML is not well-formed: `&` begins no"),
            ("<gs_provision>\n<config><P1>a&secret;</P1>", "line 2: the XML is not well-formed: `&` begins no"),
            ("<!DOCTYPE a [<!ENTITY b 'secret'>]>\n<gs_provision/>", "line 1: the XML is not well-formed"),
        ] {
            let message = read(xml.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(message.starts_with(expected) && !message.contains("secret"), "{xml}: {message}");
        }
    }
}
