//! XML-RPC, as far as the services use it: strings and lists of strings in, values out (http://xmlrpc.com/spec.md).

use super::connection::Connection;
use crate::redirect::account::Account;
use crate::redirect::provider::ServiceError;
use crate::request::Secret;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use quick_xml::escape::escape;
use roxmltree::{Document, Node, ParsingOptions};

/// An answer is a few values; a list of all phones of an account is not asked for.
const NODES_MAX: u32 = 10_000;

/// An argument.
pub enum Argument<'a> {
    Text(&'a str),
    List(&'a [String]),
}

/// The answer of all services: whether it was done, and a word or a text.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub is_done: bool,
    pub text: String,
}

impl Verdict {
    /// # Errors
    /// It was not done; `error` says what the text means.
    pub fn done(self, error: impl FnOnce(&str) -> ServiceError) -> Result<(), ServiceError> {
        if self.is_done { Ok(()) } else { Err(error(&self.text)) }
    }
}

/// A service that speaks XML-RPC. There is no `Debug`, because the password is enough to log in.
pub struct XmlRpc {
    connection: Connection,
    password: Secret,
}

impl XmlRpc {
    /// The password is the account's secret.
    pub fn new(connection: Connection) -> Self {
        let password = connection.account.secret.clone();
        Self::with_password(connection, password)
    }

    pub fn with_password(connection: Connection, password: Secret) -> Self {
        Self { connection, password }
    }

    pub fn account(&self) -> &Account {
        &self.connection.account
    }

    /// Calls a method with the account's user and the password.
    ///
    /// # Errors
    /// The service cannot be reached, refuses the account, or answers in another form.
    pub async fn call(&self, method: &str, arguments: &[Argument<'_>]) -> Result<Verdict, ServiceError> {
        let account = self.account();
        let headers = || {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/xml"));
            headers.insert(header::AUTHORIZATION, Connection::basic(&account.user, self.password.expose())?);
            Ok(headers)
        };
        let body = request(method, arguments);
        let reply = self.connection.send(Method::POST, &account.url, &headers, body.as_bytes()).await?;
        match reply.status {
            StatusCode::OK => {}
            StatusCode::FORBIDDEN => return Err(ServiceError::Credentials),
            status => return Err(ServiceError::Undocumented(format!("status {}", status.as_u16()))),
        }
        let text = String::from_utf8(reply.body).map_err(|_| account.undocumented("it is not UTF-8"))?;
        verdict(&text).map_err(|text| account.undocumented(&text))
    }
}

fn request(method: &str, arguments: &[Argument<'_>]) -> String {
    let string = |text: &str| format!("<value><string>{}</string></value>", escape(text));
    let value = |argument: &Argument<'_>| match argument {
        Argument::Text(text) => string(text),
        Argument::List(items) => {
            let items: String = items.iter().map(|item| string(item)).collect();
            format!("<value><array><data>{items}</data></array></value>")
        }
    };
    let params: String = arguments.iter().map(|argument| format!("<param>{}</param>", value(argument))).collect();
    let method = escape(method);
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodCall><methodName>{method}</methodName><params>{params}</params></methodCall>"
    )
}

/// Reads `[boolean, text]`, or a fault.
fn verdict(text: &str) -> Result<Verdict, String> {
    let options = ParsingOptions { nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| format!("no XML: {error}"))?;
    let root = document.root_element();
    if let Some(fault) = child(root, "fault") {
        let words: Vec<_> =
            fault.descendants().filter(Node::is_text).filter_map(|node| node.text()).map(str::trim).collect();
        return Err(format!("a fault: {}", words.join(" ").trim()));
    }
    let values: Vec<Node<'_, '_>> = root
        .descendants()
        .filter(|node| {
            node.has_tag_name("value") && !node.descendants().skip(1).any(|inner| inner.has_tag_name("value"))
        })
        .collect();
    let [is_done, said, ..] = values.as_slice() else { return Err("it has no two values".to_owned()) };
    let is_done = match content(*is_done).as_str() {
        "1" | "true" => true,
        "0" | "false" => false,
        other => return Err(format!("`{other}` is no boolean")),
    };
    Ok(Verdict { is_done, text: content(*said) })
}

fn child<'a, 'input>(node: Node<'a, 'input>, name: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| child.has_tag_name(name))
}

/// The text of a value, with or without the element for its type.
fn content(value: Node<'_, '_>) -> String {
    value.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(values: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse xmlns:ex=\"http://ws.apache.org/xmlrpc/namespaces/extensions\">\
             <params><param><value><array><data>{values}</data></array></value></param></params></methodResponse>"
        )
    }

    #[test]
    fn answers_of_the_documents_are_read() {
        for (values, is_done, text) in [
            ("<value><boolean>1</boolean></value><value>OK</value>", true, "OK"),
            (
                "<value><boolean>0</boolean></value>\n<value><string>Error:malformed_mac</string></value>",
                false,
                "Error:malformed_mac",
            ),
            (
                "<value><boolean>0</boolean></value><value>Error:Invalid MAC(s):00s1122334400</value>",
                false,
                "Error:Invalid MAC(s):00s1122334400",
            ),
            ("<value><boolean>1</boolean></value><value></value>", true, ""),
        ] {
            assert_eq!(verdict(&answer(values)), Ok(Verdict { is_done, text: text.to_owned() }));
        }
    }

    #[test]
    fn answer_of_another_form_is_an_error() {
        let fault = "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>4</int></value></member>\
                     <member><name>faultString</name><value>Too many parameters.</value></member></struct></value></fault></methodResponse>";
        for (text, part) in [
            ("<html>", "no XML"),
            (fault, "Too many parameters."),
            (&answer("<value><boolean>1</boolean></value>"), "no two values"),
            (&answer("<value>yes</value><value>OK</value>"), "no boolean"),
        ] {
            let error = verdict(text).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
        let deep = answer(&"<value/>".repeat(NODES_MAX as usize));
        assert!(verdict(&deep).is_err());
    }

    #[test]
    fn request_escapes_its_arguments() {
        let list = ["cfgName=a".to_owned()];
        let text = request("redirect.registerDevice", &[Argument::Text("<&>"), Argument::List(&list)]);
        let document = Document::parse(&text).unwrap();
        let texts: Vec<_> =
            document.descendants().filter(|node| node.has_tag_name("string")).filter_map(|node| node.text()).collect();
        assert_eq!(texts, ["<&>", "cfgName=a"]);
    }
}
