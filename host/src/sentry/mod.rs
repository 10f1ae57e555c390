//! Rate limits, applied before any database access: failed requests are counted per source network and per maker, new
//! devices per source network and minute. Apart from log lines this module does no I/O; the caller passes the time.
//!
//! Normal phones must not count as guessing, and many of them share one address:
//! - a phone requests a dozen files, so an unknown address counts once per window; bad credentials count every time; a
//!   first request without credentials, with which digest begins, does not count;
//! - a phone that was provisioned recently is admitted even when the limit of its network or maker is reached, so that
//!   neither a sweep nor fifty phones without a device row lock out known phones. It is recognised by its exact IPv4
//!   address: only clients behind the same NAT share this exemption;
//! - one attacker does not lock out a maker: networks with known phones of that maker are exempt from its limit.
//!
//! A restart clears everything. Known phones then count as new until their next successful request.

mod config;
mod counters;
mod recent;
#[cfg(test)]
mod tests;

pub use config::Config;

use crate::facts::{ClientAddress, DeviceAddress, Oui};
use crate::gate::{CredentialError, Refusal};
use crate::request::DeviceIdentifier;
use counters::Counters;
use recent::Recent;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An IPv4 /24 is one source, because a client that rents one address of a hoster can rent its neighbours as well. Known
/// phones in the same network stay exempt.
const NETWORK_BITS_V4: u32 = 24;
/// An IPv6 /64 is one source: providers assign one to each line, and its owner can use all of it.
const NETWORK_BITS_V6: u32 = 64;

/// Networks of each family with a counter of their own; the tables take some megabytes. IPv6 networks cost an attacker
/// nothing, so they do not share a table with IPv4.
const NETWORKS_MAX: usize = 65_536;
/// Makers with a counter of their own. Some 40,000 exist, of which some hundreds make phones.
const OUIS_MAX: usize = 16_384;
/// Remembered requests and remembered phones, many times the number of phones of a large system.
const REQUESTS_MAX: usize = 65_536;

/// How long a provisioned phone stays known: most phones return daily, some weekly.
const KNOWN_SECONDS: u64 = 8 * 86_400;

/// All clients whose address is unknown share one place: no client has this address.
const UNKNOWN: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

const MINUTE: u64 = 60;
const DAY: u64 = 86_400;
/// New devices of one network per day, as a number of minutes at the full rate: more than any office has phones, and
/// too few to fill a table.
const INSERT_MINUTES_PER_DAY: u32 = 20;

/// A limit is reached, whatever the request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{what} from the client's network; retry in {retry_after_s} s")]
pub struct RateLimited {
    what: &'static str,
    /// When to retry, in seconds, at least 1.
    pub retry_after_s: u32,
}

/// Client and requested device, without any knowledge whether the device exists.
#[derive(Clone, Copy)]
pub struct RequestSource {
    network: IpAddr,
    /// The IPv4 address, or the IPv6 /64 network.
    client: IpAddr,
    /// A keyed hash of the device's identifier; the key is secret.
    subject: u64,
    /// The maker of a MAC address. The first digits of other addresses name none.
    oui: Option<Oui>,
}

/// All counters and memories.
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
    /// Unknown addresses that were already counted for their network.
    counted: Recent<(IpAddr, u64)>,
    /// Phones that were provisioned, by client.
    phones: Recent<(IpAddr, u64)>,
    /// Failures of those phones, so that their exemption does not allow guessing of passwords.
    known_failures: Counters<(IpAddr, u64)>,
    /// Makers whose phones were provisioned, by network.
    makers: Recent<(IpAddr, Oui)>,
    inserted: Recent<(IpAddr, u64)>,
    inserts_minute: Counters<IpAddr>,
    inserts_day: Counters<IpAddr>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Weight {
    Nothing,
    /// Counts once per window for the same client and device.
    Once,
    Full,
}

impl Sentry {
    pub fn new(config: Config) -> Self {
        let memory = Mutex::new(Memory::new(config.window_s, NETWORKS_MAX));
        Self { config, hasher: RandomState::new(), memory, has_warned: AtomicBool::new(false) }
    }

    /// `None` for a client without limits: a peer on this machine that forwards no client address is a proxy missing from
    /// `trusted_proxies`, and one shared limit for all phones behind it would be worse than none. Logged once.
    pub fn visitor(&self, peer: IpAddr, client: ClientAddress, claim: &DeviceIdentifier) -> Option<RequestSource> {
        let client = client.known().unwrap_or(UNKNOWN).to_canonical();
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
        let mac = claim.address().and_then(DeviceAddress::mac);
        Some(RequestSource { network, client, subject, oui: mac.map(|mac| mac.oui()) })
    }

    /// Checks the limits for a request. `now` is in seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// A limit is reached.
    pub fn check(&self, visitor: &RequestSource, now: u64) -> Result<(), RateLimited> {
        self.find_limit(&mut self.memory(), visitor, now).map_or(Ok(()), Err)
    }

    /// Notes that the gate refused.
    ///
    /// # Errors
    /// The limit was reached while the request was in progress: the client then gets 429 instead of the refusal.
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
            memory.known_failures.add(phone, now);
        }
        let count = memory.networks(visitor.network).add(visitor.network, now);
        if count.number == self.config.per_network_max {
            let (network, seconds) = (visitor.network, count.left(now));
            tracing::warn!(client.network = %network, seconds, "too many failed requests; only known phones are admitted");
        }
        if let Some(oui) = visitor.oui.filter(|oui| !memory.makers.contains(&(visitor.network, *oui), now)) {
            let count = memory.ouis.add(oui, now);
            if count.number == self.config.per_oui_max {
                let seconds = count.left(now);
                tracing::warn!(device.oui = %oui, seconds, "too many failed requests; only known networks are admitted");
            }
        }
        Ok(())
    }

    /// Notes that a device with a row was admitted. A device that was just inserted does not become known by this.
    pub fn admitted(&self, visitor: &RequestSource, now: u64) {
        let mut memory = self.memory();
        memory.phones.note((visitor.client, visitor.subject), now);
        if let Some(oui) = visitor.oui {
            memory.makers.note((visitor.network, oui), now);
        }
    }

    /// Counts one new device for the network.
    ///
    /// # Errors
    /// The limit for this minute or this day is reached.
    pub fn insert(&self, visitor: &RequestSource, now: u64) -> Result<(), RateLimited> {
        let max = self.config.inserts_per_minute_max;
        let mut memory = self.memory();
        let subject = (visitor.network, visitor.subject);
        // Several requests for one new device count once.
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
        let failures = memory.known_failures.get(&phone, now);
        if memory.phones.contains(&phone, now) && !is_reached(failures, self.config.per_network_max) {
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

    /// No table is ever left half changed, so a poisoned lock is safe to use.
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
            known_failures: Counters::new(window, REQUESTS_MAX),
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

/// How a refusal counts.
fn weight(refusal: &Refusal) -> Weight {
    match refusal {
        Refusal::Challenge(challenge) => match challenge.error {
            // Digest begins this way, and continues this way after five minutes.
            None | Some(CredentialError::Stale) => Weight::Nothing,
            Some(CredentialError::BadPassword) => Weight::Full,
            // A phone configured for the other scheme, or a broken one.
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
