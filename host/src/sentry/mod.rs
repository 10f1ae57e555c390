//! Who asks too much, decided before any database is asked: guessing is counted per source network and per maker,
//! new devices per source network and minute. Nothing here does I/O but a line in the log; the time is passed in.
//!
//! What phones do must not count as guessing, and many of them come from one address:
//! - a phone asks for a dozen files, so an address that is unknown counts once in a window; bad credentials count
//!   every time, and a first request without credentials, which is how digest begins, does not count;
//! - a phone that was provisioned lately is let through although its network's or its maker's limit is reached, so
//!   neither a sweep nor fifty phones that nobody has entered yet lock out those that are known. It is recognised by
//!   its very IPv4 address: who is let off by another's phone sits behind the same NAT, not merely nearby;
//! - one attacker does not lock out a maker: networks in which that maker's phones live do not count for it.
//!
//! All of it is forgotten at a restart. Then known phones are as new as others until they come once.

mod config;
mod counters;
mod recent;
#[cfg(test)]
mod tests;

pub use config::Config;

use crate::facts::Oui;
use crate::gate::{CredentialError, Refusal};
use crate::request::DeviceIdentifier;
use counters::Counters;
use recent::Recent;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Of IPv4 a /24 is one source: who rents one address of a hoster can have its neighbours. Phones nearby that are
/// known do not suffer from it.
const NETWORK_BITS_V4: u32 = 24;
/// Of IPv6 a /64 is one source: it is what one line is given, and its owner can use all of it.
const NETWORK_BITS_V6: u32 = 64;

/// Networks of each family that have a count of their own, some megabytes. IPv6 networks cost an attacker nothing,
/// so they do not share a table with IPv4.
const NETWORKS_MAX: usize = 65_536;
/// Makers that have a count of their own; some 40,000 exist, and some hundreds make phones.
const OUIS_MAX: usize = 16_384;
/// Requests that are remembered as counted, or phones as provisioned: the phones of large systems many times over.
const REQUESTS_MAX: usize = 65_536;

/// How long a phone is known after it was provisioned: most come daily, some weekly.
const KNOWN_SECONDS: u64 = 8 * 86_400;

const MINUTE: u64 = 60;
const DAY: u64 = 86_400;
/// New devices of one network in a day, in minutes at full speed: more than any office has phones, and too few to
/// fill a table.
const INSERT_MINUTES_PER_DAY: u32 = 20;

/// Beyond a limit. What was asked for plays no part in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} from the client's network; come again in {retry_after_s} s")]
pub struct RateLimited {
    what: &'static str,
    /// When to come again, in seconds, at least 1.
    pub retry_after_s: u32,
}

/// Who asks for what. None of it says whether the device exists.
#[derive(Clone, Copy)]
pub struct RequestSource {
    network: IpAddr,
    /// The IPv4 address, or the IPv6 line.
    client: IpAddr,
    /// A hash of what names the device, under a key that nobody outside knows.
    subject: u64,
    oui: Option<Oui>,
}

/// The memory of all that.
pub struct Sentry {
    config: Config,
    hasher: RandomState,
    memory: Mutex<Memory>,
    has_warned: AtomicBool,
}

struct Memory {
    networks_v4: Counters<IpAddr>,
    networks_v6: Counters<IpAddr>,
    ouis: Counters<Oui>,
    /// Unknown addresses that have counted for their network.
    counted: Recent<(IpAddr, u64)>,
    /// Phones that were provisioned, by client.
    phones: Recent<(IpAddr, u64)>,
    /// Failures of those phones: their exemption is no way to guess a password.
    stumbles: Counters<(IpAddr, u64)>,
    /// Makers whose phones were provisioned, by network.
    makers: Recent<(IpAddr, Oui)>,
    inserted: Recent<(IpAddr, u64)>,
    inserts_minute: Counters<IpAddr>,
    inserts_day: Counters<IpAddr>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Nothing,
    /// Once in a window for the same client and device.
    Once,
    Full,
}

