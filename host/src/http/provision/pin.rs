//! Calls by which a dial plan binds a phone to a prepared device.

use super::{Walk, read_body};
use crate::directory::{Device, PreparedPin};
use crate::facts::MacAddress;
use crate::gate::{NewcomerPermit, Refusal};
use crate::http::access_log::AccessRecord;
use crate::http::arrived::Arrived;
use crate::http::pace::BODY_TIMEOUT;
use crate::http::status::Failure;
use crate::pin::{PinRefusal, Pins, Subject};
use crate::request::{PinCall, ProvisionRequest, RequestError};
use axum::body::Body;
use axum::http::request::Parts;
use jiff::Timestamp;
use tokio::time::timeout_at;

impl Walk<'_> {
    /// Answers a call. Nothing is looked up before the secret is right, and a limit is applied before what it limits.
    pub(super) async fn bind(
        &self,
        pins: &Pins,
        parts: &Parts,
        body: Body,
        arrived: &Arrived,
        seen: &mut AccessRecord,
    ) -> Result<(), Failure> {
        let body = timeout_at(arrived.at + BODY_TIMEOUT, read_body(body)).await;
        let body = body.unwrap_or(Err(RequestError::BodyTooSlow))?;
        let call = PinCall::parse(&parts.headers, &body)?;
        let (tries, now) = (&pins.tries, self.app.steady.now());
        let client = Subject::Client(arrived.client.address.known());
        tries.begin(client, now)?;
        if !pins.key.is(&call.secret) {
            return Err(PinRefusal::Secret.into());
        }
        tries.take_back(client, now);
        let address = MacAddress::parse(&call.mac).ok().filter(MacAddress::is_unicast).ok_or(PinRefusal::Address)?;
        seen.address(Some(&address.into()));
        let phone = Subject::Phone(address);
        tries.begin(Subject::All, now)?;
        tries.begin(phone, now).inspect_err(|_| tries.take_back(Subject::All, now))?;
        let prepared = self.prepared(pins, &call).await;
        if !matches!(prepared, Err(Failure::Pin(PinRefusal::Wrong | PinRefusal::Expired))) {
            tries.take_back(phone, now);
            tries.take_back(Subject::All, now);
        }
        let prepared = prepared?;
        seen.domain_name(&prepared.domain);
        match self.app.directory.bind(&prepared.device, address).await? {
            true => Ok(()),
            false => Err(PinRefusal::Bound.into()),
        }
    }

    /// The device that was prepared for this PIN.
    async fn prepared(&self, pins: &Pins, call: &PinCall) -> Result<PreparedPin, Failure> {
        let hash = pins.key.hash(&call.pin).map_err(|_| PinRefusal::Wrong)?;
        let found = self.app.directory.find_pin(&hash, call.domain.as_deref()).await?;
        let prepared = found.ok_or(PinRefusal::Wrong)?;
        if prepared.expires_at <= Timestamp::now().as_second() { Err(PinRefusal::Expired.into()) } else { Ok(prepared) }
    }

    /// The device of the generic file for a phone that has none.
    pub(super) async fn newcomer(&self, permit: NewcomerPermit, request: &ProvisionRequest) -> Result<Device, Failure> {
        let mut new = self.new_device(permit.address(), request);
        // Auto insert leaves the template of such a phone empty, as FusionPBX does.
        if new.template.is_empty() {
            new.template = self.snapshot.tree.of_user_agent(request.user_agent()).unwrap_or_default().to_owned();
        }
        let device = self.app.directory.newcomer(permit, new).await?;
        device.ok_or_else(|| Refusal::UnknownDevice.into())
    }
}
