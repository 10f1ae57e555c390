//! The access log: one line per request with the client, the device and the outcome. A refused request's line also has
//! the requested path and device. Queries, passwords and document contents are never logged. The journal's entry is made
//! of the same facts.

use super::answer::Answer;
use super::reason;
use super::status::{self, Failure};
use crate::directory::Admitted;
use crate::documents::ReadyDocument;
use crate::facts::{ClientAddress, DeviceAddress, RequestId};
use crate::gate::Refusal;
use crate::journal::{NewEntry, Origin, Reason, SentDocument, cut, path};
use crate::plugin::Plugin;
use crate::request::{DeviceIdentifier, ProvisionRequest};
use axum::http::HeaderValue;
use jiff::Timestamp;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// The longest path and the longest device in a line. Longer ones are cut.
const PATH_CHARS_MAX: usize = 200;
const GIVEN_CHARS_MAX: usize = 64;

/// The facts about one request, collected while it is processed. The log line and the journal's entry are made of them.
pub struct AccessRecord {
    id: RequestId,
    at: Timestamp,
    client: ClientAddress,
    method: Cow<'static, str>,
    /// Path and query as the phone sent them.
    target: String,
    agent: String,
    /// What the request names as its device, as the phone sent it.
    given: String,
    identifier: DeviceIdentifier,
    address: Option<DeviceAddress>,
    domain: String,
    /// `None` until the database was asked.
    is_domain: Option<bool>,
    /// The file that the request names.
    file: String,
    /// The plugin that renders, and the template folder.
    origin: Option<Origin>,
    /// Whose document is sent, if its versions are stored.
    admitted: Option<Admitted>,
    is_login: bool,
}

impl AccessRecord {
    pub fn new(id: RequestId, client: ClientAddress, method: Cow<'static, str>, target: &str, agent: String) -> Self {
        Self {
            id,
            at: now_in_microseconds(),
            client,
            method,
            target: target.to_owned(),
            agent,
            given: String::new(),
            identifier: DeviceIdentifier::Missing,
            address: None,
            domain: String::new(),
            is_domain: None,
            file: String::new(),
            origin: None,
            admitted: None,
            is_login: false,
        }
    }

    /// When the request arrived.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The record of a request whose head cannot be read.
    pub fn of_unread(id: RequestId, client: ClientAddress) -> Self {
        Self::new(id, client, Cow::Borrowed(""), "", String::new())
    }

    pub fn request(&mut self, request: &ProvisionRequest, identifier: &DeviceIdentifier) {
        self.given = cut(request.given(), GIVEN_CHARS_MAX);
        self.identifier = identifier.clone();
        self.address = identifier.address().cloned();
        request.host().clone_into(&mut self.domain);
        request.file().ok().flatten().unwrap_or_default().clone_into(&mut self.file);
    }

    /// A user logs in, so there is no device.
    pub fn login(&mut self, request: &ProvisionRequest) {
        self.request(request, &DeviceIdentifier::Missing);
        self.is_login = true;
    }

    pub fn is_login(&self) -> bool {
        self.is_login
    }

    /// The address that an extension led to.
    pub fn address(&mut self, address: Option<&DeviceAddress>) {
        self.address = address.cloned();
    }

    /// Whether the database has a domain for the request.
    pub fn domain(&mut self, is_found: bool) {
        self.is_domain = Some(is_found);
    }

    /// The domain of the device that a PIN was for.
    pub fn domain_name(&mut self, name: &str) {
        name.clone_into(&mut self.domain);
    }

    pub fn origin(&mut self, origin: Origin) {
        self.origin = Some(origin);
    }

    /// The document that will be sent shows this device's secrets.
    pub fn admitted(&mut self, device: &Admitted) {
        self.admitted = Some(device.clone());
    }

    /// Another version of the plugin renders.
    pub fn other_plugin(&mut self, plugin: &Arc<Plugin>) {
        if let Some(origin) = &mut self.origin {
            origin.plugin = Arc::clone(plugin);
        }
    }

