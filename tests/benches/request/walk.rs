//! One request on its way through the rooms, one by one.

use crate::times::Times;
use axum::http::{HeaderMap, HeaderValue, header};
use dialplate::clock::SteadyClock;
use dialplate::directory::{Directory, Lookup};
use dialplate::facts::PhoneCertificate;
use dialplate::gate::{self, DevicePermit, Keeper, Permit};
use dialplate::http::{AppState, job};
use dialplate::plugin::{Job, RenderGroup};
use dialplate::request::{ProvisionRequest, RawRequest, RequestTarget, UrlForms};
use std::net::IpAddr;
use std::sync::Arc;

/// A request as far as its job.
pub struct Walked {
    pub job: Job,
    pub scope: Arc<job::Scope>,
}

/// The request of one device for a target.
pub fn request(host: &str, agent: &str, target: &str) -> ProvisionRequest {
    let mut headers = HeaderMap::new();
    for (name, value) in [(header::HOST, host), (header::USER_AGENT, agent)] {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    let raw = RawRequest {
        method: "GET",
        target,
        original_target: None,
        headers: &headers,
        body: b"",
        client: IpAddr::from([192, 0, 2, 1]).into(),
        https: false,
        certificate: PhoneCertificate::Absent,
        forms: UrlForms::default(),
    };
    match RequestTarget::parse(&raw) {
        Ok(RequestTarget::Provision(request)) => *request,
        _ => panic!("{target} is no provisioning request"),
    }
}

/// Finds a request's device and asks the gate; returns the permit, if the gate grants one.
pub async fn permit(directory: &Directory, request: &ProvisionRequest, keeper: &Keeper) -> Option<DevicePermit> {
    let identifier = request.identify_device(&|_: &str| None);
    let facts = directory.find(&Lookup { address: identifier.address(), host: request.host() }).await.unwrap();
    let screened = gate::screen(request, facts, keeper, &mut ()).ok()?;
    let authenticated = screened.authenticate(&identifier, None, SteadyClock::start().now(), &mut ());
    match authenticated.and_then(|request| request.admit(&identifier, &mut ())) {
        Ok(Permit::Known(permit)) => Some(*permit),
        _ => None,
    }
}

/// The names of the times that [`walk`] takes.
pub const STEPS: [&str; 5] = ["request", "find", "gate", "load", "job"];

/// Takes a request through the rooms up to its job.
pub async fn walk(app: &AppState, (host, agent, target): (&str, &str, &str), times: &mut Times) -> Walked {
    let snapshot = app.snapshot.load_full();
    let parse = async {
        let request = request(host, agent, target);
        let identifier = request.identify_device(&*snapshot.plugins);
        (Arc::new(request), identifier)
    };
    let (request, identifier) = times.take(0, parse).await;
    let lookup = Lookup { address: identifier.address(), host: request.host() };
    let facts = times.take(1, async { app.directory.find(&lookup).await.unwrap() }).await;
    let admit = async {
        let screened = gate::screen(&request, facts, &app.keeper, &mut ()).unwrap();
        let authenticated = screened.authenticate(&identifier, None, app.steady.now(), &mut ());
        authenticated.and_then(|request| request.admit(&identifier, &mut ()))
    };
    let Ok(Permit::Known(permit)) = times.take(2, admit).await else { panic!("{target} is not admitted") };
    let device = times.take(3, async { app.directory.load(*permit).await.unwrap() }).await;
    let job = async {
        let located = job::locate(&snapshot.tree, &device).await.unwrap();
        let plugin = snapshot.plugins.serving(&device.vendor, located.name.as_str()).unwrap();
        let group = RenderGroup { folder: located.name.as_str().to_owned(), domain: device.domain_name.clone() };
        let file = job::file(&request, &snapshot, &located).await.unwrap();
        let scope = Arc::new(job::Scope(app.directory.phone_book(&device), Arc::clone(&request)));
        let times = &job::Times::of(&device, app.clock.now(), app.clock.now());
        let parts = job::Parts { group, file, templates: vec![], device: &device, times, firmware_url: None };
        Walked { job: job::of(&request, parts, plugin, &snapshot.plugins).unwrap(), scope }
    };
    times.take(4, job).await
}
