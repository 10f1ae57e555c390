//! The way of a request through the rooms, as `provision.rs` takes it, without effects.

use super::arrival::Arrival;
use super::sent::Sent;
use super::steps::Steps;
use crate::directory::{Admitted, Insertion};
use crate::explain::Explanation;
use crate::facts::Settings;
use crate::gate::{Permit, Refusal};
use crate::http::answer::DocumentAnswer;
use crate::http::provision::{Walk, note, raw};
use crate::http::status::Failure;
use crate::request::{Method, ProvisionRequest, RequestError, RequestTarget, UploadFile, put_file};
use crate::templates;
use axum::http::{Method as HttpMethod, header};
use std::sync::Arc;

/// A walk, and what a second one with better credentials needs.
pub(super) struct Walked {
    pub(super) explanation: Explanation,
    /// The settings by which the gate judges.
    pub(super) judged_by: Option<Settings>,
    pub(super) refusal: Option<Refusal>,
}

impl Walk<'_> {
    /// Walks a request, and returns the challenge that refused it, if one did.
    pub(super) async fn explained(&self, arrival: &Arrival) -> Walked {
        let mut steps = Steps::default();
        steps.arrived(&arrival.parts, &arrival.arrived);
        let outcome = Box::pin(self.answered(arrival, &mut steps)).await;
        let is_login = steps.is_login;
        let shown = |failure: Failure| if self.is_shown(&arrival.parts, is_login) { failure.shown() } else { failure };
        let outcome = outcome.map_err(shown);
        let judged_by = steps.judged_by.take();
        let explanation = steps.conclude(&outcome);
        Walked { explanation, judged_by, refusal: outcome.err().and_then(refusal) }
    }

    async fn answered(&self, arrival: &Arrival, steps: &mut Steps) -> Result<Sent, Failure> {
        let Arrival { parts, body, arrived } = arrival;
        let arrival_of = raw(parts, body, arrived, self.app.url_forms);
        if parts.method == HttpMethod::PUT {
            let file = put_file(arrival_of.original_target.unwrap_or(arrival_of.target)).ok_or(RequestError::Method)?;
            return Box::pin(self.stored(file, arrival, steps)).await;
        }
        if !Method::is_answered(parts.method.as_str()) {
            return Err(RequestError::Method.into());
        }
        let request: Arc<ProvisionRequest> = match RequestTarget::parse(&arrival_of)? {
            RequestTarget::Provision(request) => Arc::from(request),
            RequestTarget::Static(path) => {
                steps.public(path);
                return self.unrendered("static", path, arrival, steps).await;
            }
        };
        steps.read(&request);
        if let Some(path) = request.picture() {
            match self.unrendered("picture", path, arrival, steps).await {
                Ok(picture) => return Ok(picture),
                Err(failure @ Failure::Templates(templates::Error::NoAnswer(_))) => return Err(failure),
                // It may be a picture of a device's.
                Err(_) => {}
            }
        }
        let answered = Box::pin(self.provisioned(&request, arrival, steps)).await;
        answered.map_err(|failure| if request.is_uncovered() { failure.uncovered() } else { failure })
    }

    /// A file of the search path as it is.
    async fn unrendered(&self, from: &str, path: &str, arrival: &Arrival, steps: &mut Steps) -> Result<Sent, Failure> {
        let ready = self.raw(path).await?;
        steps.document(from, &ready.document, None);
        Ok(Sent::Document(DocumentAnswer::new(ready, None, &arrival.parts)))
    }

    async fn provisioned(
        &self,
        request: &Arc<ProvisionRequest>,
        arrival: &Arrival,
        steps: &mut Steps,
    ) -> Result<Sent, Failure> {
        let Arrival { parts, arrived, .. } = arrival;
        if let Some(attempt) = self.login(request)
            && let Some(device) = self.explain_login(request, attempt, arrived.peer, steps).await?
        {
            let ready = Box::pin(self.unsent_document(request, &device.into(), steps)).await?;
            return Ok(Sent::Document(DocumentAnswer::new(ready, None, parts)));
        }
        if let Some(file) = request.upload().filter(|_| request.is_only_upload()) {
            steps.step = "upload";
            self.is_permitted(file, RequestError::NotProvisioning).await?;
        }
        let permit = Box::pin(self.explain_door(request, arrived.peer, steps)).await?;
        if let Some(path) = request.template() {
            self.may_read(path, &permit).await?;
            return self.unrendered("template", path, arrival, steps).await;
        }
        let device = Box::pin(self.admitted(permit, request, steps)).await?;
        let is_noted = note(&device, request, parts).is_some();
        let document = match self.sent_back(request, &device).await {
            Ok(Some(document)) => {
                steps.document("uploaded", &document, None);
                Ok(Arc::new(document.into()))
            }
            Ok(None) => Box::pin(self.unsent_document(request, &device, steps)).await,
            Err(failure) => Err(failure),
        };
        if is_noted && (document.is_ok() || !request.is_uncovered()) {
            steps.would_write("note when and from where the device was provisioned, unless it did within 30 s");
        }
        let document = document?;
        Ok(Sent::Document(DocumentAnswer::new(document, request.attachment(device.address.as_str()), parts)))
    }

    /// The device of a permit. A new one is not inserted.
    async fn admitted(
        &self,
        permit: Permit,
        request: &ProvisionRequest,
        steps: &mut Steps,
    ) -> Result<Admitted, Failure> {
        match permit {
            Permit::Known(permit) => Ok(self.app.directory.load(*permit).await?),
            Permit::AutoInsert(_) if request.is_only_upload() => Err(Refusal::UnknownDevice.into()),
            Permit::AutoInsert(permit) => {
                let new = self.new_device(permit.address(), request);
                match self.app.directory.would_insert(permit, new).await? {
                    Insertion::Inserted(device) => {
                        let (address, domain) = (&device.address, &device.domain_name);
                        let (vendor, template) = (&device.vendor, &device.template);
                        steps.would_write(format!(
                            "insert device {address} of vendor {vendor:?} with template {template:?} into domain {domain}"
                        ));
                        Ok((*device).into())
                    }
                    Insertion::Taken(permit) => self.taken(permit, request).await,
                }
            }
            Permit::Newcomer(permit) => Ok(self.newcomer(permit, request).await?.into()),
        }
    }

    /// What would come of a file that a phone sends.
    async fn stored(&self, file: &UploadFile, arrival: &Arrival, steps: &mut Steps) -> Result<Sent, Failure> {
        let Arrival { parts, body, arrived } = arrival;
        steps.step = "upload";
        self.is_permitted(file, RequestError::Method).await?;
        let max = self.app.uploads.bytes_max();
        if body.len() > max {
            return Err(RequestError::UploadTooLong { max }.into());
        }
        if parts.headers.contains_key(header::CONTENT_RANGE) {
            return Err(RequestError::PartialUpload.into());
        }
        let RequestTarget::Provision(request) = RequestTarget::parse(&raw(parts, &[], arrived, self.app.url_forms))?
        else {
            return Err(RequestError::Method.into());
        };
        steps.read(&request);
        let Permit::Known(permit) = self.explain_door(&request, arrived.peer, steps).await? else {
            return Err(Refusal::UnknownDevice.into());
        };
        let device = self.app.directory.load(*permit).await?;
        let place = self.place(file, &device)?.ok_or(RequestError::Method)?;
        let is_new = self.app.uploads.find(&place).await?.is_none();
        steps.would_write(format!("store {}", place.name()));
        Ok(Sent::Stored { is_new })
    }
}

fn refusal(failure: Failure) -> Option<Refusal> {
    match failure {
        Failure::Refused(refusal) => Some(refusal),
        Failure::Shown(inner) | Failure::Uncovered(inner) => refusal(*inner),
        _ => None,
    }
}
