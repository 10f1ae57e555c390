//! Reads a phone's file as the phone does: the parameters by name, and every mistake of the format.

use std::collections::BTreeMap;

/// The parameters of a file.
pub type Values = BTreeMap<String, String>;

/// Elements and attributes that describe the document, and set nothing.
const MARKUP: [&str; 3] = ["ua", "version", "standalone"];

/// Reads a file, in the format that its first character shows.
pub fn read(maker: &str, text: &str) -> Result<Values, String> {
    if text.starts_with('<') { xml(text) } else { lines(maker, text) }
}

/// Attributes by their name, and elements without children by theirs, or by that in their attribute `name`. In a list, a
/// repeated element is numbered.
fn xml(text: &str) -> Result<Values, String> {
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    let mut values = Values::new();
    if document.root_element().has_tag_name("ParameterList") {
        return objects(&document);
    }
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        if let Some(name) = element.attribute("name") {
            put(&mut values, name, element.text().unwrap_or_default())?;
            continue;
        }
        let attributes = element.attributes().filter(|attribute| !MARKUP.contains(&attribute.name()));
        for attribute in attributes {
            put(&mut values, attribute.name(), attribute.value())?;
        }
        let is_leaf = !element.children().any(|child| child.is_element());
        if is_leaf && element.attributes().all(|attribute| MARKUP.contains(&attribute.name())) {
            put(&mut values, &place(element), element.text().unwrap_or_default())?;
        }
    }
    Ok(values)
}

/// Objects `<O><N>object.</N><P><N>name</N><V>value</V></P></O>`, as phones with OBi's firmware have them.
fn objects(document: &roxmltree::Document<'_>) -> Result<Values, String> {
    let child = |of: roxmltree::Node<'_, '_>, tag: &str| {
        let found = of.children().find(|child| child.has_tag_name(tag));
        found.map(|found| found.text().unwrap_or_default().to_owned()).ok_or_else(|| format!("no <{tag}> in {of:?}"))
    };
    let mut values = Values::new();
    for parameter in document.descendants().filter(|element| element.has_tag_name("P")) {
        let object = child(parameter.parent_element().ok_or("a parameter outside of an object")?, "N")?;
        put(&mut values, &(object + &child(parameter, "N")?), &child(parameter, "V")?)?;
    }
    Ok(values)
}

/// The element's name, below the names and numbers of those elements above it that are repeated.
fn place(element: roxmltree::Node<'_, '_>) -> String {
    let mut name = element.tag_name().name().to_owned();
    for above in element.ancestors().skip(1).filter(roxmltree::Node::is_element) {
        let same = |other: &roxmltree::Node<'_, '_>| other.tag_name() == above.tag_name();
        let before = above.prev_siblings().skip(1).filter(same).count();
        if before > 0 || above.next_siblings().skip(1).any(|other| same(&other)) {
            name = format!("{}/{}/{name}", above.tag_name().name(), before + 1);
        }
    }
    name
}

/// `name = value` in each line.
fn lines(maker: &str, text: &str) -> Result<Values, String> {
    if maker == "yealink" && !text.starts_with("#!version:1.0.0.1\n") {
        return Err("the first line is not #!version:1.0.0.1, so that a phone ignores the file".into());
    }
    let mut values = Values::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        let (name, value) = line.split_once(" =").ok_or_else(|| format!("no parameter: {line:?}"))?;
        // One line for each user of the web pages.
        let before = if name.ends_with("security.user_password") { values.remove(name) } else { None };
        let value = before.map_or_else(|| value.trim().to_owned(), |before| format!("{before} {}", value.trim()));
        put(&mut values, name, &value)?;
    }
    Ok(values)
}

fn put(values: &mut Values, name: &str, value: &str) -> Result<(), String> {
    match values.insert(name.to_owned(), value.to_owned()) {
        None => Ok(()),
        Some(_) => Err(format!("{name} is set twice")),
    }
}

#[test]
fn xml_parameters_are_read_by_name() {
    let values =
        read("zoiper", "<a><b c.1=\"x &amp; y\"/><P1 ua=\"na\">z</P1><i><n>1</n></i><i><n>2</n></i></a>").unwrap();
    let expected = [("P1", "z"), ("c.1", "x & y"), ("i/1/n", "1"), ("i/2/n", "2")];
    assert!(values.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(expected), "{values:?}");
}

#[test]
fn mistakes_of_a_format_are_found() {
    for text in ["<a><b></a>", "<a><P1>1</P1><P1>2</P1></a>", "a = 1\n", "#!version:1.0.0.1\na = 1\na = 2\n"] {
        assert!(read("yealink", text).is_err(), "{text}");
    }
}
