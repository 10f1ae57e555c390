//! How one client and one device stand with the limits, for an operator.

use super::Sentry;
use super::listing::{LimitKind, ReachedLimit};
use super::memory::Memory;
use super::source::RequestSource;

/// The counts that decide about the requests of one source.
pub struct SourceState {
    /// The counts of its networks and its maker. A maximum of 0 is no limit.
    pub counts: Vec<ReachedLimit>,
    /// The phone was provisioned from there before, so those counts do not concern it.
    pub is_known: bool,
    /// The client has sent bad credentials for this device too often.
    pub is_guessing: bool,
}

impl Sentry {
    /// How a source stands with the limits. Nothing is counted.
    pub fn state(&self, source: &RequestSource, now: u64) -> SourceState {
        let memory = &mut *self.memory();
        let is_known = source.was_here || memory.phones.contains(&source.phone(), now);
        SourceState { counts: counts(memory, source, now), is_known, is_guessing: memory.is_guessing(source, now) }
    }
}

fn counts(memory: &mut Memory, source: &RequestSource, now: u64) -> Vec<ReachedLimit> {
    let mut counts = Vec::new();
    for (network, width) in source.networks() {
        for (kind, count, max) in [
            (
                LimitKind::FailuresOfNetwork,
                memory.networks(source.client).get(&network, now),
                memory.config.per_network_max,
            ),
            (
                LimitKind::NewDevicesOfNetwork,
                memory.inserts_minute.get(&network, now),
                memory.config.inserts_per_minute_max,
            ),
        ] {
            let (subject, seconds_left) = (network.to_string(), count.left(now));
            counts.push(ReachedLimit { kind, subject, count: count.number, max: width.of(max), seconds_left });
        }
    }
    if let Some(oui) = memory.counted_maker(source, now) {
        let (count, max, kind) = (memory.ouis.get(&oui, now), memory.config.per_oui_max, LimitKind::FailuresOfMaker);
        let (subject, seconds_left) = (oui.to_string(), count.left(now));
        counts.push(ReachedLimit { kind, subject, count: count.number, max, seconds_left });
    }
    counts
}
