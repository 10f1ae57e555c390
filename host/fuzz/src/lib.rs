//! The fuzz target for requests.
//!
//! The input is a request as it goes over the wire up to the first empty line, then its body.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use dialplate::facts::{Domain, Layer, Network, PhoneCertificate, Record, RequestFacts, SettingRow, Settings};
use dialplate::gate;
use dialplate::http::client::{Channel, Client, Config};
use dialplate::http::proxy;
use dialplate::http::range::{self, Selection};
use dialplate::request::{ProvisionRequest, RawRequest, RequestTarget, UrlForms};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const NOW: u64 = 1_782_907_200;
const LENGTH: usize = 1_000;

/// Parses a request, and checks the result. Any input is parsed or refused.
///
/// # Panics
/// If a check fails.
pub fn request(input: &[u8]) {
    let _ = proxy::source(input);
    let end = input.windows(2).position(|pair| pair == b"\n\n").unwrap_or(input.len());
    let (head, body) = (&input[..end], input.get(end + 2..).unwrap_or_default());
    let mut lines = head.split(|byte| *byte == b'\n');
    let line = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let (method, target) = line.split_once(' ').unwrap_or(("GET", &line));
    let headers = headers(lines);
    check_selection(&headers);
    let config =
        Config { trusted_proxies: vec![Network::parse("127.0.0.0/8").expect("a network")], ..Config::default() };
    let channel = Channel::default();
    let stranger = Client::of(STRANGER, channel, &headers, &config);
    let certificate = PhoneCertificate::Absent;
    assert!(stranger == Client { address: STRANGER.into(), https: false, original_target: None, certificate });
    let client = Client::of(PROXY, channel, &headers, &config);
    for forms in [UrlForms::default(), UrlForms::All] {
        let parsed = RequestTarget::parse(&RawRequest {
            method,
            target,
            original_target: client.original_target.as_deref(),
            headers: &headers,
            body,
            client: client.address,
            https: client.https,
            certificate: client.certificate,
            forms,
        });
        if let Ok(RequestTarget::Provision(request)) = parsed {
            check(&request);
        }
    }
}

fn headers<'a>(lines: impl Iterator<Item = &'a [u8]>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':').unwrap_or(line.len());
        let value = line.get(colon + 1..).unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(&line[..colon]), HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    headers
}

fn check_selection(headers: &HeaderMap) {
    for method in [Method::GET, Method::HEAD, Method::POST] {
        if let Selection::Part(part) = range::select(&method, headers, "\"tag\"", LENGTH) {
            assert!(method == Method::GET && part.start < part.end && part.end <= LENGTH);
        }
    }
}

fn check(request: &ProvisionRequest) {
    if let Ok(Some(file)) = request.file() {
        assert!(!file.contains(['/', '\\', '\0']) && !matches!(file, "" | "." | ".."));
    }
    if let Some(path) = request.template() {
        assert!(path.split('/').all(|part| !part.is_empty() && !part.starts_with('.')));
    }
    let attachment = request.attachment("001565be5fd7").unwrap_or_default();
    assert!(!attachment.contains(['"', '\\', '/']) && !attachment.contains(char::is_control));
    assert!(!request.host().contains(['"', '\\', '/', ' ']));
    assert!(request.visible_parameters().all(|(name, _)| !matches!(name, "password" | "secret")));
    // A plugin's pattern finds a part of the User-Agent.
    let agents = |agent: &str| agent.char_indices().nth_back(11).map(|(at, _)| agent[at..].to_owned());
    let claim = request.identify_device(&agents);
    assert!(claim.address().is_none_or(|address| address.as_str().len() == 12));
    for scheme in ["digest", "basic"] {
        let keeper = gate::Keeper::new([7; 32], 1, NOW);
        let screened =
            gate::screen(request, facts(scheme), &keeper, &mut ()).unwrap_or_else(|refusal| panic!("{refusal}"));
        assert!(screened.authenticate(&claim, None, NOW, &mut ()).is_err(), "admitted without the password");
    }
}

/// The facts of a domain that demands credentials; no input contains its password.
fn facts(scheme: &str) -> RequestFacts {
    let row = |name: &str, kind: &str, value: &str| SettingRow {
        category: "provision".to_owned(),
        subcategory: name.to_owned(),
        kind: kind.to_owned(),
        value: Some(value.to_owned()),
    };
    let mut settings = Settings::default();
    settings.add(
        Layer::Default,
        &[
            row("enabled", "boolean", "true"),
            row("auto_insert_enabled", "boolean", "true"),
            row("http_auth_enabled", "boolean", "true"),
            row("http_auth_type", "text", scheme),
            row("http_auth_username", "text", "phone"),
            row("http_auth_password", "array", "5d41402abc4b2a76b9719d911017c592"),
        ],
    );
    let domain = Domain {
        uuid: "704420bb-c78e-4647-8861-48a9b19dbdc9".to_owned(),
        name: "alpha".to_owned(),
        record: Record::new([].into(), Vec::new()),
    };
    let domain = Some(domain);
    RequestFacts { domain: domain.map(Arc::new), settings, ..RequestFacts::default() }
}
