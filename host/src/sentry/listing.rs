//! The reached limits, for the operator, who can lift them.

use super::Sentry;
use super::counters::{Count, Counters};
use super::memory::{Memory, is_reached, per_day};
use super::source::width_of;
use crate::facts::Network;
use serde::{Deserialize, Serialize};
use std::fmt::Display;

/// A limit that is reached now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ReachedLimit {
    pub kind: LimitKind,
    /// A network, the first six digits of a maker's addresses, or a domain.
    pub subject: String,
    pub count: u32,
    pub max: u32,
    /// When the limit ends by itself, in seconds.
    pub seconds_left: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitKind {
    FailuresOfNetwork,
    FailuresOfMaker,
    NewDevicesOfNetwork,
    NewDevicesOfDomain,
}

/// The entries of one table that are at their limit.
fn reached<'a, K: Display + Eq + std::hash::Hash + 'a>(
    kind: LimitKind,
    counters: &'a Counters<K>,
    max: impl Fn(&K) -> u32 + 'a,
    now: u64,
) -> impl Iterator<Item = ReachedLimit> + 'a {
    counters.running(now).filter_map(move |(key, count): (&K, Count)| {
        let max = max(key);
        is_reached(count, max).then(|| {
            let (subject, count, seconds_left) = (key.to_string(), count.number, count.left(now));
            ReachedLimit { kind, subject, count, max, seconds_left }
        })
    })
}

impl LimitKind {
    pub const ALL: [Self; 4] =
        [Self::FailuresOfNetwork, Self::FailuresOfMaker, Self::NewDevicesOfNetwork, Self::NewDevicesOfDomain];

    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FailuresOfNetwork => "failures_of_network",
            Self::FailuresOfMaker => "failures_of_maker",
            Self::NewDevicesOfNetwork => "new_devices_of_network",
            Self::NewDevicesOfDomain => "new_devices_of_domain",
        }
    }
}

impl Sentry {
    /// The networks with the most failed requests that count now, at most so many, and their numbers.
    pub fn failing_networks(&self, max: usize, now: u64) -> Vec<(Network, u32)> {
        let memory = self.memory();
        let running = memory.networks_v4.running(now).chain(memory.networks_v6.running(now));
        let mut all: Vec<_> = running.map(|(network, count)| (*network, count.number)).collect();
        all.sort_by(|(one, fewer), (other, more)| {
            more.cmp(fewer).then_with(|| one.to_string().cmp(&other.to_string()))
        });
        all.truncate(max);
        all
    }

    /// All limits that are reached now, sorted.
    pub fn reached(&self, now: u64) -> Vec<ReachedLimit> {
        let memory = self.memory();
        let config = &memory.config;
        let failures = |network: &Network| width_of(network).of(config.per_network_max);
        let inserts = |network: &Network| width_of(network).of(config.inserts_per_minute_max);
        let domain = config.domain_inserts_per_minute_max;
        let mut limits: Vec<_> = reached(LimitKind::FailuresOfNetwork, &memory.networks_v4, failures, now)
            .chain(reached(LimitKind::FailuresOfNetwork, &memory.networks_v6, failures, now))
            .chain(reached(LimitKind::FailuresOfMaker, &memory.ouis, |_| config.per_oui_max, now))
            .chain(reached(LimitKind::NewDevicesOfNetwork, &memory.inserts_minute, inserts, now))
            .chain(reached(LimitKind::NewDevicesOfNetwork, &memory.inserts_day, |it| per_day(inserts(it)), now))
            .chain(reached(LimitKind::NewDevicesOfDomain, &memory.domain_inserts_minute, |_| domain, now))
            .chain(reached(LimitKind::NewDevicesOfDomain, &memory.domain_inserts_day, |_| per_day(domain), now))
            .collect();
        limits.sort();
        limits
    }

    /// Forgets the counters of a network with those that it overlaps, of a maker or of a domain, each written as in
    /// [`Self::reached`]; all counters without a name. Returns the number of counters.
    pub fn clear(&self, subject: Option<&str>) -> usize {
        let mut memory = self.memory();
        let Some(subject) = subject else { return clear(&mut memory, |_| true, |_| true) };
        match Network::parse(subject) {
            Some(meant) => clear(&mut memory, |network| network.overlaps(&meant), |_| false),
            None => clear(&mut memory, |_| false, |name| name.eq_ignore_ascii_case(subject)),
        }
    }
}

fn clear(memory: &mut Memory, is_network: impl Fn(&Network) -> bool, is_name: impl Fn(&str) -> bool) -> usize {
    memory.counted.clear(|(network, _)| is_network(network));
    memory.failures.clear(|(client, _)| is_network(&Network::of_one(*client)));
    memory.networks_v4.clear(&is_network)
        + memory.networks_v6.clear(&is_network)
        + memory.inserts_minute.clear(&is_network)
        + memory.inserts_day.clear(&is_network)
        + memory.ouis.clear(|oui| is_name(oui.as_str()))
        + memory.domain_inserts_minute.clear(|domain| is_name(domain))
        + memory.domain_inserts_day.clear(|domain| is_name(domain))
}
