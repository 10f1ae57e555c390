//! From a document or a failure to the bytes of a response.

use super::status::{self, Failure};
use crate::gate::Refusal;
use crate::plugin::Document;
use crate::request::RequestError;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

/// What FusionPBX sends with every answer.
const SECURITY: [(HeaderName, &str); 4] = [
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self';"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
];

/// What FusionPBX sends with an attachment.
const ATTACHMENT: [(HeaderName, &str); 5] = [
    (HeaderName::from_static("content-description"), "File Transfer"),
    (HeaderName::from_static("content-transfer-encoding"), "binary"),
    (header::EXPIRES, "0"),
    (header::CACHE_CONTROL, "must-revalidate, post-check=0, pre-check=0"),
    (header::PRAGMA, "public"),
];

/// A rendered file; `attachment` is the name to save it under, where the phone asked for that.
pub fn document(document: Document, attachment: Option<String>) -> Response<Body> {
    let mut headers = HeaderMap::new();
    add(&mut headers, &SECURITY);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    match attachment {
        Some(name) => {
            add(&mut headers, &ATTACHMENT);
            set(&mut headers, header::CONTENT_TYPE, "application/octet-stream");
            set(&mut headers, header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
        }
        None => set(&mut headers, header::CONTENT_TYPE, &document.content_type),
    }
    respond(StatusCode::OK, headers, document.body)
}

/// What a phone is told when there is no document. It learns nothing of the cause beyond the status.
pub fn failure(failure: &Failure) -> Response<Body> {
    let verdict = status::of(failure);
    let mut headers = HeaderMap::new();
    // A path that is no provisioning URL never reaches FusionPBX: there nginx answers, with its own page.
    let outside = matches!(
        failure,
        Failure::Uncovered(_) | Failure::Request(RequestError::NotProvisioning | RequestError::Method)
    );
    if !outside {
        add(&mut headers, &SECURITY);
    }
    if let Failure::Refused(Refusal::Challenge(challenge)) = failure {
        for value in challenge.headers.iter().filter_map(|value| HeaderValue::from_str(value).ok()) {
            headers.append(header::WWW_AUTHENTICATE, value);
        }
    }
    if let Some(seconds) = verdict.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    set(&mut headers, header::CONTENT_TYPE, if outside { "text/html" } else { "text/html; charset=UTF-8" });
    let body = match verdict.text {
        Some(text) => text.to_owned(),
        None if outside => page(verdict.status, "", "nginx/1.22.1", "\r\n"),
        None => page(verdict.status, " bgcolor=\"white\"", "nginx/1.12.1", "\n"),
    };
    respond(verdict.status, headers, body.into_bytes())
}

/// The page that FusionPBX's site shows for a status. Drop-in means its bytes too: the server it names is the one
/// that FusionPBX names, not one that is there.
fn page(status: StatusCode, body: &str, server: &str, end: &str) -> String {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    [
        "<html>",
        &format!("<head><title>{title}</title></head>"),
        &format!("<body{body}>"),
        &format!("<center><h1>{title}</h1></center>"),
        &format!("<hr><center>{server}</center>"),
        "</body>",
        "</html>",
        "",
    ]
    .join(end)
}

fn respond(status: StatusCode, headers: HeaderMap, body: Vec<u8>) -> Response<Body> {
    let length = body.len();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    // Set here, because a HEAD request loses the body and keeps this.
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}

fn add(headers: &mut HeaderMap, pairs: &[(HeaderName, &'static str)]) {
    for (name, value) in pairs {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
}

/// Sets a header to a text that is not ours; one that no header can hold is left out.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
