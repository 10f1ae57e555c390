//! Rate limits: failed requests are counted per source network and per maker, new devices per source network and per
//! domain. Apart from log lines this module does no I/O; the caller passes the time.
//!
//! Normal phones must not count as guessing, and many of them share one address:
//! - a phone requests a dozen files, so an unknown address counts once per window; bad credentials count every time; a
//!   first request without credentials, with which digest begins, does not count;
//! - a phone that was provisioned recently is admitted even when the limit of its network or maker is reached, so that
//!   neither a sweep nor fifty phones without a device row lock out known phones. It is recognised by its exact IPv4
//!   address: only clients behind the same NAT share this exemption. The device's row says the same after a restart;
//! - one attacker does not lock out a maker: networks with known phones of that maker are exempt from its limit.
//!
//! No limit outlives its cause. The gate decides every request first, and only then the limits:
//! - a device that is admitted with credentials passes every limit. Only the pair of client and device is limited, by
//!   its own bad credentials. At a limit, a refusal for bad credentials looks like one for an unknown device, so a client
//!   that guesses a password needs the address of a device for it;
//! - a device whose refusal was counted passes too if it is admitted now, and its count is taken back.
//!
//! A restart clears everything that is not in the database.

mod config;
mod counters;
mod limit;
mod listing;
mod memory;
mod recent;
mod source;
mod state;
#[cfg(test)]
mod tests;

pub use config::Config;
pub use counters::Counters;
pub use limit::RateLimited;
pub use listing::{LimitKind, ReachedLimit};
pub use source::RequestSource;
pub use state::SourceState;

use crate::facts::{ClientAddress, DeviceAddress, Oui};
use crate::gate::Refusal;
use crate::request::DeviceIdentifier;
use limit::{Cause, Weight, weight};
use memory::{Memory, NETWORKS_MAX};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the gate decided.
#[derive(Clone, Copy)]
pub enum Decision<'a> {
    Refused(&'a Refusal),
    /// A device with a row is admitted. `authenticated`: its domain requires credentials, and it has them.
    Known {
        authenticated: bool,
    },
    /// A device is to be inserted into the domain of this name.
    New {
        authenticated: bool,
        domain: &'a str,
    },
}

/// All counters and memories.
pub struct Sentry {
    is_off: bool,
    hasher: RandomState,
    memory: Mutex<Memory>,
    has_warned: AtomicBool,
}

impl Sentry {
    pub fn new(config: Config) -> Self {
        let is_off = config.is_off();
        let memory = Mutex::new(Memory::new(config, NETWORKS_MAX));
        Self { is_off, hasher: RandomState::new(), memory, has_warned: AtomicBool::new(false) }
    }

    /// `None` for a client without limits: a peer on this machine that forwards no client address is a proxy missing from
    /// `trusted_proxies`, and one shared limit for all phones behind it would be worse than none. Logged once.
    pub fn visitor(&self, peer: IpAddr, client: ClientAddress, claim: &DeviceIdentifier) -> Option<RequestSource> {
        let source = self.look(peer, client, claim);
        if source.is_none() {
            self.warn_of_proxy();
        }
        source
    }

    /// As [`Self::visitor`], without a warning.
    pub fn look(&self, peer: IpAddr, client: ClientAddress, claim: &DeviceIdentifier) -> Option<RequestSource> {
        let subject = match claim {
            DeviceIdentifier::Address(address) => self.hasher.hash_one((0, address)),
            DeviceIdentifier::Extension { number, .. } => self.hasher.hash_one((1, number)),
            DeviceIdentifier::Invalid => 2,
            DeviceIdentifier::Missing => 3,
        };
        let mac = claim.address().and_then(DeviceAddress::mac);
        source(peer, client, subject, mac.map(|mac| mac.oui()))
    }

    /// As [`Self::visitor`], for a user who logs in.
    pub fn user(&self, peer: IpAddr, client: ClientAddress, name: &str) -> Option<RequestSource> {
        let source = self.look_at_user(peer, client, name);
        if source.is_none() {
            self.warn_of_proxy();
        }
        source
    }

    /// As [`Self::user`], without a warning.
    pub fn look_at_user(&self, peer: IpAddr, client: ClientAddress, name: &str) -> Option<RequestSource> {
        source(peer, client, self.hasher.hash_one((4, name.to_lowercase())), None)
    }

    /// As [`Self::user`], for an operator. One on this machine is limited, too.
    pub fn operator(&self, client: ClientAddress, name: &str) -> RequestSource {
        RequestSource::new(client, self.hasher.hash_one((5, name.to_lowercase())), None)
    }

