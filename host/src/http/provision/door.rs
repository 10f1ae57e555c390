//! The part of a request's way that decides whether it is admitted: the rate limits, the facts, the gate.

use super::Walk;
use crate::directory::{Device, Insertion, Lookup, NewDevice};
use crate::facts::{DeviceAddress, MacAddress, RequestFacts};
use crate::gate::{self, InsertPermit, Permit, Refusal};
use crate::http::access_log::AccessRecord;
use crate::http::status::Failure;
use crate::request::{DeviceIdentifier, ProvisionRequest, Secret};
use std::net::IpAddr;

impl Walk<'_> {
    pub(super) async fn admit(
        &self,
        request: &ProvisionRequest,
        peer: IpAddr,
        seen: &mut AccessRecord,
    ) -> Result<Permit, Failure> {
        let (named, now) = (self.named(request), self.app.steady.now());
        seen.request(request, &named);
        let source = self.app.sentry.visitor(peer, request.client(), &named);
        if let Some(source) = &source {
            self.app.sentry.check(source, now)?;
        }
        // By what the request says alone, so that nothing depends on a device that may exist.
        let mac = named.address().and_then(DeviceAddress::mac);
        let vendor = mac.and_then(|mac| self.snapshot.plugins.vendor_of(mac.oui()));
        let (identifier, decision) = match self.refused_by_domain(request, vendor, now).await? {
            Some(refusal) => (named, Err(refusal)),
            None => {
                let identifier = self.resolve(named, request).await?;
                let address = identifier.address();
                seen.address(address);
                let facts = self.app.directory.find(&Lookup { address, host: request.host() }).await?;
                seen.domain(facts.domain.is_some());
                let decision = self.decide(request, &identifier, vendor, facts, now).await?;
                if let Err(refusal) = &decision {
                    self.note_closed(request, refusal).await;
                }
                (identifier, decision)
            }
        };
        log_invalid_settings(&self.app.keeper);
        // An unknown client has no address that fail2ban could ban.
        if let (Some(syslog), Err(refusal), Some(client)) = (&self.app.syslog, &decision, request.client().known()) {
            syslog.refused(client, request.mac(), &identifier, refusal);
        }
        if let Some(source) = &source {
            match &decision {
                // A router asks for the phones of all its servers, so an unknown one is no guess.
                Err(Refusal::UnknownDevice | Refusal::ForeignDomain)
                    if self.app.keeper.policy().is_told_of_unknown(request) => {}
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
        vendor: Option<&str>,
        facts: RequestFacts,
        now: u64,
    ) -> Result<Result<Permit, Refusal>, Failure> {
        let screened = match gate::screen(request, facts, &self.app.keeper) {
            Ok(screened) => screened.of_vendor(vendor),
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
        request.identify_device(&|agent: &str| self.snapshot.plugins.address(agent))
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

fn log_invalid_settings(keeper: &gate::Keeper) {
    for invalid in keeper.take_invalid() {
        let gate::InvalidSetting { setting, domain, text, problem } = invalid;
        tracing::warn!(setting, domain.name = domain, text, "{problem}");
    }
}
