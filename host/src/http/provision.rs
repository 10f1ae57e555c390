//! The way of one request through the rooms.

pub mod capture;
mod door;
pub mod explain;
mod firmware;
mod login;
mod pin;
pub mod preview;
mod render;
mod upload;
pub mod view;

use super::access_log::{AccessRecord, Sent};
use super::answer::{Answer, DocumentAnswer};
use super::arrived::Arrived;
use super::job::Times;
use super::pace::{BODY_TIMEOUT, REQUEST_TIMEOUT};
use super::state::AppState;
use super::status::Failure;
use super::{answer, evenly, job};
use crate::auth_server::AuthServer;
use crate::directory::{Device, ProvisionNote};
use crate::documents::ReadyDocument;
use crate::gate::{self, Permit, Refusal};
use crate::reload::Snapshot;
use crate::request::{
    BODY_BYTES_MAX, Method, ProvisionRequest, RawRequest, RequestError, RequestTarget, UrlForms, is_pin_call,
};
use crate::templates;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Extension, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method as HttpMethod, Request, Response, StatusCode, Version, header};
use axum::response::IntoResponse;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use jiff::Timestamp;
use std::borrow::Cow;
use std::panic::resume_unwind;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// The length up to which the body of an unsupported method is read: nginx's own limit.
const DISCARDED_BYTES_MAX: usize = 1 << 20;

/// Answers one request. It is completed, logged and counted even if the phone hangs up: otherwise a plugin that makes
/// phones wait would count as healthy.
pub async fn handle(
    State(app): State<Arc<AppState>>,
    Extension(arrived): Extension<Arrived>,
    request: Request<Body>,
) -> Response<Body> {
    if app.probes.sees(request.headers(), &arrived) {
        return StatusCode::NO_CONTENT.into_response();
    }
    let answering = tokio::spawn(walk(app, arrived, request));
    answering.await.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}

/// Answers one request, logs it, and puts it into the journal.
async fn walk(app: Arc<AppState>, arrived: Arrived, request: Request<Body>) -> Response<Body> {
    let started = Instant::now();
    let _in_flight = app.metrics.arrived();
    let (mut parts, body) = request.into_parts();
    settle_host(&mut parts);
    let mut seen = seen(&app, &parts, &arrived);
    let walk = Walk::at(&app, seen.at());
    let answer = timeout_at(arrived.at + REQUEST_TIMEOUT, walk.answer(&parts, body, &arrived, &mut seen));
    let outcome = answer.await.unwrap_or(Err(Failure::Timeout));
    let outcome =
        outcome.map_err(|failure| if walk.is_shown(&parts, seen.is_login()) { failure.shown() } else { failure });
    let (reason, took) = (seen.reason(outcome.as_ref()), started.elapsed());
    seen.log(outcome.as_ref(), reason, took);
    if outcome.as_ref().is_err_and(Failure::is_refusal) {
        evenly::release(started).await;
    }
    let sent = outcome.as_ref().map(|answer| Sent::of(answer, parts.method == HttpMethod::HEAD)).unwrap_or_default();
    let (mut answer, kind) = match outcome {
        Ok(ready) => {
            let kind = ready.kind();
            (ready.into_response(), kind)
        }
        Err(failure) => (answer::failure(&failure), failure.kind()),
    };
    let status = answer.status().as_u16();
    app.metrics.answered(status, kind, seen.plugin_name(), reason.word(), Some(took));
    if let Some((name, value)) = app.request_id_header.as_ref().zip(seen.id_value()) {
        answer.headers_mut().insert(name, value);
    }
    let fetches = app.fetches.get();
    if app.journal.is_on() || fetches.is_some() {
        let entry = seen.into_entry(status, reason, sent, took);
        fetches.into_iter().for_each(|fetches| fetches.note(&entry));
        app.journal.add(entry);
    }
    answer
}

/// The record of a request, as it arrived.
fn seen(app: &AppState, parts: &Parts, arrived: &Arrived) -> AccessRecord {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let target = arrived.client.original_target.as_deref().unwrap_or(target);
    let method = match parts.method {
        HttpMethod::GET => Cow::Borrowed("GET"),
        HttpMethod::HEAD => Cow::Borrowed("HEAD"),
        ref other => Cow::Owned(other.as_str().to_owned()),
    };
    let agent =
        parts.headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    AccessRecord::new(app.request_ids.next(), arrived.client.address, method, target, agent.unwrap_or_default())
}

/// One request on its way through the rooms, with the snapshot that it uses.
struct Walk<'a> {
    app: &'a AppState,
    snapshot: Arc<Snapshot>,
    /// The time that documents print.
    time: Timestamp,
    keeper: &'a gate::Keeper,
    auth_server: Option<&'a AuthServer>,
}

