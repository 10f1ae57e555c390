//! Builds the HTTP response for a document or a failure.

use super::error_document;
use super::firmware_answer::FirmwareAnswer;
use super::range::{self, Selection};
use super::status::{self, Failure};
use crate::documents::ReadyDocument;
use crate::gate::Refusal;
use crate::plugin::Document;
use crate::request::RequestError;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use std::sync::Arc;

/// The headers that FusionPBX sends with every answer.
const SECURITY: [(HeaderName, &str); 4] = [
    (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
    (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self';"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
];

/// The headers that FusionPBX sends with an attachment.
const ATTACHMENT: [(HeaderName, &str); 5] = [
    (HeaderName::from_static("content-description"), "File Transfer"),
    (HeaderName::from_static("content-transfer-encoding"), "binary"),
    (header::EXPIRES, "0"),
    (header::CACHE_CONTROL, "must-revalidate, post-check=0, pre-check=0"),
    (header::PRAGMA, "public"),
];

/// The content type of FusionPBX's own pages.
const HTML: &str = "text/html; charset=UTF-8";

/// The supported methods, as an `Allow` header lists them.
const ALLOWED: &str = "GET, HEAD, POST";

/// The answer to a request that succeeded.
pub enum Answer {
    Document(DocumentAnswer),
    Upload(UploadAnswer),
    Firmware(FirmwareAnswer),
    /// A phone is bound to a prepared device.
    Bound,
}

impl Answer {
    /// The kind of answer, one word for the metrics.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Document(_) => "provisioned",
            Self::Upload(_) => "uploaded",
            Self::Firmware(_) => "firmware",
            Self::Bound => "bound",
        }
    }

    pub fn into_response(self) -> Response<Body> {
        match self {
            Self::Document(document) => document.into_response(),
            Self::Upload(upload) => upload.into_response(),
            Self::Firmware(firmware) => firmware.into_response(),
            Self::Bound => bound(),
        }
    }
}

/// A file that a phone has sent is stored.
pub struct UploadAnswer {
    pub name: String,
    pub bytes: usize,
    /// Whether there was no such file before.
    pub is_new: bool,
}

impl UploadAnswer {
    pub fn status(&self) -> StatusCode {
        status::of_upload(self.is_new)
    }

    fn into_response(self) -> Response<Body> {
        let mut headers = HeaderMap::new();
        add(&mut headers, &SECURITY);
        bare(self.status(), headers)
    }
}

/// A rendered document and the part of it that the client requested.
pub struct DocumentAnswer {
    ready: Arc<ReadyDocument>,
    attachment: Option<String>,
    selection: Selection,
}

impl DocumentAnswer {
    /// `attachment` is the file name to save the document under, if the phone requested an attachment.
    pub fn new(ready: Arc<ReadyDocument>, attachment: Option<String>, request: &Parts) -> Self {
        let selection = range::select(&request.method, &request.headers, &ready.tag, ready.document.body.len());
        Self { ready, attachment, selection }
    }

    pub fn document(&self) -> &Document {
        &self.ready.document
    }

    pub fn ready(&self) -> Arc<ReadyDocument> {
        Arc::clone(&self.ready)
    }

    pub fn selection(&self) -> &Selection {
        &self.selection
    }

    pub fn status(&self) -> StatusCode {
        status::of_selection(&self.selection)
    }

    /// The bytes of the document that are sent.
    pub fn bytes(&self) -> usize {
        self.selection.bytes(self.document().body.len())
    }

