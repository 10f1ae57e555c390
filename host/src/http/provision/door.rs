//! The part of a request's way that decides whether it is admitted: the rate limits, the facts, the gate.

use super::Walk;
use crate::auth_server::{self, AuthServer};
use crate::directory::{Admitted, Insertion, Lookup, NewDevice};
use crate::facts::{DeviceAddress, MacAddress, RequestFacts};
use crate::gate::{self, InsertPermit, Permit, Refusal, Trail};
use crate::http::access_log::AccessRecord;
use crate::http::status::Failure;
use crate::request::{DeviceIdentifier, ProvisionRequest, Secret};
use crate::sentry::{Decision, RequestSource};
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
        // By what the request says alone, so that nothing depends on a device that may exist.
        let mac = named.address().and_then(DeviceAddress::mac);
        let vendor = mac.and_then(|mac| self.snapshot.plugins.vendor_of(mac.oui()));
        let identifier = self.resolve(named, request).await?;
        let address = identifier.address();
        seen.address(address);
        let facts = self.find(&Lookup { address, host: request.host() }, request).await?;
        seen.domain(facts.domain.is_some());
        let source = source.map(|source| source.with_facts(&facts, now));
        let decision = self.decide((request, &identifier, vendor), facts, (source.as_ref(), now), &mut ()).await?;
        log_invalid_settings(self.keeper);
        // An unknown client has no address that fail2ban could ban.
        if let (Some(syslog), Err(refusal), Some(client)) = (&self.app.syslog, &decision, request.client().known()) {
            syslog.refused(client, request.mac(), &identifier, refusal);
        }
        if let Some(source) = source.filter(|_| !self.is_router_asking(request, &decision)) {
            self.app.sentry.settle(&source, of(&decision), now)?;
        }
        Ok(decision?)
    }

    /// The facts from which the gate decides.
    pub(super) async fn find(&self, lookup: &Lookup<'_>, request: &ProvisionRequest) -> Result<RequestFacts, Failure> {
        let facts = self.app.directory.find(lookup).await?;
        // Such a client learns at once that the device is unknown.
        let newer = match self.keeper.policy().refuses_unknown_first(request) {
            true => self.app.directory.find_newer(lookup, &facts).await?,
            false => None,
        };
        Ok(newer.unwrap_or(facts))
    }

    /// A router asks for the phones of all its servers, so an unknown one does not count as a guess.
    pub(super) fn is_router_asking(&self, request: &ProvisionRequest, decision: &Result<Permit, Refusal>) -> bool {
        matches!(decision, Err(Refusal::UnknownDevice | Refusal::ForeignDomain))
            && self.keeper.policy().refuses_unknown_first(request)
    }

    /// The gate's decision. The auth server is asked only if the request passes the checks that cost nothing, and is
    /// within its limits, so that no client can flood it.
    pub(super) async fn decide(
        &self,
        (request, identifier, vendor): (&ProvisionRequest, &DeviceIdentifier, Option<&str>),
        facts: RequestFacts,
        (source, now): (Option<&RequestSource>, u64),
        trail: &mut (impl Trail + Send),
    ) -> Result<Result<Permit, Refusal>, Failure> {
        let screened = match gate::screen(request, facts, self.keeper, trail) {
            Ok(screened) => screened.of_vendor(vendor),
            Err(refusal) => return Ok(Err(refusal)),
        };
        let accepted = match self.auth_server {
            Some(server) => {
                if let Some(limit) = source.and_then(|source| self.app.sentry.find_limit(source, now)) {
                    return Err(limit.into());
                }
                Some(accepts(server, request, identifier.address()).await?)
            }
            None => None,
        };
        let authenticated = match screened.authenticate(identifier, accepted, now, trail) {
            Ok(authenticated) => authenticated,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let lookup = Lookup { address: identifier.address(), host: request.host() };
        let authenticated = match self.app.directory.find_newer(&lookup, authenticated.facts()).await? {
            Some(newer) => authenticated.renewed(newer),
            None => authenticated,
        };
        Ok(authenticated.admit(identifier, trail))
    }

    /// Inserts a device, or loads the one that another request has inserted in the meantime.
    pub(super) async fn insert(&self, permit: InsertPermit, request: &ProvisionRequest) -> Result<Admitted, Failure> {
        let address = permit.address();
        let new = self.new_device(address, request);
        let permit = match self.app.directory.insert(permit, new).await? {
            Insertion::Inserted(device) => return Ok((*device).into()),
            Insertion::Taken(permit) => permit,
        };
        self.taken(permit, request).await
    }

    /// The device that has the address of an insertion by now.
    pub(super) async fn taken(&self, permit: InsertPermit, request: &ProvisionRequest) -> Result<Admitted, Failure> {
        let address = DeviceAddress::from(permit.address());
        let lookup = Lookup { address: Some(&address), host: request.host() };
        let facts = self.app.directory.find(&lookup).await?;
        let newer = self.app.directory.find_newer(&lookup, &facts).await?;
        let permit = permit.exchange(newer.unwrap_or(facts))?;
        Ok(self.app.directory.load(permit).await?)
    }

    pub(super) fn new_device(&self, address: MacAddress, request: &ProvisionRequest) -> NewDevice {
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

/// Asks the auth server. It gets the `mac` of the request. Without that parameter it gets the address that the server
/// found, or it would accept a phone that identifies itself in another way as one without an address.
async fn accepts(
    server: &AuthServer,
    request: &ProvisionRequest,
    address: Option<&DeviceAddress>,
) -> Result<bool, auth_server::Error> {
    let mac = request.mac().or(address.map(DeviceAddress::as_str)).unwrap_or_default();
    let secret = request.secret().unwrap_or_else(|| Secret::new(""));
    server.allows(mac, &secret).await
}

/// The decision as the limits see it.
pub(super) fn of(decision: &Result<Permit, Refusal>) -> Decision<'_> {
    match decision {
        Err(refusal) => Decision::Refused(refusal),
        Ok(Permit::Known(permit)) => Decision::Known { authenticated: permit.is_authenticated() },
        Ok(Permit::Newcomer(permit)) => Decision::New { authenticated: false, domain: &permit.domain().name },
        Ok(Permit::AutoInsert(permit)) => {
            Decision::New { authenticated: permit.is_authenticated(), domain: &permit.domain().name }
        }
    }
}

pub(super) fn log_invalid_settings(keeper: &gate::Keeper) {
    for invalid in keeper.take_invalid() {
        let gate::InvalidSetting { setting, domain, text, problem } = invalid;
        tracing::warn!(setting, domain.name = domain, text, "{problem}");
    }
}