impl Sentry {
    pub fn new(config: Config) -> Self {
        let memory = Mutex::new(Memory::new(config.window_s, NETWORKS_MAX));
        Self { config, hasher: RandomState::new(), memory, has_warned: AtomicBool::new(false) }
    }

    /// `None` for who is never limited: a peer on this machine that forwards no client's address is a proxy that
    /// nobody has configured, and one limit for all phones behind it would be worse than none. The log says so once.
    pub fn visitor(&self, peer: IpAddr, client: IpAddr, claim: &DeviceIdentifier) -> Option<RequestSource> {
        let client = client.to_canonical();
        if peer.to_canonical().is_loopback() && client.is_loopback() {
            if !self.config.is_off() && !self.has_warned.swap(true, Ordering::Relaxed) {
                tracing::warn!(
                    "requests come from this machine and say no client address: guessing and auto insert are not \
                     limited for them. If a proxy runs here, let it send X-Forwarded-For and name it in trusted_proxies"
                );
            }
            return None;
        }
        let subject = match claim {
            DeviceIdentifier::Address(address) => self.hasher.hash_one((0, address)),
            DeviceIdentifier::Extension { number, .. } => self.hasher.hash_one((1, number)),
            DeviceIdentifier::Invalid => 2,
            DeviceIdentifier::Missing => 3,
        };
        let (network, client) = (masked(client, NETWORK_BITS_V4, NETWORK_BITS_V6), masked(client, 32, NETWORK_BITS_V6));
        Some(RequestSource { network, client, subject, oui: claim.address().map(|address| address.oui()) })
    }

    /// Whether the visitor may ask at all. `now` is in seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// A limit is reached.
    pub fn check(&self, visitor: &RequestSource, now: u64) -> Result<(), RateLimited> {
        self.find_limit(&mut self.memory(), visitor, now).map_or(Ok(()), Err)
    }

    /// Notes that the gate refused.
    ///
    /// # Errors
    /// The limit was reached while the request was under way: then its refusal is not to be told.
    pub fn refused(&self, visitor: &RequestSource, refusal: &Refusal, now: u64) -> Result<(), RateLimited> {
        let mut memory = self.memory();
        if let Some(limited) = self.find_limit(&mut memory, visitor, now) {
            return Err(limited);
        }
        let subject = (visitor.network, visitor.subject);
        let counts = match weight(refusal) {
            Weight::Nothing => false,
            Weight::Once => memory.counted.note(subject, now),
            Weight::Full => true,
        };
        if !counts {
            return Ok(());
        }
        let phone = (visitor.client, visitor.subject);
        if memory.phones.contains(&phone, now) {
            memory.stumbles.add(phone, now);
        }
        let count = memory.networks(visitor.network).add(visitor.network, now);
        if count.number == self.config.per_network_max {
            let (network, seconds) = (visitor.network, count.left(now));
            tracing::warn!(client.network = %network, seconds, "too many failed requests; only known phones are let through");
        }
        if let Some(oui) = visitor.oui.filter(|oui| !memory.makers.contains(&(visitor.network, *oui), now)) {
            let count = memory.ouis.add(oui, now);
            if count.number == self.config.per_oui_max {
                let seconds = count.left(now);
                tracing::warn!(device.oui = %oui, seconds, "too many failed requests; only known networks are let through");
            }
        }
        Ok(())
    }

    /// Notes that a device with a row was let in. Who was only just inserted is not known by it.
    pub fn admitted(&self, visitor: &RequestSource, now: u64) {
        let mut memory = self.memory();
        memory.phones.note((visitor.client, visitor.subject), now);
        if let Some(oui) = visitor.oui {
            memory.makers.note((visitor.network, oui), now);
        }
    }

