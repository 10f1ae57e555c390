//! The tables of the limits, and how a request stands with them.

use super::config::Config;
use super::counters::{Count, Counters};
use super::limit::{Cause, RateLimited};
use super::recent::Recent;
use super::source::{KNOWN_SECONDS, RequestSource};
use crate::facts::{Network, Oui};
use std::net::IpAddr;

const MINUTE: u64 = 60;
const DAY: u64 = 86_400;
/// New devices of one network or domain per day, as a number of minutes at the full rate: more than any office has
/// phones, and too few to fill a table.
const INSERT_MINUTES_PER_DAY: u32 = 20;

/// Networks of each family with a counter of their own; the tables take some megabytes. IPv6 networks cost an attacker
/// nothing, so they do not share a table with IPv4.
pub const NETWORKS_MAX: usize = 65_536;
/// Makers with a counter of their own. Some 40,000 exist, of which some hundreds make phones.
const OUIS_MAX: usize = 16_384;
/// Domains with a counter of their own. Only names in the database get one.
const DOMAINS_MAX: usize = 16_384;
/// Remembered requests and remembered phones, many times the number of phones of a large system.
const REQUESTS_MAX: usize = 65_536;

pub struct Memory {
    pub config: Config,
    pub networks_v4: Counters<Network>,
    pub networks_v6: Counters<Network>,
    pub ouis: Counters<Oui>,
    /// Devices whose refusal was counted for their network, and counts once.
    pub counted: Recent<(Network, u64)>,
    /// Phones that were provisioned, by client.
    pub phones: Recent<(IpAddr, u64)>,
    /// Bad credentials for a device that exists, so that no exemption allows guessing of passwords.
    pub failures: Counters<(IpAddr, u64)>,
    /// Makers whose phones were provisioned, by network.
    pub makers: Recent<(Network, Oui)>,
    pub inserted: Recent<(Network, u64)>,
    pub inserts_minute: Counters<Network>,
    pub inserts_day: Counters<Network>,
    pub domain_inserts_minute: Counters<String>,
    pub domain_inserts_day: Counters<String>,
}

pub fn is_reached(count: Count, max: u32) -> bool {
    max > 0 && count.number >= max
}

/// The limit for a day.
pub fn per_day(per_minute: u32) -> u32 {
    per_minute.saturating_mul(INSERT_MINUTES_PER_DAY)
}

impl Memory {
    pub fn new(config: Config, networks_max: usize) -> Self {
        let window = config.window_s;
        Self {
            config,
            networks_v4: Counters::new(window, networks_max),
            networks_v6: Counters::new(window, networks_max),
            ouis: Counters::new(window, OUIS_MAX),
            counted: Recent::new(window, REQUESTS_MAX),
            phones: Recent::new(KNOWN_SECONDS, REQUESTS_MAX),
            failures: Counters::new(window, REQUESTS_MAX),
            makers: Recent::new(KNOWN_SECONDS, REQUESTS_MAX),
            inserted: Recent::new(MINUTE, REQUESTS_MAX),
            inserts_minute: Counters::new(MINUTE, networks_max),
            inserts_day: Counters::new(DAY, networks_max),
            domain_inserts_minute: Counters::new(MINUTE, DOMAINS_MAX),
            domain_inserts_day: Counters::new(DAY, DOMAINS_MAX),
        }
    }

    pub fn networks(&mut self, client: IpAddr) -> &mut Counters<Network> {
        if client.is_ipv4() { &mut self.networks_v4 } else { &mut self.networks_v6 }
    }

