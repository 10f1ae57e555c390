//! Checks a file that somebody else has written.

use super::base_url::{self, PASS, USER};
use super::options::{
    AUTHENTICATION_TYPE, OPTIONS, OptionKind, PASSWORD, PASSWORD_FORMAT, USE_AUTHENTICATION, USER as USER_OPTION,
    USER_INPUT, is_md5,
};
use roxmltree::{Document, Error, Node, ParsingOptions};
use std::collections::HashMap;
use std::fmt;

/// One thing to change in the file.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    pub line: u32,
    /// Zoiper can use the file all the same.
    pub is_warning: bool,
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = if self.is_warning { "warning: " } else { "" };
        write!(f, "line {}: {weight}{}", self.line, self.message)
    }
}

/// Everything that is wrong with a file, in the order of its lines. No message holds a password.
pub fn check(bytes: &[u8]) -> Vec<Finding> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let message = "the file is not UTF-8 here, which Zoiper needs; save it as UTF-8".to_owned();
            return vec![Finding { line: u32::try_from(line).unwrap_or(u32::MAX), is_warning: false, message }];
        }
    };
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    match Document::parse_with_options(text, options) {
        Ok(document) => Check { document: &document, findings: encoding(text) }.run(),
        Err(error) => {
            let message = match error {
                Error::NodesLimitReached => {
                    format!("the file has more than {NODES_MAX} elements and texts, and needs a few; remove the others")
                }
                _ => format!("the file is no XML: {error}. Write & in a value as &amp; and < as &lt;"),
            };
            vec![Finding { line: error.pos().row, is_warning: false, message }]
        }
    }
}

/// Elements, texts and comments: many times what a file needs.
const NODES_MAX: u32 = 10_000;

/// The elements that contain elements; all others contain a text.
const SECTIONS: [&str; 3] = ["provision", "base_urls", "options"];

/// The encoding that the declaration in the first line names.
fn encoding(text: &str) -> Vec<Finding> {
    let declaration = text.trim_start_matches('\u{feff}').strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let named = declaration.and_then(|(inside, _)| inside.split_once("encoding")).map(|(_, rest)| rest);
    let named = named.and_then(|rest| rest.split(['"', '\'']).nth(1)).unwrap_or("UTF-8");
    if named.eq_ignore_ascii_case("utf-8") {
        return Vec::new();
    }
    let message = format!("the declaration says encoding {named:?}, and Zoiper reads UTF-8; write UTF-8 there");
    vec![Finding { line: 1, is_warning: false, message }]
}

struct Check<'a, 'input> {
    document: &'a Document<'input>,
    findings: Vec<Finding>,
}

