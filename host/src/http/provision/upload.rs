//! Files that phones send back, and get again.

use super::{Walk, discard, raw};
use crate::directory::Device;
use crate::facts::DeviceAddress;
use crate::gate::{Permit, Refusal};
use crate::http::access_log::AccessRecord;
use crate::http::answer::UploadAnswer;
use crate::http::arrived::Arrived;
use crate::http::job;
use crate::http::pace::BODY_TIMEOUT;
use crate::http::status::Failure;
use crate::plugin::Document;
use crate::request::{ProvisionRequest, RequestError, RequestTarget, UploadFile, put_file};
use crate::uploads::Place;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::header;
use axum::http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::timeout_at;

impl Walk<'_> {
    /// Stores the file of a PUT. The body is read only after the phone is admitted.
    pub(super) async fn receive(
        &self,
        parts: &Parts,
        body: Body,
        arrived: &Arrived,
        seen: &mut AccessRecord,
    ) -> Result<UploadAnswer, Failure> {
        let place = match self.admit_upload(parts, body.size_hint().lower(), arrived, seen).await {
            Ok(place) => place,
            Err(failure) => {
                discard(parts, body, arrived).await;
                return Err(failure);
            }
        };
        let _turn = self.app.uploads.turn()?;
        let bytes_max = self.app.uploads.bytes_max();
        let body = timeout_at(arrived.at + BODY_TIMEOUT, Limited::new(body, bytes_max).collect()).await;
        let body: Bytes = match body.map_err(|_| RequestError::BodyTooSlow)? {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(RequestError::UploadTooLong { max: bytes_max }.into());
            }
            Err(_) => return Err(RequestError::Body.into()),
        };
        let (name, bytes) = (place.name().to_owned(), body.len());
        let is_new = self.app.uploads.store(place, body).await?;
        Ok(UploadAnswer { name, bytes, is_new })
    }

    /// Where the file of a PUT belongs. As long as no setting permits uploads, and for every other path, PUT is a method
    /// that the server does not know. `announced` is the least length that the body can have.
    async fn admit_upload(
        &self,
        parts: &Parts,
        announced: u64,
        arrived: &Arrived,
        seen: &mut AccessRecord,
    ) -> Result<Place, Failure> {
        let arrival = raw(parts, &[], arrived, self.app.url_forms);
        let Some(file) = put_file(arrival.original_target.unwrap_or(arrival.target)) else {
            return Err(RequestError::Method.into());
        };
        self.is_permitted(file, RequestError::Method).await?;
        let bytes_max = self.app.uploads.bytes_max();
        // A declared length suffices; the client need not send the body first.
        if announced > bytes_max as u64 {
            return Err(RequestError::UploadTooLong { max: bytes_max }.into());
        }
        // RFC 9110, section 14.5.
        if parts.headers.contains_key(header::CONTENT_RANGE) {
            return Err(RequestError::PartialUpload.into());
        }
        let RequestTarget::Provision(request) = RequestTarget::parse(&arrival)? else {
            return Err(RequestError::Method.into());
        };
        let Permit::Known(permit) = self.admit(&request, arrived.peer, seen).await? else {
            // An upload is no reason to insert a device.
            return Err(Refusal::UnknownDevice.into());
        };
        let device = self.app.directory.load(*permit).await?;
        self.place(file, &device)?.ok_or_else(|| RequestError::Method.into())
    }

    /// The file that the phone has sent under this URL. `None` if the template has the answer.
    pub(super) async fn sent_back(
        &self,
        request: &ProvisionRequest,
        device: &Device,
    ) -> Result<Option<Document>, Failure> {
        let Some(file) = request.upload() else { return Ok(None) };
        let place = self.place(file, device)?.filter(|_| file.is_returned);
        let is_place = place.is_some();
        let sent = match &place {
            Some(place) => self.app.uploads.find(place).await?.map(|body| job::raw_document(place.name(), body)),
            None => None,
        };
        if sent.is_none() && (request.is_only_upload() || is_place && !file.or_template) {
            return Err(RequestError::NotProvisioning.into());
        }
        Ok(sent)
    }

    /// A cheap refusal before the gate, as long as the setting is on for no device at all: so it tells nothing about any.
    pub(super) async fn is_permitted(&self, file: &UploadFile, otherwise: RequestError) -> Result<(), Failure> {
        let is_on = self.app.directory.is_on_anywhere(file.setting).await?;
        if is_on { Ok(()) } else { Err(otherwise.into()) }
    }

    /// The place of a device's file; `None` if its setting is off.
    pub(super) fn place(&self, file: &UploadFile, device: &Device) -> Result<Option<Place>, Failure> {
        let is_on = device.settings.is_switched_on("provision", file.setting);
        let mac = DeviceAddress::mac(&device.address).filter(|_| is_on);
        let place = mac.map(|mac| self.app.uploads.place(&device.domain_name, mac, file.ending));
        Ok(place.transpose()?)
    }
}