    /// The limit that the source has reached; `None` also for a phone that was provisioned from there before.
    pub fn find_limit(&mut self, source: &RequestSource, now: u64) -> Option<RateLimited> {
        let is_known = source.was_here || self.phones.contains(&source.phone(), now);
        if is_known && !self.is_guessing(source, now) {
            return None;
        }
        for (network, width) in source.networks() {
            let count = self.networks(source.client).get(&network, now);
            if is_reached(count, width.of(self.config.per_network_max)) {
                return Some(RateLimited::new(Cause::Network, count.left(now)));
            }
        }
        let oui = self.counted_maker(source, now)?;
        let count = self.ouis.get(&oui, now);
        is_reached(count, self.config.per_oui_max).then(|| RateLimited::new(Cause::Maker, count.left(now)))
    }

    /// The maker for which a failure counts: none where phones of that maker are known.
    pub fn counted_maker(&mut self, source: &RequestSource, now: u64) -> Option<Oui> {
        source.oui.filter(|oui| !self.makers.contains(&(source.network, *oui), now))
    }

    /// Whether this client has sent bad credentials for this device too often.
    pub fn is_guessing(&self, source: &RequestSource, now: u64) -> bool {
        is_reached(self.failures.get(&source.phone(), now), self.config.per_network_max)
    }

    /// Notes bad credentials for a device that exists.
    pub fn note_bad_credentials(&mut self, source: &RequestSource, now: u64) {
        if source.has_row || self.phones.contains(&source.phone(), now) {
            self.failures.add(source.phone(), now);
        }
    }

    /// Whether a refusal of this device was counted lately.
    pub fn is_counted(&mut self, source: &RequestSource, now: u64) -> bool {
        self.counted.contains(&(source.network, source.subject), now)
    }

    /// Notes that a device was admitted. If a refusal of it was counted, the cause is gone, and so is the count.
    pub fn note_admitted(&mut self, source: &RequestSource, now: u64) {
        if !self.counted.forget(&(source.network, source.subject)) {
            return;
        }
        for (network, _) in source.networks() {
            self.networks(source.client).take_back(&network, now);
        }
        if let Some(oui) = self.counted_maker(source, now) {
            self.ouis.take_back(&oui, now);
        }
    }

    /// Notes a phone that has a row. A device that was just inserted does not become known.
    pub fn note_phone(&mut self, source: &RequestSource, now: u64) {
        self.phones.note(source.phone(), now);
        if let Some(oui) = source.oui {
            self.makers.note((source.network, oui), now);
        }
    }

    /// The limit for this minute or this day that one more new device would exceed.
    pub fn find_insert_limit(&mut self, source: &RequestSource, domain: &str, now: u64) -> Option<RateLimited> {
        // Several requests for one new device count once.
        if self.inserted.contains(&(source.network, source.subject), now) {
            return None;
        }
        let domain = domain.to_owned();
        let max = self.config.domain_inserts_per_minute_max;
        let mut counts = vec![
            (Cause::NewInDomain, self.domain_inserts_day.get(&domain, now), per_day(max)),
            (Cause::NewInDomain, self.domain_inserts_minute.get(&domain, now), max),
        ];
        for (network, width) in source.networks() {
            let max = width.of(self.config.inserts_per_minute_max);
            counts.push((Cause::NewInNetwork, self.inserts_day.get(&network, now), per_day(max)));
            counts.push((Cause::NewInNetwork, self.inserts_minute.get(&network, now), max));
        }
        let reached = counts.into_iter().find(|(_, count, max)| is_reached(*count, *max));
        reached.map(|(cause, count, _)| RateLimited::new(cause, count.left(now)))
    }

    /// Counts one new device for its networks and its domain.
    pub fn count_insert(&mut self, source: &RequestSource, domain: &str, now: u64) {
        let (subject, domain) = ((source.network, source.subject), domain.to_owned());
        if self.inserted.contains(&subject, now) {
            return;
        }
        for (network, _) in source.networks() {
            self.inserts_minute.add(network, now);
            self.inserts_day.add(network, now);
        }
        self.domain_inserts_minute.add(domain.clone(), now);
        self.domain_inserts_day.add(domain, now);
        self.inserted.note(subject, now);
    }
}
