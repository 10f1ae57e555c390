//! Probes: requests by which `dialplate doctor` tries the way that phones take. The admin endpoint issues a token; a request
//! that carries it in a header is answered at once, and the admin endpoint says how it arrived.

use super::arrived::Arrived;
use super::client::Config;
use crate::facts::hex;
use axum::http::{HeaderMap, header};
use getrandom::fill;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The header that carries a token.
pub const PROBE: &str = "x-dialplate-probe";

/// A probe is sent at once. A token that got lost must not keep requests from the short way for long.
const LIFETIME: Duration = Duration::from_secs(60);

/// Operators do not try more ways at a time.
const PROBES_MAX: usize = 16;

const TOKEN_BYTES: usize = 16;

/// A header is not longer where an operator's proxies are sane.
const HOST_CHARS_MAX: usize = 300;

/// A new token.
#[derive(Serialize, Deserialize)]
pub struct IssuedProbe {
    pub token: String,
}

/// How a probe arrived.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ArrivedProbe {
    /// The other end of the connection.
    pub peer: IpAddr,
    /// The client as the gate would see it: an address, or a word if it is unknown.
    pub client: String,
    /// Whether the peer is a trusted proxy.
    pub is_trusted: bool,
    pub https: bool,
    /// Whether the URL before a rewrite arrived.
    pub has_original_target: bool,
    /// The header `Host`.
    pub host: String,
}

struct Probe {
    token: String,
    until: Instant,
    arrived: Option<ArrivedProbe>,
}

/// The probes that are under way.
pub struct Probes {
    proxies: Config,
    /// Their number. Requests look at nothing else while it is zero.
    waiting: AtomicUsize,
    probes: Mutex<Vec<Probe>>,
}

impl Probes {
    pub fn new(proxies: Config) -> Self {
        Self { proxies, waiting: AtomicUsize::new(0), probes: Mutex::default() }
    }

    /// Issues a token; `None` if too many are under way, or the system has no random numbers.
    pub fn issue(&self) -> Option<IssuedProbe> {
        let mut random = [0; TOKEN_BYTES];
        fill(&mut random).ok()?;
        let token = hex(&random);
        let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        probes.retain(|probe| probe.until > Instant::now());
        if probes.len() >= PROBES_MAX {
            return None;
        }
        probes.push(Probe { token: token.clone(), until: Instant::now() + LIFETIME, arrived: None });
        self.waiting.store(probes.len(), Ordering::Relaxed);
        Some(IssuedProbe { token })
    }

    /// Notes how a request arrived if it is a probe, and returns whether it is one.
    pub fn sees(&self, headers: &HeaderMap, arrived: &Arrived) -> bool {
        if self.waiting.load(Ordering::Relaxed) == 0 {
            return false;
        }
        let Some(token) = headers.get(PROBE).and_then(|token| token.to_str().ok()) else { return false };
        let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        let live = |probe: &&mut Probe| probe.token == token && probe.until > Instant::now();
        let Some(probe) = probes.iter_mut().find(live) else { return false };
        let host = headers.get(header::HOST).map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
        probe.arrived = Some(ArrivedProbe {
            peer: arrived.peer.to_canonical(),
            client: arrived.client.address.to_string(),
            is_trusted: self.proxies.trusts(arrived.peer.to_canonical()),
            https: arrived.client.https,
            has_original_target: arrived.client.original_target.is_some(),
            host: host.unwrap_or_default().chars().take(HOST_CHARS_MAX).collect(),
        });
        true
    }

    /// How the probe with this token arrived, and forgets it; `None` if it has not arrived.
    pub fn take(&self, token: &str) -> Option<ArrivedProbe> {
        let mut probes = self.probes.lock().unwrap_or_else(PoisonError::into_inner);
        let at = probes.iter().position(|probe| probe.token == token)?;
        let probe = probes.swap_remove(at);
        self.waiting.store(probes.len(), Ordering::Relaxed);
        probe.arrived
    }
}
