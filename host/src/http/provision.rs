//! The walk of one request through the rooms.

#[cfg(test)]
mod measure;

use super::access_log::Seen;
use super::server::Peer;
use super::status::Failure;
use super::{answer, job};
use crate::app::{App, Snapshot};
use crate::directory::{self, Device, Lookup, NewDevice, Provisioned};
use crate::facts::{Admission, MacAddress};
use crate::gate::{self, Permit};
use crate::plugin::Document;
use crate::request::{Arrival, Asked, BODY_BYTES_MAX, Claim, ProvisionRequest, RequestError, UrlForms};
use axum::body::{self, Body};
use axum::extract::{Extension, State};
use axum::http::request::Parts;
use axum::http::{Request, Response, header};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// From the first byte to the answer. A file takes milliseconds; a database that is away is waited for 3 s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A rendered file, and the name to save it under where the phone asked for that.
type Answered = (Document, Option<String>);

/// Answers one request, and writes its line into the log.
pub async fn handle(
    State(app): State<Arc<App>>,
    Extension(peer): Extension<Peer>,
    request: Request<Body>,
) -> Response<Body> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    let mut seen = Seen::new(peer);
    let walk = Walk { app: &app, snapshot: app.snapshot.load_full() };
    let walk = tokio::time::timeout(REQUEST_TIMEOUT, walk.answer(&parts, body, peer, &mut seen));
    let outcome = walk.await.unwrap_or(Err(Failure::Timeout));
    seen.log(outcome.as_ref().map(|(document, _)| document), started.elapsed());
    match outcome {
        Ok((document, attachment)) => answer::document(document, attachment),
        Err(failure) => answer::failure(&failure),
    }
}

/// One request on its way through the rooms, with the one snapshot that it sees.
struct Walk<'a> {
    app: &'a App,
    snapshot: Arc<Snapshot>,
}

impl Walk<'_> {
    async fn answer(&self, parts: &Parts, body: Body, peer: Peer, seen: &mut Seen) -> Result<Answered, Failure> {
        let request = match read(parts, body, peer, self.app.url_forms).await? {
            Asked::Provision(request) => *request,
            Asked::Static(path) => return self.shown(path)?.ok_or(RequestError::NotProvisioning.into()),
        };
        if let Some(picture) = request.picture()
            && let Some(shown) = self.shown(picture)?
        {
            return Ok(shown);
        }
        let answered = self.provision(&request, parts, seen).await;
        answered.map_err(|failure| if request.is_uncovered() { failure.uncovered() } else { failure })
    }

    async fn provision(&self, request: &ProvisionRequest, parts: &Parts, seen: &mut Seen) -> Result<Answered, Failure> {
        let claim = self.claim(request).await?;
        let address = claim.address();
        seen.request(address, request.host());
        let admission = self.app.directory.find(&Lookup { address, host: request.host() }).await?;
        let permit = gate::admit(request, &claim, &admission, &self.app.keeper, super::unix_seconds());
        report_unreadable(&self.app.keeper);
        let permit = permit?;
        let (device, address) = self.load(&permit, &admission, request).await?;
        if permit.device().is_some() {
            self.note(&device, request, parts);
        }
        let document = self.render(request, &admission, device, address, seen).await?;
        Ok((document, request.attachment(address.as_str())))
    }

    /// A file below the template roots as it stands, which belongs to no device.
    fn shown(&self, path: &str) -> Result<Option<Answered>, Failure> {
        let body = self.snapshot.tree.read_file(path)?;
        Ok(body.map(|body| (job::as_it_stands(path, body), None)))
    }

    /// Which device the request is about. An extension's number stands for the device that it is a line of.
    async fn claim(&self, request: &ProvisionRequest) -> Result<Claim, Failure> {
        let user_agents = |agent: &str| self.snapshot.plugins.address(agent);
        let claim = request.address(&user_agents);
        let Claim::Extension { number, otherwise } = claim else { return Ok(claim) };
        let found = self.app.directory.address_of_extension(&number, request.host()).await?;
        Ok(found.or(otherwise).map_or(Claim::Nobody, Claim::Address))
    }

    /// What the permit allows to load; a permit for an address that is new inserts it first.
    async fn load(
        &self,
        permit: &Permit,
        admission: &Admission,
        request: &ProvisionRequest,
    ) -> Result<(Device, MacAddress), Failure> {
        let Some(address) = permit.insert() else {
            let device = self.app.directory.load(permit, admission).await?;
            let address = permit.device().map(|device| device.address).ok_or(directory::Error::Permit)?;
            return Ok((device, address));
        };
        let plugins = &self.snapshot.plugins;
        let new = NewDevice {
            address,
            vendor: plugins.vendor_of(address.oui()).unwrap_or_default().to_owned(),
            template: plugins.template(request.user_agent()).unwrap_or_default().to_owned(),
            description: request.user_agent().to_owned(),
        };
        let uuid = self.app.directory.insert_device(permit, &new).await?.ok_or(directory::Error::Permit)?;
        Ok((self.app.directory.load_inserted(permit, admission, &new, &uuid), address))
    }

    /// Notes that a known device came by, whether there is a file for it or not. As in FusionPBX, a User-Agent that its
    /// database could not hold leaves no note.
    fn note(&self, device: &Device, request: &ProvisionRequest, parts: &Parts) {
        let agent = parts.headers.get(header::USER_AGENT).map(|agent| std::str::from_utf8(agent.as_bytes()));
        let Ok(agent) = agent.transpose() else { return };
        self.app.journal.note(Provisioned {
            device: device.uuid.clone(),
            at: jiff::Timestamp::now(),
            method: if request.https() { "https" } else { "http" },
            ip: request.client().to_string(),
            agent: agent.map(str::to_owned),
        });
    }

    async fn render(
        &self,
        request: &ProvisionRequest,
        admission: &Admission,
        device: Device,
        address: MacAddress,
        seen: &mut Seen,
    ) -> Result<Document, Failure> {
        let snapshot = &self.snapshot;
        let domain = admission.domain.as_ref().map_or("", |domain| domain.name.as_str());
        let located = job::locate(&snapshot.tree, &device, domain)?;
        let folder = located.name.as_str().to_owned();
        let file = job::file(request, &located)?;
        if let Some(picture) = job::picture(file.as_deref(), &located)? {
            return Ok(picture);
        }
        let plugin =
            snapshot.plugins.serving(&device.vendor, &folder).ok_or_else(|| Failure::NoPlugin(folder.clone()))?;
        seen.plugin(plugin.name(), &folder);
        let prepared = located.in_tree && plugin.prepared(&folder);
        let templates = if prepared { Vec::new() } else { job::templates(located).await? };
        let scope = Arc::new(job::Scope(self.app.directory.scope(&device)));
        let parts = job::Parts { folder, file, templates, address, device, admission, now: self.app.clock.now() };
        let job = job::of(request, parts, plugin, &snapshot.plugins)?;
        let failed = |error| Failure::Render { plugin: plugin.name().to_owned(), error };
        plugin.render(job, scope).await.map_err(failed)
    }
}

async fn read(parts: &Parts, body: Body, peer: Peer, forms: UrlForms) -> Result<Asked, Failure> {
    let body = body::to_bytes(body, BODY_BYTES_MAX).await.map_err(|_| RequestError::BodyTooLong)?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let arrival = Arrival {
        method: parts.method.as_str(),
        target,
        original_target: None,
        headers: &parts.headers,
        body: &body,
        client: peer.0.ip(),
        https: false,
        forms,
    };
    Ok(Asked::parse(&arrival)?)
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