    fn into_response(self) -> Response<Body> {
        let status = self.status();
        let ReadyDocument { document: Document { content_type, body, .. }, tag, .. } = &*self.ready;
        let whole = body.len();
        let mut headers = HeaderMap::new();
        add(&mut headers, &SECURITY);
        set(&mut headers, header::ETAG, tag);
        if let Some(range) = self.selection.content_range(whole) {
            set(&mut headers, header::CONTENT_RANGE, &range);
        }
        let part = match self.selection {
            Selection::Whole => {
                headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
                0..whole
            }
            Selection::Part(part) => part,
            Selection::NotModified => return bare(status, headers),
            Selection::PreconditionFailed | Selection::Unsatisfiable => return fusionpbx_error(status, headers),
        };
        match self.attachment {
            Some(name) => {
                add(&mut headers, &ATTACHMENT);
                set(&mut headers, header::CONTENT_TYPE, "application/octet-stream");
                set(&mut headers, header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{name}\""));
            }
            None => set(&mut headers, header::CONTENT_TYPE, content_type),
        }
        respond(status, headers, body.slice(part))
    }
}

/// The response to a request that produced no document. It reveals nothing about the cause beyond the status.
pub fn failure(failure: &Failure) -> Response<Body> {
    let verdict = status::of(failure);
    let (failure, shown) = match failure {
        Failure::Shown(failure) => (&**failure, Some(error_document::of(failure))),
        failure => (failure, None),
    };
    let mut headers = HeaderMap::new();
    let outside = shown.is_none() && is_nginxs(failure);
    if !outside {
        add(&mut headers, &SECURITY);
    }
    if matches!(failure, Failure::Request(RequestError::Method)) {
        headers.insert(header::ALLOW, HeaderValue::from_static(ALLOWED));
    }
    if let Failure::Refused(Refusal::Challenge(challenge)) = failure {
        for value in challenge.headers.iter().filter_map(|value| HeaderValue::from_str(value).ok()) {
            headers.append(header::WWW_AUTHENTICATE, value);
        }
    }
    if let Some(body) = shown {
        set(&mut headers, header::CONTENT_TYPE, error_document::CONTENT_TYPE);
        return respond(verdict.status, headers, body.into());
    }
    if let Some(seconds) = verdict.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    set(&mut headers, header::CONTENT_TYPE, if outside { "text/html" } else { HTML });
    let body = match verdict.text {
        Some(text) => text.to_owned(),
        None if outside => page(verdict.status, "", "nginx/1.22.1", "\r\n"),
        None => fusionpbx_page(verdict.status),
    };
    respond(verdict.status, headers, body.into())
}

/// Whether nginx would answer this request with its own page, before the request reaches FusionPBX.
fn is_nginxs(failure: &Failure) -> bool {
    use RequestError::{ArrayParameter, FileName, TooManyParameters};
    match failure {
        Failure::Uncovered(_) => true,
        Failure::Request(error) => !matches!(error, ArrayParameter(_) | TooManyParameters | FileName),
        _ => false,
    }
}

/// A dial plan reads the status; the text is for the reader of its log.
fn bound() -> Response<Body> {
    let mut headers = HeaderMap::new();
    add(&mut headers, &SECURITY);
    set(&mut headers, header::CONTENT_TYPE, "text/plain");
    respond(StatusCode::OK, headers, Bytes::from_static(b"bound\n"))
}

fn fusionpbx_error(status: StatusCode, mut headers: HeaderMap) -> Response<Body> {
    set(&mut headers, header::CONTENT_TYPE, HTML);
    respond(status, headers, fusionpbx_page(status).into())
}

fn fusionpbx_page(status: StatusCode) -> String {
    page(status, " bgcolor=\"white\"", "nginx/1.12.1", "\n")
}

/// The page that FusionPBX's site shows for a status, byte for byte. `server` is the name that FusionPBX prints, not
/// the server that runs here.
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

fn respond(status: StatusCode, mut headers: HeaderMap, body: Bytes) -> Response<Body> {
    // Set explicitly, because the answer to a HEAD request keeps this header but drops the body.
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let mut response = bare(status, headers);
    *response.body_mut() = Body::from(body);
    response
}

fn bare(status: StatusCode, headers: HeaderMap) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn add(headers: &mut HeaderMap, pairs: &[(HeaderName, &'static str)]) {
    for (name, value) in pairs {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
}

/// Sets a header to an untrusted text, or omits the header if the text is not a valid value.
fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
        headers.insert(name, value);
    }
}
