//! The admin endpoint: lists the loaded plugins and templates, and reloads them. It has its own listener on the
//! loopback interface and shows no secrets. A web page in an administrator's browser can reach the endpoint too.
//! Therefore the `Host` header must name this machine, which stops DNS rebinding, and a request that changes state must
//! carry a header that browsers send to another origin only after a CORS preflight.

use super::caller::CALLER;
use super::listing::{Cleared, Listing, Reloaded};
use super::state::AdminState;
use super::{admin_capture, admin_explain};
use crate::files::NoAnswer;
use crate::metrics::{self, PluginState};
use crate::sentry::LimitKind;
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

/// The answer to a reload is sent when the reload is complete, which may include preparing every vendor's templates.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(600);

/// Enough for operators, monitoring and scripts that wait for a reload. The limit keeps a misbehaving local program
/// from using the file descriptors that phones need.
pub const CONNECTIONS_MAX: usize = 64;

/// The networks with the most failed requests that metrics name: more would only make labels.
const NETWORKS_MAX: usize = 20;

pub fn router(state: Arc<AdminState>) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/plugins", get(plugins))
        .route("/metrics", get(metrics))
        .route("/reload", post(reload))
        .route("/probe", get(arrived_probe).post(issue_probe))
        .route("/limits", get(limits).delete(clear_limits))
        .route("/explain", get(admin_explain::get).post(admin_explain::post))
        .route("/capture", post(admin_capture::post))
        .layer(middleware::from_fn(only_by_a_local_name))
        .with_state(state)
}

/// Whether the server answers, and which folders do not.
async fn health(State(state): State<Arc<AdminState>>) -> String {
    let silent = state.snapshot.load().tree.silent();
    silent.into_iter().fold("serving\n".to_owned(), |text, folder| text + &format!("{}\n", NoAnswer(folder)))
}

/// Whether phones can be served now, for a load balancer; if not, why, one reason a line.
async fn ready(State(state): State<Arc<AdminState>>) -> Response {
    let mut reasons = Vec::new();
    if let Err(error) = state.directory.ping().await {
        reasons.push(error.to_string());
    }
    if state.snapshot.load().plugins.is_empty() {
        reasons.push("no plugin is ready".to_owned());
    }
    if state.journal.counts().failing {
        reasons.push("the journal cannot be written; `dialplate doctor` examines its folder".to_owned());
    }
    if reasons.is_empty() {
        return "ready\n".into_response();
    }
    (StatusCode::SERVICE_UNAVAILABLE, reasons.join("\n") + "\n").into_response()
}

async fn issue_probe(State(state): State<Arc<AdminState>>, headers: HeaderMap) -> Response {
    if !headers.contains_key(CALLER) {
        return (StatusCode::FORBIDDEN, format!("a probe requires the header {CALLER}\n")).into_response();
    }
    match state.probes.issue() {
        Some(issued) => json(&issued),
        None => (StatusCode::SERVICE_UNAVAILABLE, "too many probes are under way\n").into_response(),
    }
}

/// The probe to tell about.
#[derive(Deserialize)]
struct ProbeToken {
    token: String,
}

async fn arrived_probe(State(state): State<Arc<AdminState>>, Query(probe): Query<ProbeToken>) -> Response {
    json(&state.probes.take(&probe.token))
}

async fn plugins(State(state): State<Arc<AdminState>>) -> Response {
    json(&listing(&state))
}

