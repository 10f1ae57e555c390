//! The device, the domain, the gate and the limits, as `provision/door.rs` asks them.

use super::steps::Steps;
use crate::directory::Lookup;
use crate::facts::DeviceAddress;
use crate::gate::Permit;
use crate::http::provision::Walk;
use crate::http::provision::door::of;
use crate::http::status::Failure;
use crate::request::{DeviceIdentifier, ProvisionRequest};
use std::net::IpAddr;

impl Walk<'_> {
    /// The gate's permit, or why there is none.
    pub(super) async fn explain_door(
        &self,
        request: &ProvisionRequest,
        peer: IpAddr,
        steps: &mut Steps,
    ) -> Result<Permit, Failure> {
        let (named, now) = (self.named(request), self.app.steady.now());
        let part = steps.named(request, &self.snapshot.plugins);
        let mac = named.address().and_then(DeviceAddress::mac);
        let vendor = mac.and_then(|mac| self.snapshot.plugins.vendor_of(mac.oui()));
        part.vendor_of_address = vendor.map(str::to_owned);
        if let DeviceIdentifier::Extension { number, .. } = &named {
            part.extension = Some(number.clone());
        }
        let source = self.app.sentry.look(peer, request.client(), &named);
        let identifier = self.resolve(named, request).await?;
        let address = identifier.address();
        if let Some(part) = &mut steps.explanation.device {
            part.address = address.map(ToString::to_string);
        }
        let facts = self.find(&Lookup { address, host: request.host() }, request).await?;
        steps.found(&facts, request);
        let source = source.map(|source| source.with_facts(&facts, now));
        let asked = (request, &identifier, vendor);
        let decision = self.decide(asked, facts, (source.as_ref(), now), &mut steps.checks).await;
        if let Err(Failure::Limited(limit)) = &decision {
            steps.limits(&self.app.sentry, source.as_ref(), now, Some(limit));
        }
        let decision = decision?;
        let counted = source.as_ref().filter(|_| !self.is_router_asking(request, &decision));
        let limited = counted.map_or(Ok(()), |source| self.app.sentry.judge(source, of(&decision), now));
        steps.limits(&self.app.sentry, source.as_ref(), now, limited.as_ref().err());
        limited?;
        Ok(decision?)
    }
}