    /// Takes one of the network's places for new devices.
    ///
    /// # Errors
    /// There is none left in this minute, or this day.
    pub fn insert(&self, visitor: &RequestSource, now: u64) -> Result<(), RateLimited> {
        let max = self.config.inserts_per_minute_max;
        let mut memory = self.memory();
        let subject = (visitor.network, visitor.subject);
        // Of several requests for one new device one takes a place.
        if max == 0 || memory.inserted.contains(&subject, now) {
            return Ok(());
        }
        let minute = memory.inserts_minute.get(&visitor.network, now);
        let day = memory.inserts_day.get(&visitor.network, now);
        let reached = [(minute, max), (day, max.saturating_mul(INSERT_MINUTES_PER_DAY))];
        if let Some((count, _)) = reached.into_iter().rev().find(|(count, max)| count.number >= *max) {
            return Err(RateLimited::new("too many new devices", count.left(now)));
        }
        memory.inserts_minute.add(visitor.network, now);
        memory.inserts_day.add(visitor.network, now);
        memory.inserted.note(subject, now);
        Ok(())
    }

    fn find_limit(&self, memory: &mut Memory, visitor: &RequestSource, now: u64) -> Option<RateLimited> {
        let is_reached = |count: counters::Count, max: u32| max > 0 && count.number >= max;
        let phone = (visitor.client, visitor.subject);
        let stumbles = memory.stumbles.get(&phone, now);
        if memory.phones.contains(&phone, now) && !is_reached(stumbles, self.config.per_network_max) {
            return None;
        }
        let own = memory.networks(visitor.network).get(&visitor.network, now);
        if is_reached(own, self.config.per_network_max) {
            return Some(RateLimited::new("too many failed requests", own.left(now)));
        }
        let oui = visitor.oui.filter(|oui| !memory.makers.contains(&(visitor.network, *oui), now))?;
        let makers = memory.ouis.get(&oui, now);
        is_reached(makers, self.config.per_oui_max)
            .then(|| RateLimited::new("too many failed requests for devices of this maker", makers.left(now)))
    }

    /// No table is left half changed, so a panic elsewhere does not make it wrong.
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RateLimited {
    fn new(what: &'static str, seconds: u64) -> Self {
        Self { what, retry_after_s: u32::try_from(seconds).unwrap_or(u32::MAX).max(1) }
    }
}

impl Memory {
    fn new(window: u64, networks_max: usize) -> Self {
        Self {
            networks_v4: Counters::new(window, networks_max),
            networks_v6: Counters::new(window, networks_max),
            ouis: Counters::new(window, OUIS_MAX),
            counted: Recent::new(window, REQUESTS_MAX),
            phones: Recent::new(KNOWN_SECONDS, REQUESTS_MAX),
            stumbles: Counters::new(window, REQUESTS_MAX),
            makers: Recent::new(KNOWN_SECONDS, REQUESTS_MAX),
            inserted: Recent::new(MINUTE, REQUESTS_MAX),
            inserts_minute: Counters::new(MINUTE, networks_max),
            inserts_day: Counters::new(DAY, networks_max),
        }
    }

    fn networks(&mut self, network: IpAddr) -> &mut Counters<IpAddr> {
        if network.is_ipv4() { &mut self.networks_v4 } else { &mut self.networks_v6 }
    }
}

/// What a refusal says about who was refused.
fn weight(refusal: &Refusal) -> Weight {
    match refusal {
        Refusal::Challenge(challenge) => match challenge.error {
            // How digest begins, and how it goes on after five minutes.
            None | Some(CredentialError::Stale) => Weight::Nothing,
            Some(CredentialError::BadPassword) => Weight::Full,
            // A phone that is set up for the other scheme, or a broken one.
            Some(_) => Weight::Once,
        },
        Refusal::BadPassword | Refusal::AuthServer => Weight::Full,
        Refusal::DomainNetwork
        | Refusal::ProvisioningOff
        | Refusal::ClientNetwork
        | Refusal::UnknownDevice
        | Refusal::ForeignDomain
        | Refusal::UnknownDomain
        | Refusal::InvalidAddress
        | Refusal::NoAddress
        | Refusal::DeviceDisabled => Weight::Once,
    }
}

/// The first bits of an address, the rest zero.
fn masked(address: IpAddr, bits_v4: u32, bits_v6: u32) -> IpAddr {
    match address {
        IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & u32::MAX << (32 - bits_v4)).into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & u128::MAX << (128 - bits_v6)).into(),
    }
}