/// The value of an option, and its line.
type Values<'a> = HashMap<&'static str, (&'a str, u32)>;

impl<'a> Check<'a, '_> {
    fn run(mut self) -> Vec<Finding> {
        let root = self.document.root_element();
        root.descendants().for_each(|node| self.form(node));
        if root.has_tag_name("provision") {
            let sections = self.children(root, &["base_urls", "options"]);
            let urls = self.base_urls(sections.get("base_urls").copied(), self.line(root));
            let values = sections.get("options").map(|node| self.options(*node)).unwrap_or_default();
            self.combination(&urls, &values, self.line(root));
        } else {
            let name = root.tag_name().name();
            self.mistake(self.line(root), format!("the outermost element is <{name}>; it must be <provision>"));
        }
        self.findings.sort_by_key(|finding| finding.line);
        self.findings
    }

    fn line(&self, node: Node<'_, '_>) -> u32 {
        self.document.text_pos_at(node.range().start).row
    }

    fn mistake(&mut self, line: u32, message: String) {
        self.findings.push(Finding { line, is_warning: false, message });
    }

    fn warn(&mut self, line: u32, message: String) {
        self.findings.push(Finding { line, is_warning: true, message });
    }

    /// Names what no file has anywhere: attributes, namespaces, texts between elements, and comments in values.
    fn form(&mut self, node: Node<'_, '_>) {
        let (line, name) = (self.line(node), node.tag_name().name());
        let around = node.parent_element().map(|parent| parent.tag_name());
        let of = around.map_or("", |around| around.name());
        let namespace = node.tag_name().namespace();
        if namespace.is_some() && namespace != around.and_then(|around| around.namespace()) {
            let message = format!("<{name}> has the namespace {:?}; remove it", namespace.unwrap_or_default());
            self.mistake(line, message);
        }
        for attribute in node.attributes() {
            self.mistake(line, format!("<{name}> has the attribute {:?}, and takes none; remove it", attribute.name()));
        }
        let is_blank = node.text().is_none_or(|text| text.trim().is_empty());
        if SECTIONS.contains(&of) {
            if node.is_text() && !is_blank {
                self.mistake(line, format!("<{of}> has a text between its elements; remove it"));
            }
        } else if !of.is_empty() && (node.is_comment() || node.is_pi()) {
            self.mistake(line, format!("<{of}> has a comment or an instruction in its value; remove it"));
        }
    }

    /// The elements in a section, by name. Names other elements and repeated ones.
    fn children<'n>(&mut self, section: Node<'n, 'n>, names: &[&'static str]) -> HashMap<&'static str, Node<'n, 'n>> {
        let mut found = HashMap::new();
        let of = section.tag_name().name();
        for node in section.children().filter(Node::is_element) {
            let (line, name) = (self.line(node), node.tag_name().name());
            match names.iter().find(|known| **known == name) {
                None => {
                    let known = names.join(", ");
                    self.mistake(line, format!("<{of}> has no element <{name}>; write one of {known}, or remove it"));
                }
                Some(known) if found.insert(*known, node).is_some() => {
                    self.mistake(line, format!("<{name}> is there twice; remove one"));
                }
                Some(_) => {}
            }
        }
        found
    }

    fn base_urls<'n>(&mut self, section: Option<Node<'n, 'n>>, line: u32) -> Vec<(&'n str, u32)> {
        let Some(section) = section else {
            self.mistake(line, "<provision> has no <base_urls>; add it with one <base_url> at least".to_owned());
            return Vec::new();
        };
        let mut urls = Vec::new();
        for node in section.children().filter(Node::is_element) {
            let line = self.line(node);
            let name = node.tag_name().name();
            if name != "base_url" {
                self.mistake(line, format!("<base_urls> has no element <{name}>; write <base_url>, or remove it"));
                continue;
            }
            let url = self.text(node);
            if url.is_empty() {
                self.mistake(line, "<base_url> is empty; write the URL of the provisioning server".to_owned());
            } else if let Some(fault) = base_url::fault(url) {
                self.mistake(line, format!("<base_url> {fault}"));
            }
            if !url.is_empty() && !base_url::is_encrypted(url) {
                self.warn(line, "<base_url> is not https, so the password crosses the network readable".to_owned());
            }
            urls.push((url, line));
        }
        if urls.is_empty() {
            self.mistake(self.line(section), "<base_urls> has no <base_url>; add one".to_owned());
        }
        urls
    }

    /// The text of an element that has no elements.
    fn text<'n>(&mut self, node: Node<'n, 'n>) -> &'n str {
        if let Some(inner) = node.children().find(Node::is_element) {
            let (outer, inner) = (node.tag_name().name(), inner.tag_name().name());
            self.mistake(self.line(node), format!("<{outer}> contains <{inner}>, and takes only text; remove it"));
        }
        let text = node.text().unwrap_or_default();
        if text.trim() != text {
            let name = node.tag_name().name();
            self.mistake(self.line(node), format!("<{name}> begins or ends with blanks; remove them"));
        }
        text.trim()
    }

    fn options<'n>(&mut self, section: Node<'n, 'n>) -> Values<'n> {
        let names = OPTIONS.each_ref().map(|rule| rule.name);
        let found = self.children(section, &names);
        let mut values = HashMap::new();
        for rule in &OPTIONS {
            let Some(node) = found.get(rule.name) else { continue };
            let (text, line) = (self.text(*node), self.line(*node));
            if let OptionKind::Choice(choices) = rule.kind
                && !choices.contains(&text)
            {
                let (name, choices) = (rule.name, choices.join(" or "));
                self.mistake(line, format!("<{name}> is {text:?}; write {choices}"));
            }
            values.insert(rule.name, (text, line));
        }
        values
    }

    /// Options that contradict each other or the URLs.
    fn combination(&mut self, urls: &[(&str, u32)], values: &Values<'_>, line: u32) {
        let value = |name: &str| {
            let default = OPTIONS.iter().find(|rule| rule.name == name).map_or("", |rule| rule.default);
            values.get(name).copied().unwrap_or((default, line))
        };
        let is_on = |name| value(name).0 == "true";
        let (authenticates, is_url) = (is_on(USE_AUTHENTICATION), value(AUTHENTICATION_TYPE).0 == "url");
        for (url, line) in urls {
            match (base_url::has_placeholder(url), authenticates) {
                (true, false) => self.warn(
                    *line,
                    format!("<base_url> has {USER} or {PASS}, and use_authentication is false; write true there"),
                ),
                (true, true) if !is_url => self.mistake(
                    *line,
                    format!("<base_url> has {USER} or {PASS}, which Zoiper fills in only for authentication_type url; remove them, or change the type"),
                ),
                (_, true) if is_url && !(url.contains(USER) && url.contains(PASS)) => self.mistake(
                    *line,
                    format!("<base_url> lacks {USER} or {PASS}, so Zoiper would not send them; add ?username={USER}&amp;password={PASS}"),
                ),
                _ => {}
            }
        }
        let ((user, _), (password, password_line)) = (value(USER_OPTION), value(PASSWORD));
        if authenticates && !is_on(USER_INPUT) && user.is_empty() {
            let line = value(USER_INPUT).1;
            self.mistake(line, "Zoiper asks nobody for a name, and <user> is empty; write one, or set user_input_authentication to true".to_owned());
        }
        if value(PASSWORD_FORMAT).0 == "0" && !password.is_empty() && !is_md5(password) {
            self.mistake(password_line, "<password> is no MD5, which password_format 0 needs; write its 32 hexadecimal digits, or set password_format to 1".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The findings in a file with these parts, each in its line.
    fn found(urls: &str, options: &str) -> Vec<String> {
        findings(&format!("<provision>\n{urls}\n<options>{options}</options>\n</provision>"))
    }

    fn findings(file: &str) -> Vec<String> {
        check(file.as_bytes()).iter().map(Finding::to_string).collect()
    }

    const URLS: &str = "<base_urls><base_url>https://a/</base_url></base_urls>";

    #[test]
    fn file_with_one_url_has_no_findings() {
        assert_eq!(found(URLS, ""), [""; 0]);
        let commented =
            "<!-- servers --><base_urls><!-- ours --><base_url><![CDATA[https://a/?b&c]]></base_url></base_urls>";
        assert_eq!(found(commented, "<user>ada</user><!-- nobody else -->"), [""; 0]);
    }

    #[test]
    fn missing_or_empty_url_is_a_mistake() {
        for (urls, finding) in [
            ("", "line 1: <provision> has no <base_urls>; add it"),
            ("<base_urls/>", "line 2: <base_urls> has no <base_url>; add one"),
            ("<base_urls><base_url/></base_urls>", "line 2: <base_url> is empty; write"),
            ("<base_urls><base_url> </base_url></base_urls>", "line 2: <base_url> begins or ends with blanks"),
            ("<base_urls><base_url>a</base_url></base_urls>", "line 2: <base_url> does not begin with"),
            ("<base_urls><url>https://a/</url></base_urls>", "line 2: <base_urls> has no element <url>"),
            ("<base_urls>text<base_url>https://a/</base_url></base_urls>", "line 2: <base_urls> has a text between"),
        ] {
            let found = found(urls, "");
            assert!(found.iter().any(|line| line.starts_with(finding)), "{urls}: {found:?}");
        }
    }

    #[test]
    fn wrong_element_is_a_mistake() {
        assert_eq!(findings("<options/>"), ["line 1: the outermost element is <options>; it must be <provision>"]);
        for (options, finding) in [
            ("<provision/>", "line 3: <options> has no element <provision>"),
            ("<user><password>s3cret</password></user>", "line 3: <user> contains <password>, and takes only text"),
            ("<user>a</user><user/>", "line 3: <user> is there twice"),
            ("s3cret", "line 3: <options> has a text between its elements"),
            ("<user a=\"s3cret\"/>", "line 3: <user> has the attribute \"a\""),
            ("<user xmlns=\"urn:b\"/>", "line 3: <user> has the namespace \"urn:b\""),
            ("<user>a<!-- s3cret --></user>", "line 3: <user> has a comment or an instruction in its value"),
            ("<user><?s3cret?></user>", "line 3: <user> has a comment or an instruction in its value"),
        ] {
            let found = found(URLS, options);
            assert!(found.iter().any(|line| line.starts_with(finding)), "{options}: {found:?}");
            assert!(!found.concat().contains("s3cret"), "{found:?}");
        }
    }

    #[test]
    fn namespace_is_named_where_it_begins() {
        let file = format!("<provision xmlns=\"urn:a\">{URLS}</provision>");
        assert_eq!(findings(&file), ["line 1: <provision> has the namespace \"urn:a\"; remove it"]);
    }

    #[test]
    fn too_many_elements_are_a_mistake() {
        let nodes = NODES_MAX as usize;
        assert!(found(URLS, &"<user/>".repeat(nodes))[0].contains("more than 10000 elements"));
        let nested = format!("{}{}", "<a>".repeat(nodes / 2), "</a>".repeat(nodes / 2));
        assert!(found(URLS, &nested)[0].contains("<options> has no element <a>"));
    }
}