async fn metrics(State(state): State<Arc<AdminState>>) -> Response {
    let listing = listing(&state);
    let plugins = listing.plugins.iter().map(|plugin| PluginState {
        name: &plugin.name,
        memory_bytes: plugin.memory_bytes,
        templates: plugin.templates,
        faults: plugin.template_faults,
        failing: plugin.is_failing(),
    });
    let now = state.steady.now();
    let networks = state.sentry.failing_networks(NETWORKS_MAX, now);
    let limits = state.sentry.reached(now);
    let reached = |kind| limits.iter().filter(|limit| limit.kind == kind).count();
    let name = |file| str::rsplit(file, '/').next().unwrap_or_default();
    let text = state.metrics.text(metrics::State {
        swaps: listing.reload.swaps,
        plugins: plugins.collect(),
        refused: listing.refused.iter().map(|refused| name(&refused.file)).collect(),
        limits: state.reloads.limit_counters().all(),
        documents: state.documents.counts(),
        journal: state.journal.counts(),
        facts: state.directory.facts_counts(),
        network_failures: networks.into_iter().map(|(network, failures)| (network.to_string(), failures)).collect(),
        limits_reached: LimitKind::ALL.map(|kind| (kind.as_str(), reached(kind))).into(),
    });
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

async fn reload(State(state): State<Arc<AdminState>>, headers: HeaderMap) -> Response {
    if !headers.contains_key(CALLER) {
        return (StatusCode::FORBIDDEN, format!("a reload requires the header {CALLER}\n")).into_response();
    }
    match state.reloads.reload().await {
        Some(report) => json(&Reloaded::of(&report)),
        None => (StatusCode::SERVICE_UNAVAILABLE, "the server is stopping\n").into_response(),
    }
}

async fn limits(State(state): State<Arc<AdminState>>) -> Response {
    let now = state.steady.now();
    let mut reached = state.sentry.reached(now);
    reached.extend(state.operators.reached(now));
    json(&reached)
}

/// Which limits to lift: those of one network, maker or domain, or all.
#[derive(Deserialize)]
struct Lift {
    subject: Option<String>,
}

async fn clear_limits(State(state): State<Arc<AdminState>>, Query(lift): Query<Lift>, headers: HeaderMap) -> Response {
    if !headers.contains_key(CALLER) {
        return (StatusCode::FORBIDDEN, format!("lifting limits requires the header {CALLER}\n")).into_response();
    }
    let subject = lift.subject.as_deref();
    let counters = state.sentry.clear(subject) + state.operators.clear(subject);
    tracing::info!(subject = subject.unwrap_or("all"), counters, "limits cleared by the operator");
    json(&Cleared { counters })
}

fn json(value: &impl Serialize) -> Response {
    // Serialization of these plain types cannot fail.
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

fn listing(state: &AdminState) -> Listing {
    Listing::of(&state.snapshot.load(), &state.reloads.report(), &state.metrics)
}

async fn only_by_a_local_name(request: Request, next: Next) -> Response {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next().and_then(|host| host.to_str().ok()), hosts.next()) {
        (Some(host), None) if is_local(host) => next.run(request).await,
        _ => (StatusCode::FORBIDDEN, "ask for localhost or 127.0.0.1\n").into_response(),
    }
}

/// Whether a `Host` value, with or without a port, names the loopback interface.
fn is_local(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    match name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(address) => address.parse().is_ok_and(|address: Ipv6Addr| address.is_loopback()),
        None => {
            name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|address: Ipv4Addr| address.is_loopback())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn foreign_name_is_not_local() {
        for host in ["localhost", "LOCALHOST:8081", "127.0.0.1:1", "127.8.8.8", "[::1]:8081", "[::1]"] {
            assert!(is_local(host), "{host}");
        }
        for host in ["", "localhost.example.net", "127.0.0.1.example.net:80", "192.0.2.1", "[2001:db8::1]"] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn local_name_with_other_suffix_is_not_local() {
        for host in ["[::1", "::1", "[::1].evil.example", "[::1].evil.example:1", "[::1]8081", "[127.0.0.1]"] {
            assert!(!is_local(host), "{host}");
        }
        for host in ["localhost:evil", "localhost:1:1", "localhost:+1", "127.0.0.1:8081.evil.example"] {
            assert!(!is_local(host), "{host}");
        }
    }
}