    /// The request's id as a header's value.
    pub fn id_value(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.id.to_string()).ok()
    }

    pub fn plugin_name(&self) -> &str {
        self.origin.as_ref().map_or("", |origin| origin.plugin.name())
    }

    pub fn reason(&self, outcome: Result<&Answer, &Failure>) -> Reason {
        outcome.map_or_else(reason::of, |answer| reason::of_answer(answer, self.is_login))
    }

    /// The journal's entry.
    pub fn into_entry(self, status: u16, reason: Reason, sent: Sent, took: Duration) -> NewEntry {
        let file = sent.file.unwrap_or_else(|| {
            let of_path = path(&self.target).rsplit('/').next().unwrap_or_default().to_owned();
            Some(self.file).filter(|file| !file.is_empty()).unwrap_or(of_path)
        });
        NewEntry {
            request: self.id,
            at: self.at,
            client: self.client,
            method: self.method,
            domain: self.domain,
            device: self.address,
            file,
            target: self.target,
            agent: self.agent,
            status,
            reason,
            bytes: sent.bytes,
            document: sent.document.map(|ready| SentDocument::Whole { ready, device: self.admitted }),
            room_bytes: 0,
            origin: self.origin,
            took,
        }
    }

    pub fn log(&self, outcome: Result<&Answer, &Failure>, reason: Reason, took: Duration) {
        let client = self.client;
        let address = self.address.as_ref().map(DeviceAddress::as_str).unwrap_or_default();
        let ms = took.as_secs_f64() * 1e3;
        let (domain, plugin, template) = (&self.domain, self.plugin_name(), self.template());
        let (id, reason) = (self.id, reason.word());
        match outcome {
            Ok(Answer::Document(ready)) => tracing::info!(
                client.address = %client, device.address = address, domain.name = domain, plugin.name = plugin,
                template, file = ready.document().file, bytes = ready.document().body.len(),
                status = ready.status().as_u16(), duration_ms = ms, request.id = %id, "provisioned"
            ),
            Ok(Answer::Upload(upload)) => tracing::info!(
                client.address = %client, device.address = address, domain.name = domain, file = upload.name,
                bytes = upload.bytes, status = upload.status().as_u16(), duration_ms = ms, request.id = %id,
                "uploaded"
            ),
            Ok(Answer::Firmware(firmware)) => tracing::info!(
                client.address = %client, file = firmware.name(), bytes = firmware.bytes(),
                status = firmware.status().as_u16(), duration_ms = ms, "firmware"
            ),
            Ok(Answer::Bound) => tracing::info!(
                client.address = %client, device.address = address, domain.name = domain, status = 200,
                duration_ms = ms, request.id = %id, "phone bound by PIN"
            ),
            Err(failure) => {
                let verdict = status::of(failure);
                let (path, given) = (cut(path(&self.target), PATH_CHARS_MAX), &self.given);
                let status = verdict.status.as_u16();
                if verdict.ours {
                    tracing::error!(
                        client.address = %client, device.address = address, domain.name = domain, plugin.name = plugin,
                        template, path, status, error = %failure, error.kind = failure.kind(), limit = failure.limit(),
                        duration_ms = ms, reason, request.id = %id, "failed"
                    );
                } else {
                    tracing::info!(
                        client.address = %client, device.address = address, device.given = given,
                        domain.name = domain, template, path, status, error = self.words(failure),
                        duration_ms = ms, reason, request.id = %id, "refused"
                    );
                }
            }
        }
    }

    fn template(&self) -> &str {
        self.origin.as_ref().map_or("", |origin| &origin.folder)
    }

    /// The failure in words. The phone gets the same answer for several faults, but the operator has to tell them apart.
    fn words(&self, failure: &Failure) -> String {
        let unknown = match failure {
            Failure::Refused(Refusal::UnknownDevice) => true,
            Failure::Uncovered(inner) => matches!(**inner, Failure::Refused(Refusal::UnknownDevice)),
            Failure::Shown(inner) => return self.words(inner),
            _ => false,
        };
        if !unknown {
            return failure.to_string();
        }
        let device = match &self.identifier {
            DeviceIdentifier::Address(_) => "no device has this address",
            DeviceIdentifier::Extension { .. } => "no device has this extension",
            DeviceIdentifier::Invalid => "the given address has no hexadecimal digits, or too many",
            DeviceIdentifier::Missing => "the request names no device",
        };
        let domain = if self.is_domain == Some(false) { ", and the host is not a domain" } else { "" };
        let uncovered = if matches!(failure, Failure::Uncovered(_)) { ", by a URL without a rule" } else { "" };
        format!("unknown device: {device}{domain}{uncovered}")
    }
}

/// The time as the journal has it, and as PHP knows it: so a document can be compared with one that printed it.
fn now_in_microseconds() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
}

/// What an answer sends, for the journal.
#[derive(Default)]
pub struct Sent {
    pub file: Option<String>,
    pub bytes: u64,
    pub document: Option<Arc<ReadyDocument>>,
}

impl Sent {
    pub fn of(answer: &Answer, is_head: bool) -> Self {
        match answer {
            Answer::Document(document) => Self {
                file: Some(document.document().file.clone()),
                bytes: if is_head { 0 } else { document.bytes() as u64 },
                document: Some(document.ready()),
            },
            Answer::Upload(upload) => {
                Self { file: Some(upload.name.clone()), bytes: upload.bytes as u64, document: None }
            }
            Answer::Firmware(firmware) => {
                let bytes = if is_head { 0 } else { firmware.bytes() as u64 };
                Self { file: Some(firmware.name().to_owned()), bytes, document: None }
            }
            Answer::Bound => Self::default(),
        }
    }
}