impl<'a> Walk<'a> {
    fn new(app: &'a AppState) -> Self {
        Self::at(app, Timestamp::now())
    }

    /// A walk whose documents print this time, unless the clock is a fixed one.
    fn at(app: &'a AppState, time: Timestamp) -> Self {
        let (snapshot, time) = (app.snapshot.load_full(), app.clock.at(time));
        Self { app, snapshot, time, keeper: &app.keeper, auth_server: app.auth_server.as_ref() }
    }

    fn times(&self, device: &Device) -> Times {
        Times::of(device, self.app.clock.now(), self.time)
    }
}

impl Walk<'_> {
    async fn answer(
        &self,
        parts: &Parts,
        body: Body,
        arrived: &Arrived,
        seen: &mut AccessRecord,
    ) -> Result<Answer, Failure> {
        if parts.method == HttpMethod::PUT {
            return self.receive(parts, body, arrived, seen).await.map(Answer::Upload);
        }
        if let Some(pins) =
            self.app.pins.as_ref().filter(|_| parts.method == HttpMethod::POST && is_pin_call(target(parts)))
        {
            return self.bind(pins, parts, body, arrived, seen).await.map(|()| Answer::Bound);
        }
        if let Some(file) = self.firmware(parts, arrived).await? {
            return Ok(Answer::Firmware(file));
        }
        self.document(parts, body, arrived, seen).await.map(Answer::Document)
    }

    async fn document(
        &self,
        parts: &Parts,
        body: Body,
        arrived: &Arrived,
        seen: &mut AccessRecord,
    ) -> Result<DocumentAnswer, Failure> {
        let request: Arc<ProvisionRequest> = match read(parts, body, arrived, self.app.url_forms).await? {
            RequestTarget::Provision(request) => Arc::from(request),
            RequestTarget::Static(path) => return Ok(DocumentAnswer::new(self.raw(path).await?, None, parts)),
        };
        if let Some(path) = request.picture() {
            match self.raw(path).await {
                Ok(picture) => return Ok(DocumentAnswer::new(picture, None, parts)),
                Err(failure @ Failure::Templates(templates::Error::NoAnswer(_))) => return Err(failure),
                // It may be a picture of a device's.
                Err(_) => {}
            }
        }
        let answered = self.provision(&request, parts, arrived, seen).await;
        answered.map_err(|failure| if request.is_uncovered() { failure.uncovered() } else { failure })
    }

    /// Whether the client shows its user the text of a failure.
    fn is_shown(&self, parts: &Parts, is_login: bool) -> bool {
        let agent = || parts.headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
        is_login || agent().is_some_and(|agent| self.snapshot.plugins.logs_in(&agent))
    }

    async fn provision(
        &self,
        request: &Arc<ProvisionRequest>,
        parts: &Parts,
        arrived: &Arrived,
        seen: &mut AccessRecord,
    ) -> Result<DocumentAnswer, Failure> {
        if let Some(attempt) = self.login(request)
            && let Some(document) = self.log_in(request, attempt, arrived.peer, seen).await?
        {
            return Ok(DocumentAnswer::new(document, None, parts));
        }
        if let Some(file) = request.upload().filter(|_| request.is_only_upload()) {
            self.is_permitted(file, RequestError::NotProvisioning).await?;
        }
        let permit = self.admit(request, arrived.peer, seen).await?;
        if let Some(path) = request.template() {
            self.may_read(path, &permit).await?;
            return Ok(DocumentAnswer::new(self.raw(path).await?, None, parts));
        }
        let device = match permit {
            Permit::Known(permit) => self.app.directory.load(*permit).await?,
            Permit::AutoInsert(_) if request.is_only_upload() => return Err(Refusal::UnknownDevice.into()),
            Permit::AutoInsert(permit) => self.insert(permit, request).await?,
            Permit::Newcomer(permit) => self.newcomer(permit, request).await?.into(),
        };
        let (address, note) = (device.address.clone(), note(&device, request, parts));
        let document = match self.sent_back(request, &device).await {
            Ok(None) => self.render(request, &device, seen).await,
            Ok(Some(document)) => Ok(Arc::new(document.into())),
            Err(failure) => Err(failure),
        };
        // FusionPBX notes a device whether the file exists or not. Its sites do not pass on URLs without a rule, so
        // there the note needs a file.
        if let Some(note) = note.filter(|_| document.is_ok() || !request.is_uncovered()) {
            self.app.notes.note(note);
        }
        Ok(DocumentAnswer::new(document?, request.attachment(address.as_str()), parts))
    }

    /// A template file as it is, with the type that nginx gives it.
    async fn raw(&self, path: &str) -> Result<Arc<ReadyDocument>, Failure> {
        let body = self.snapshot.tree.read_file(path).await?.ok_or(RequestError::NotProvisioning)?;
        Ok(Arc::new(job::raw_document(path, body).into()))
    }

    /// Whether a permit is good for a raw template: it is for known devices, and no reason to insert one.
    async fn may_read(&self, path: &str, permit: &Permit) -> Result<(), Failure> {
        let Permit::Known(permit) = permit else { return Err(Refusal::UnknownDevice.into()) };
        let first = path.split('/').find(|part| !part.is_empty());
        match self.is_foreign(first, permit.domain_name()).await? {
            true => Err(RequestError::NotProvisioning.into()),
            false => Ok(()),
        }
    }

    /// Whether a template folder is that of another domain.
    async fn is_foreign(&self, folder: Option<&str>, own: &str) -> Result<bool, Failure> {
        match folder.filter(|folder| !folder.eq_ignore_ascii_case(own)) {
            Some(folder) => Ok(self.app.directory.has_domain(folder).await?),
            None => Ok(false),
        }
    }
}

