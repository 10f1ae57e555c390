//! The part of the walk that decides who is let in: the sentry before anything is looked up, the facts, the gate.

use super::Walk;
use crate::directory::{Lookup, NewDevice};
use crate::facts::{MacAddress, RequestFacts};
use crate::gate::{self, Permit, Refusal};
use crate::http::access_log::Seen;
use crate::http::status::Failure;
use crate::http::unix_seconds;
use crate::request::{DeviceIdentifier, ProvisionRequest, Secret};
use std::net::IpAddr;

/// Who was let in, and on which facts.
pub struct Entry {
    pub permit: Permit,
    pub admission: RequestFacts,
    /// The device that was inserted for this request, and its uuid.
    pub inserted: Option<(NewDevice, String)>,
}

impl Walk<'_> {
    pub(super) async fn admit(
        &self,
        request: &ProvisionRequest,
        peer: IpAddr,
        seen: &mut Seen,
    ) -> Result<Entry, Failure> {
        let (named, now) = (self.named(request), unix_seconds());
        seen.request(named.address(), request.host());
        let visitor = self.app.sentry.visitor(peer, request.client(), &named);
        if let Some(visitor) = &visitor {
            self.app.sentry.check(visitor, now)?;
        }
        let claim = self.resolve(named, request).await?;
        let address = claim.address();
        seen.request(address, request.host());
        let mut admission = self.app.directory.find(&Lookup { address, host: request.host() }).await?;
        admission.is_refused_elsewhere = self.is_refused_elsewhere(request, address).await?;
        let permit = gate::admit(request, &claim, &admission, &self.app.keeper, now);
        report_unreadable(&self.app.keeper);
        if let (Some(syslog), Err(refusal)) = (&self.app.syslog, &permit) {
            syslog.refused(request.client(), request.mac(), &claim, refusal);
        }
        if let Some(visitor) = &visitor {
            match &permit {
                Err(refusal) => self.app.sentry.refused(visitor, refusal, now)?,
                Ok(permit) if permit.insert().is_some() => self.app.sentry.insert(visitor, now)?,
                Ok(_) => self.app.sentry.admitted(visitor, now),
            }
        }
        self.enter(permit?, admission, request).await
    }

    /// Asks the auth server, where there is one. It is told what the phone said; where no parameter said an address,
    /// the one that was found: an address named in another way must not be let on for an empty one.
    async fn is_refused_elsewhere(
        &self,
        request: &ProvisionRequest,
        address: Option<MacAddress>,
    ) -> Result<bool, Failure> {
        let Some(server) = &self.app.auth_server else { return Ok(false) };
        let mac = request.mac().or(address.as_ref().map(MacAddress::as_str)).unwrap_or_default();
        let secret = request.secret().unwrap_or_else(|| Secret::new(""));
        Ok(!server.allows(mac, &secret).await?)
    }

    /// Inserts the device, where the permit is for that.
    async fn enter(
        &self,
        permit: Permit,
        admission: RequestFacts,
        request: &ProvisionRequest,
    ) -> Result<Entry, Failure> {
        let Some(address) = permit.insert() else { return Ok(Entry { permit, admission, inserted: None }) };
        if request.template().is_some() {
            // A raw template is for devices that are known; it is no reason to make one.
            return Err(Refusal::UnknownDevice.into());
        }
        let new = self.new_device(address, request);
        if let Some(uuid) = self.app.directory.insert_device(&permit, &new).await? {
            return Ok(Entry { permit, admission, inserted: Some((new, uuid)) });
        }
        // Another request was faster. Whoever is served what it inserted must find it like anyone else.
        let lookup = Lookup { address: Some(address), host: request.host() };
        let admission = self.app.directory.find(&lookup).await?;
        Ok(Entry { permit: gate::readmit(&permit, &admission)?, admission, inserted: None })
    }

    fn new_device(&self, address: MacAddress, request: &ProvisionRequest) -> NewDevice {
        let plugins = &self.snapshot.plugins;
        NewDevice {
            address,
            vendor: plugins.vendor_of(address.oui()).unwrap_or_default().to_owned(),
            template: plugins.template(request.user_agent()).unwrap_or_default().to_owned(),
            description: request.user_agent().to_owned(),
        }
    }

    /// Which device the request names.
    pub(super) fn named(&self, request: &ProvisionRequest) -> DeviceIdentifier {
        request.identify_device(&|agent: &str| self.snapshot.plugins.address(agent))
    }

    /// An extension's number stands for the device that it is a line of.
    pub(super) async fn resolve(
        &self,
        named: DeviceIdentifier,
        request: &ProvisionRequest,
    ) -> Result<DeviceIdentifier, Failure> {
        let DeviceIdentifier::Extension { number, fallback } = named else { return Ok(named) };
        let found = self.app.directory.address_of_extension(&number, request.host()).await?;
        Ok(found.or(fallback).map_or(DeviceIdentifier::Missing, DeviceIdentifier::Address))
    }
}

fn report_unreadable(keeper: &gate::Keeper) {
    for network in keeper.take_unreadable() {
        tracing::warn!(
            setting = network.setting,
            domain.name = network.domain,
            text = network.text,
            "is no network and lets nobody in; write for instance 192.0.2.0/24 or 2001:db8::/32"
        );
    }
}