    fn warn_of_proxy(&self) {
        if !self.is_off && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "requests come from this machine and say no client address: guessing and auto insert are not \
                 limited for them. If a proxy runs here, let it send X-Forwarded-For and name it in trusted_proxies"
            );
        }
    }

    /// The limit that a request has reached before the gate decides it. `now` is in seconds since 1970-01-01T00:00:00Z.
    pub fn find_limit(&self, source: &RequestSource, now: u64) -> Option<RateLimited> {
        self.memory().find_limit(source, now)
    }

    /// Counts the gate's decision, and applies the limits to it.
    ///
    /// # Errors
    /// A limit is reached: the client gets 429 instead of the decision.
    pub fn settle(&self, source: &RequestSource, decision: Decision<'_>, now: u64) -> Result<(), RateLimited> {
        let mut memory = self.memory();
        let verdict = judge(&mut memory, source, decision, now);
        if let Decision::Refused(refusal) = decision {
            count_refusal(&mut memory, source, weight(refusal), verdict.err(), now);
            return verdict;
        }
        verdict?;
        if let Decision::New { domain, .. } = decision {
            memory.count_insert(source, domain, now);
        }
        memory.note_admitted(source, now);
        if let Decision::Known { .. } = decision {
            memory.note_phone(source, now);
        }
        Ok(())
    }

    /// What [`Self::settle`] would return. Nothing is counted.
    pub fn judge(&self, source: &RequestSource, decision: Decision<'_>, now: u64) -> Result<(), RateLimited> {
        judge(&mut self.memory(), source, decision, now)
    }

    /// No table is ever left half changed, so a poisoned lock is safe to use.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None` for a client without limits: see [`Sentry::visitor`].
fn source(peer: IpAddr, client: ClientAddress, subject: u64, oui: Option<Oui>) -> Option<RequestSource> {
    let is_proxy = peer.to_canonical().is_loopback() && client.known().is_some_and(|client| client.is_loopback());
    (!is_proxy).then(|| RequestSource::new(client, subject, oui))
}

/// Whether the limits let the client have the gate's decision.
fn judge(memory: &mut Memory, source: &RequestSource, decision: Decision<'_>, now: u64) -> Result<(), RateLimited> {
    let limit = memory.find_limit(source, now);
    match decision {
        // A challenge tells nothing, and a phone with the right password needs it.
        Decision::Refused(refusal) if weight(refusal) == Weight::Nothing => return Ok(()),
        Decision::Refused(_) => return limit.map_or(Ok(()), Err),
        Decision::Known { .. } | Decision::New { .. } => {}
    }
    if let Some(limit) = limit.filter(|limit| !passes(memory, source, decision, *limit, now)) {
        return Err(limit);
    }
    match decision {
        Decision::New { domain, .. } => memory.find_insert_limit(source, domain, now).map_or(Ok(()), Err),
        _ => Ok(()),
    }
}

/// Whether an admitted device passes a limit that its source has reached.
fn passes(memory: &mut Memory, source: &RequestSource, decision: Decision<'_>, limit: RateLimited, now: u64) -> bool {
    let is_excused = match decision {
        Decision::Refused(_) => false,
        Decision::Known { authenticated } => authenticated || memory.is_counted(source, now),
        // Any address can be new, so its answer must not tell a right password from a wrong one at the limit of the
        // network, which bounds the guesses.
        Decision::New { authenticated: true, .. } => limit.cause == Cause::Maker,
        Decision::New { authenticated: false, .. } => memory.is_counted(source, now),
    };
    is_excused && !memory.is_guessing(source, now)
}

fn count_refusal(memory: &mut Memory, source: &RequestSource, weight: Weight, limit: Option<RateLimited>, now: u64) {
    if weight == Weight::Nothing {
        return;
    }
    if weight == Weight::Full {
        memory.note_bad_credentials(source, now);
    }
    match limit {
        Some(limit) if limit.cause == Cause::Maker && weight == Weight::Full => {
            count_for_networks(memory, source, now);
        }
        Some(_) => {}
        None => {
            if weight == Weight::Full || memory.counted.note((source.network, source.subject), now) {
                count_for_networks(memory, source, now);
                count_for_maker(memory, source, now);
            }
        }
    }
}

fn count_for_networks(memory: &mut Memory, source: &RequestSource, now: u64) {
    for (network, width) in source.networks() {
        let count = memory.networks(source.client).add(network, now);
        if count.number == width.of(memory.config.per_network_max) {
            let seconds = count.left(now);
            tracing::warn!(client.network = %network, seconds, "too many failed requests; only known phones and valid credentials are admitted");
        }
    }
}

fn count_for_maker(memory: &mut Memory, source: &RequestSource, now: u64) {
    let Some(oui) = memory.counted_maker(source, now) else { return };
    let count = memory.ouis.add(oui, now);
    if count.number == memory.config.per_oui_max {
        let seconds = count.left(now);
        tracing::warn!(device.oui = %oui, seconds, "too many failed requests; only known networks and valid credentials are admitted");
    }
}