/// The note that a known device was provisioned. As in FusionPBX, there is none for a device that was just inserted, or
/// with a User-Agent that its database cannot store.
fn note(device: &Device, request: &ProvisionRequest, parts: &Parts) -> Option<ProvisionNote> {
    if device.is_new {
        return None;
    }
    let agent = parts.headers.get(header::USER_AGENT).map(|agent| std::str::from_utf8(agent.as_bytes()));
    Some(ProvisionNote {
        agent: agent.transpose().ok()?.map(str::to_owned),
        device: device.uuid.clone(),
        at: jiff::Timestamp::now(),
        method: if request.https() { "https" } else { "http" },
        ip: request.client().to_string(),
    })
}

async fn read(parts: &Parts, body: Body, arrived: &Arrived, forms: UrlForms) -> Result<RequestTarget, Failure> {
    if !Method::is_answered(parts.method.as_str()) {
        discard(parts, body, arrived).await;
        return Err(RequestError::Method.into());
    }
    let body = timeout_at(arrived.at + BODY_TIMEOUT, read_body(body)).await;
    let body = body.unwrap_or(Err(RequestError::BodyTooSlow))?;
    Ok(RequestTarget::parse(&raw(parts, &body, arrived, forms))?)
}

fn target(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/", |target| target.as_str())
}

fn raw<'a>(parts: &'a Parts, body: &'a [u8], arrived: &'a Arrived, forms: UrlForms) -> RawRequest<'a> {
    let client = &arrived.client;
    RawRequest {
        method: parts.method.as_str(),
        target: target(parts),
        original_target: client.original_target.as_deref(),
        headers: &parts.headers,
        body,
        client: client.address,
        https: client.https,
        certificate: client.certificate,
        forms,
    }
}

/// Reads a body of moderate length and forgets it, so that the connection stays usable, as with FusionPBX's nginx: hyper
/// closes a connection with a body that is not read to its end. A client that waits for 100 Continue has sent no body.
async fn discard(parts: &Parts, body: Body, arrived: &Arrived) {
    if parts.headers.contains_key(header::EXPECT) {
        return;
    }
    let mut body = Limited::new(body, DISCARDED_BYTES_MAX);
    let reading = async { while let Some(Ok(_)) = body.frame().await {} };
    let _ = timeout_at(arrived.at + BODY_TIMEOUT, reading).await;
}

async fn read_body(body: Body) -> Result<Bytes, RequestError> {
    // A declared length suffices; the client need not send the body first.
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(RequestError::BodyTooLong);
    }
    match Limited::new(body, BODY_BYTES_MAX).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(RequestError::BodyTooLong),
        Err(_) => Err(RequestError::Body),
    }
}

/// A target with scheme and host overrides the `Host` header (RFC 9112, section 3.2.2). HTTP/1.0 has no `Host` header: it
/// counts as empty there.
fn settle_host(parts: &mut Parts) {
    let named = parts.uri.authority().map(|authority| HeaderValue::from_str(authority.as_str()));
    let host = match (named, parts.headers.get_all(header::HOST).iter().count()) {
        (Some(Ok(host)), 1) => host,
        (Some(Ok(host)), 0) if parts.version == Version::HTTP_10 => host,
        (None, 0) if parts.version == Version::HTTP_10 => HeaderValue::from_static(""),
        _ => return,
    };
    parts.headers.insert(header::HOST, host);
}
