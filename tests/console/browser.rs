//! A browser without scripts: it keeps cookies, follows no redirect by itself, and sends the forms that it is shown.

use dialplate_tests::client::{self, Answer};
use dialplate_tests::wait;
use std::collections::BTreeMap;
use std::net::SocketAddr;

pub const BASE: &str = "/console";

pub struct Browser {
    pub server: SocketAddr,
    pub cookies: BTreeMap<String, String>,
    /// Further headers of each request.
    pub headers: Vec<(&'static str, String)>,
    /// The `Set-Cookie` headers of the last answer.
    pub set: Vec<String>,
}

impl Browser {
    pub fn new(server: SocketAddr) -> Self {
        Self { server, cookies: BTreeMap::new(), headers: Vec::new(), set: Vec::new() }
    }

    pub fn get(&mut self, page: &str) -> Answer {
        self.send("GET", page, b"")
    }

    /// Sends fields as a form.
    pub fn post(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.send("POST", page, fields.join("&").as_bytes())
    }

    /// Sends the form of a page with one of its buttons.
    pub fn submit(&mut self, page: &str, fields: &[(String, String)], button: &str) -> Answer {
        let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.post(page, &fields.chain([("do", button)]).collect::<Vec<_>>())
    }

    /// Sends files and fields as a form with files: name, file name and bytes.
    pub fn upload(&mut self, page: &str, parts: &[(&str, &str, &[u8])]) -> Answer {
        const BOUNDARY: &str = "----boundary-of-a-browser";
        let mut body = Vec::new();
        for (name, file, bytes) in parts {
            let file = match file.is_empty() {
                true => String::new(),
                false => format!("; filename=\"{file}\"\r\nContent-Type: application/octet-stream"),
            };
            body.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
            );
            body.extend([bytes, &b"\r\n"[..]].concat());
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        self.headers.push(("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}")));
        let answer = self.send("POST", page, &body);
        self.headers.pop();
        answer
    }

    /// Opens the form and fills it in.
    pub fn log_in(&mut self, user: &str, password: &str) -> Answer {
        let form = self.get("/login");
        let token = token(&form, "/login");
        self.post("/login", &[("token", &token), ("user", user), ("password", password)])
    }

    pub fn send(&mut self, method: &str, page: &str, body: &[u8]) -> Answer {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let (cookies, host) = (cookies.join("; "), self.server.to_string());
        let mut headers = Vec::new();
        if !self.headers.iter().any(|(name, _)| *name == "Host") {
            headers.push(("Host", host.as_str()));
        }
        if !cookies.is_empty() {
            headers.push(("Cookie", &cookies));
        }
        headers.extend(self.headers.iter().map(|(name, value)| (*name, value.as_str())));
        let bytes = client::exchange(self.server, &client::request(method, &format!("{BASE}{page}"), &headers, body));
        self.keep_cookies(&String::from_utf8_lossy(&bytes));
        client::parse(&bytes)
    }

    fn keep_cookies(&mut self, answer: &str) {
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        let set = lines.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        self.set = set.map(|(_, value)| value.trim().to_owned()).collect();
        for cookie in &self.set {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The token of the page's form that leads to this path.
pub fn token(page: &Answer, path: &str) -> String {
    let text = page.text();
    let form = text.split("<form").find(|form| form.contains(&format!("action=\"{BASE}{path}\"")));
    let value =
        form.and_then(|form| form.split_once("name=\"token\" value=\"")).and_then(|(_, rest)| rest.split_once('"'));
    value.unwrap_or_else(|| panic!("no form for {path} in {text}")).0.to_owned()
}

/// The fields that a browser would send of the page's form that leads to this path, without its buttons.
pub fn fields(page: &Answer, path: &str) -> Vec<(String, String)> {
    let text = page.text();
    let form = text.split("<form").find(|form| form.contains(&format!("action=\"{BASE}{path}\"")));
    let form = form.unwrap_or_else(|| panic!("no form for {path} in {text}")).split("</form>").next().unwrap();
    let attribute = |tag: &str, name: &str| {
        let value = tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"'));
        value.map(|(value, _)| plain(value))
    };
    let mut fields = Vec::new();
    for part in form.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        let name = attribute(tag, "name");
        let is_on = !tag.contains("type=\"checkbox\"") || tag.contains(" checked");
        match tag.split(' ').next().unwrap() {
            "input" if is_on => fields.push((name.unwrap(), attribute(tag, "value").unwrap_or_default())),
            "select" => fields.push((name.unwrap(), String::new())),
            "option" if tag.ends_with(" selected") => fields.last_mut().unwrap().1 = attribute(tag, "value").unwrap(),
            "textarea" => fields.push((name.unwrap(), plain(text.strip_prefix('\n').unwrap_or(text)))),
            _ => {}
        }
    }
    fields
}

/// A text without the references of HTML.
fn plain(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (reference, plain)| text.replace(reference, plain))
}

/// Writes into a field.
pub fn fill(fields: &mut [(String, String)], name: &str, text: &str) {
    let field = fields.iter_mut().find(|(field, _)| field == name);
    text.clone_into(&mut field.unwrap_or_else(|| panic!("no field {name}")).1);
}

/// Waits for a line that fulfils these conditions, and returns the number of the newest.
pub fn first_line(browser: &mut Browser, query: &str) -> String {
    let mut id = None;
    let find = || {
        let text = browser.get(&format!("/journal{query}")).text();
        let link = text.split_once("href=\"/console/journal/").and_then(|(_, rest)| rest.split_once('"'));
        id = link.map(|(id, _)| id.to_owned());
        id.is_some()
    };
    wait::until(find, || format!("a line for {query}"));
    id.unwrap()
}
