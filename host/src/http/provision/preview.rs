//! The document of a device for the operator of this server: through the same rooms as a phone's request, without its
//! checks and traces.

use super::Walk;
use crate::directory::Lookup;
use crate::documents::ReadyDocument;
use crate::facts::{ClientAddress, DeviceAddress};
use crate::gate;
use crate::http::access_log::AccessRecord;
use crate::http::state::AppState;
use crate::http::status::{self, Failure};
use crate::request::{ProvisionRequest, RawRequest, RequestError, RequestTarget, UrlForms};
use axum::http::{HeaderMap, HeaderValue, header};
use std::fmt::Write;
use std::sync::Arc;

/// The phone would get no document.
#[derive(Debug, thiserror::Error)]
#[error("the phone would get status {status}: {failure}")]
pub struct NoDocument {
    status: u16,
    failure: Failure,
}

/// What a phone that is admitted gets for this file, or for its default file. Nothing is asked of it, counted or written.
///
/// # Errors
/// Why it gets none.
pub async fn preview(
    app: &AppState,
    address: &DeviceAddress,
    host: &str,
    file: Option<&str>,
) -> Result<Arc<ReadyDocument>, NoDocument> {
    let walk = Walk { app, snapshot: app.snapshot.load_full() };
    let found = walk.preview(address, host, file).await;
    found.map_err(|failure| NoDocument { status: status::of(&failure).status.as_u16(), failure })
}

impl Walk<'_> {
    async fn preview(
        &self,
        address: &DeviceAddress,
        host: &str,
        file: Option<&str>,
    ) -> Result<Arc<ReadyDocument>, Failure> {
        let request = request(address, host, file)?;
        let facts = self.app.directory.find(&Lookup { address: Some(address), host }).await?;
        let device = self.app.directory.load(gate::admit_operator(facts)?).await?;
        if let Some(document) = self.sent_back(&request, &device).await? {
            return Ok(Arc::new(document.into()));
        }
        let mut seen = AccessRecord::new(ClientAddress::Unknown, "");
        self.render(&request, &device, &mut seen).await
    }
}

/// The request for a file by the name that the phone asks for, else by the name of the template's file.
fn request(address: &DeviceAddress, host: &str, file: Option<&str>) -> Result<Arc<ProvisionRequest>, RequestError> {
    let of_template = format!("/app/provision/?mac={}", encoded(address.as_str()));
    let Some(file) = file else { return parse(&of_template, host) };
    match parse(&format!("/provision/{}?mac={}", encoded(file), encoded(address.as_str())), host) {
        Err(RequestError::NotProvisioning) => parse(&format!("{of_template}&file={}", encoded(file)), host),
        natural => natural,
    }
}

fn parse(target: &str, host: &str) -> Result<Arc<ProvisionRequest>, RequestError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::HOST, HeaderValue::from_str(host).map_err(|_| RequestError::Host)?);
    let arrival = RawRequest {
        method: "GET",
        target,
        original_target: None,
        headers: &headers,
        body: &[],
        client: ClientAddress::Unknown,
        https: false,
        forms: UrlForms::All,
    };
    match RequestTarget::parse(&arrival)? {
        RequestTarget::Provision(request) => Ok(Arc::from(request)),
        RequestTarget::Static(_) => Err(RequestError::NotProvisioning),
    }
}

/// A text for a path or a query.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'/' => encoded.push(char::from(byte)),
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}
