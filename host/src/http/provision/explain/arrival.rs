//! The request that an operator's question describes, as it would arrive.

use super::error::ExplainError;
use crate::editing;
use crate::explain::{InvalidQuestion, Question, Subject};
use crate::facts::{DeviceAddress, percent_encoded};
use crate::http::arrived::Arrived;
use crate::http::client::{self, Channel, Client};
use crate::http::provision::Walk;
use crate::request::{RequestError, RequestTarget, Secret, UrlForms};
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header};
use std::net::{IpAddr, Ipv4Addr};
use tokio::time::Instant;

/// The host of requests that are only read to find out what their URL means.
const ANY_HOST: &str = "localhost";

const FORM: HeaderValue = HeaderValue::from_static("application/x-www-form-urlencoded");

/// A request that did not come over a connection.
pub(super) struct Arrival {
    pub(super) parts: Parts,
    pub(super) body: Bytes,
    pub(super) arrived: Arrived,
}

impl Arrival {
    /// Adds the parameter `password`; false if HTTP does not allow the target then.
    pub(super) fn add_password(&mut self, password: &Secret) -> bool {
        let target = self.parts.uri.to_string();
        let mark = if target.contains('?') { '&' } else { '?' };
        let uri = format!("{target}{mark}password={}", encoded(password.expose())).parse();
        uri.map(|uri| self.parts.uri = uri).is_ok()
    }
}

impl Walk<'_> {
    /// The request of a question. Without a host, the request is for the device's domain, or for the only one.
    pub(super) async fn arrival(&self, config: &client::Config, question: &Question) -> Result<Arrival, ExplainError> {
        let (target, named_host, https) = match question.subject()? {
            Subject::Target { target, host, https } => (target.to_owned(), host, https),
            Subject::Address(text) => {
                let file = question.file.as_deref();
                (target_of(address(text)?.as_str(), file, self.app.url_forms), None, false)
            }
        };
        let host = match question.host.as_deref().or(named_host) {
            Some(host) => host.to_owned(),
            None => self.host_of(&target, question).await?,
        };
        let peer = match &question.client {
            Some(text) => text.parse().map_err(|_| invalid("client", text, "write an IP address"))?,
            None => IpAddr::from(Ipv4Addr::LOCALHOST),
        };
        let parts = parts(&target, &host, question)?;
        let mut client = Client::of(peer, Channel::default(), &parts.headers, config);
        client.https |= https;
        let body = question.data.clone().unwrap_or_default().into();
        Ok(Arrival { parts, body, arrived: Arrived { peer, client, at: Instant::now() } })
    }

    /// The domain of the device that a target names, else the only domain.
    async fn host_of(&self, target: &str, question: &Question) -> Result<String, ExplainError> {
        let directory = &self.app.directory;
        let mut headers = HeaderMap::new();
        let agent = question.user_agent.as_ref().and_then(|agent| HeaderValue::from_str(agent).ok());
        headers.extend(agent.map(|agent| (header::USER_AGENT, agent)));
        if let Ok(RequestTarget::Provision(request)) = read(target, ANY_HOST, headers, self.app.url_forms)
            && let Some(address) = request.identify_device(&*self.snapshot.plugins).address()
            && let Ok(home) = editing::home(directory, address.as_str()).await
        {
            return Ok(home.domain);
        }
        editing::only_domain(directory).await.map_err(|_| ExplainError::Host)
    }
}

/// The target by which a phone asks for a file of a device: by the name that phones use, else by that of the template's
/// file.
pub(in crate::http::provision) fn target_of(address: &str, file: Option<&str>, forms: UrlForms) -> String {
    let of_template = format!("/app/provision/?mac={}", encoded(address));
    let Some(file) = file else { return of_template };
    let natural = format!("/provision/{}?mac={}", encoded(file), encoded(address));
    match parse(&natural, ANY_HOST, forms) {
        Err(RequestError::NotProvisioning) => format!("{of_template}&file={}", encoded(file)),
        _ => natural,
    }
}

/// Reads a GET request without further headers.
pub(in crate::http::provision) fn parse(
    target: &str,
    host: &str,
    forms: UrlForms,
) -> Result<RequestTarget, RequestError> {
    read(target, host, HeaderMap::new(), forms)
}

fn read(target: &str, host: &str, mut headers: HeaderMap, forms: UrlForms) -> Result<RequestTarget, RequestError> {
    headers.insert(header::HOST, HeaderValue::from_str(host).map_err(|_| RequestError::Host)?);
    RequestTarget::of_get(target, &headers, forms)
}

fn invalid(name: &'static str, value: &str, reason: &'static str) -> InvalidQuestion {
    InvalidQuestion::Value { name, value: value.to_owned(), reason }
}

/// An address as an operator writes it.
fn address(text: &str) -> Result<DeviceAddress, InvalidQuestion> {
    let is_plain = text.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '-' | '.' | ' '));
    let spelled = text.replace([':', '-', ' '], "");
    let wrong = || invalid("what", text, "write an address like 001565aabbcc, a path that begins with /, or a URL");
    if is_plain { DeviceAddress::parse(&spelled).map_err(|_| wrong()) } else { Err(wrong()) }
}

fn parts(target: &str, host: &str, question: &Question) -> Result<Parts, InvalidQuestion> {
    let named = question.method.as_deref().unwrap_or("GET");
    let method = Method::from_bytes(named.as_bytes()).map_err(|_| invalid("method", named, "it is no HTTP method"))?;
    let uri: Uri = target.parse().map_err(|_| invalid("what", target, "HTTP does not allow this target"))?;
    let (mut parts, ()) = Request::new(()).into_parts();
    (parts.method, parts.uri) = (method, uri);
    let value = |name: &'static str, text: &str| {
        HeaderValue::from_bytes(text.as_bytes()).map_err(|_| invalid(name, text, "HTTP does not allow this value"))
    };
    if !host.is_empty() {
        parts.headers.insert(header::HOST, value("host", host)?);
    }
    if let Some(agent) = &question.user_agent {
        parts.headers.insert(header::USER_AGENT, value("user_agent", agent)?);
    }
    for line in &question.headers {
        let (name, text) = line.split_once(':').ok_or_else(|| invalid("header", line, "write Name: value"))?;
        let name = HeaderName::from_bytes(name.trim().as_bytes());
        let name = name.map_err(|_| invalid("header", line, "HTTP does not allow this name"))?;
        parts.headers.append(name, value("header", text.trim())?);
    }
    if let Some(data) = &question.data {
        parts.headers.entry(header::CONTENT_TYPE).or_insert(FORM);
        parts.headers.insert(header::CONTENT_LENGTH, data.len().into());
    }
    Ok(parts)
}

/// A text for a path or a query.
fn encoded(text: &str) -> String {
    percent_encoded(text, "/")
}
