//! The part of a request's way that decides whether it is admitted: the rate limits, the facts, the gate.

use super::Walk;
use crate::directory::{Device, Insertion, Lookup, NewDevice};
use crate::facts::{DeviceAddress, MacAddress, RequestFacts};
use crate::gate::{self, InsertPermit, Permit, Refusal};
use crate::http::access_log::Seen;
use crate::http::status::Failure;
use crate::http::unix_seconds;
use crate::request::{DeviceIdentifier, ProvisionRequest, Secret};
use std::net::IpAddr;

impl Walk<'_> {
    pub(super) async fn admit(
        &self,
        request: &ProvisionRequest,
        peer: IpAddr,
        seen: &mut Seen,
    ) -> Result<Permit, Failure> {
        let (named, now) = (self.named(request), unix_seconds());
        seen.request(named.address(), request.host());
        let source = self.app.sentry.visitor(peer, request.client(), &named);
        if let Some(source) = &source {
            self.app.sentry.check(source, now)?;
        }
        let identifier = self.resolve(named, request).await?;
        let address = identifier.address();
        seen.request(address, request.host());
        let facts = self.app.directory.find(&Lookup { address, host: request.host() }).await?;
        let decision = self.decide(request, &identifier, facts, now).await?;
        log_invalid_networks(&self.app.keeper);
        if let (Some(syslog), Err(refusal)) = (&self.app.syslog, &decision) {
            syslog.refused(request.client(), request.mac(), &identifier, refusal);
        }
        if let Some(source) = &source {
            match &decision {
                Err(refusal) => self.app.sentry.refused(source, refusal, now)?,
                Ok(Permit::AutoInsert(_)) => self.app.sentry.insert(source, now)?,
                Ok(Permit::Known(_)) => self.app.sentry.admitted(source, now),
            }
        }
        Ok(decision?)
    }

    /// The gate's decision. The auth server is asked only if the request passes the checks that cost nothing.
    async fn decide(
        &self,
        request: &ProvisionRequest,
        identifier: &DeviceIdentifier,
        facts: RequestFacts,
        now: u64,
    ) -> Result<Result<Permit, Refusal>, Failure> {
        let screened = match gate::screen(request, facts, &self.app.keeper) {
            Ok(screened) => screened,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let accepted = self.is_accepted_by_auth_server(request, identifier.address()).await?;
        Ok(screened.admit(identifier, accepted, now))
    }

    /// Asks the auth server, if one is configured. It gets the `mac` of the request. Without that parameter it gets the
    /// address that the server found, or it would accept a phone that identifies itself in another way as one without
    /// an address.
    async fn is_accepted_by_auth_server(
        &self,
        request: &ProvisionRequest,
        address: Option<&DeviceAddress>,
    ) -> Result<bool, Failure> {
        let Some(server) = &self.app.auth_server else { return Ok(true) };
        let mac = request.mac().or(address.map(DeviceAddress::as_str)).unwrap_or_default();
        let secret = request.secret().unwrap_or_else(|| Secret::new(""));
        Ok(server.allows(mac, &secret).await?)
    }

    /// Inserts a device, or loads the one that another request has inserted in the meantime.
    pub(super) async fn insert(&self, permit: InsertPermit, request: &ProvisionRequest) -> Result<Device, Failure> {
        let address = permit.address();
        let new = self.new_device(address, request);
        let permit = match self.app.directory.insert(permit, new).await? {
            Insertion::Inserted(device) => return Ok(*device),
            Insertion::Taken(permit) => permit,
        };
        let address = DeviceAddress::from(address);
        let lookup = Lookup { address: Some(&address), host: request.host() };
        let permit = permit.exchange(self.app.directory.find(&lookup).await?)?;
        Ok(self.app.directory.load(permit).await?)
    }

    fn new_device(&self, address: MacAddress, request: &ProvisionRequest) -> NewDevice {
        let plugins = &self.snapshot.plugins;
        NewDevice {
            vendor: plugins.vendor_of(address.oui()).unwrap_or_default().to_owned(),
            template: plugins.template(request.user_agent()).unwrap_or_default().to_owned(),
            description: request.user_agent().to_owned(),
        }
    }

    /// The device that the request names.
    pub(super) fn named(&self, request: &ProvisionRequest) -> DeviceIdentifier {
        request.identify_device(&*self.snapshot.plugins)
    }

    /// Replaces an extension by the address of the device that has it as a line.
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

fn log_invalid_networks(keeper: &gate::Keeper) {
    for network in keeper.take_invalid() {
        tracing::warn!(
            setting = network.setting,
            domain.name = network.domain,
            text = network.text,
            "ignoring invalid network, which admits no client; write for instance 192.0.2.0/24 or 2001:db8::/32"
        );
    }
}
