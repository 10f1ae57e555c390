//! Phones that wait for their NOTIFY, each once. No I/O.

use crate::resync::{Errand, Pace};
use std::collections::{HashMap, VecDeque};
use std::time::Instant;

/// The queue of one server.
pub struct Pending {
    pace: Pace,
    waiting: VecDeque<Errand>,
    /// When the next one may go.
    next: Instant,
    interval: std::time::Duration,
    /// For each device, the hashes of the files for which it was notified.
    notified: HashMap<String, Vec<String>>,
}

impl Pending {
    pub fn new(pace: Pace, now: Instant) -> Self {
        let interval = pace.interval(1);
        Self { pace, waiting: VecDeque::new(), next: now, interval, notified: HashMap::new() }
    }

    /// Adds the phone of a device that lacks these files, unless it waits already or was notified of the same files.
    pub fn add(&mut self, errand: Errand, newer: Vec<String>) {
        let uuid = errand.phone.uuid.clone();
        if self.notified.get(&uuid) == Some(&newer) {
            return;
        }
        self.notified.insert(uuid, newer);
        match self.waiting.iter_mut().find(|waiting| waiting.phone.uuid == errand.phone.uuid) {
            Some(waiting) => *waiting = errand,
            None => self.waiting.push_back(errand),
        }
    }

    /// The device has what it would get, so a later edit back to an older file counts again.
    pub fn is_up_to_date(&mut self, uuid: &str) {
        self.notified.remove(uuid);
    }

    /// The NOTIFY could not be sent: the next comparison tries again.
    pub fn failed(&mut self, uuid: &str) {
        self.notified.remove(uuid);
    }

    /// Spreads all that wait from now on.
    pub fn spread(&mut self) {
        self.interval = self.pace.interval(self.waiting.len());
    }

    /// The next phone, if it is time for one.
    pub fn take(&mut self, now: Instant) -> Option<Errand> {
        if now < self.next {
            return None;
        }
        let errand = self.waiting.pop_front()?;
        self.next = now + self.interval;
        Some(errand)
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{LastFetch, Phone};
    use crate::facts::DeviceAddress;
    use std::time::Duration;

    fn errand(uuid: &str) -> Errand {
        let phone = Phone {
            uuid: uuid.to_owned(),
            address: DeviceAddress::parse("001565aabbcc").unwrap(),
            domain: String::new(),
            vendor: String::new(),
            template: String::new(),
            is_enabled: true,
            hardware: Default::default(),
            lines: Vec::new(),
            fetched: LastFetch::default(),
        };
        Errand { phone, event: Some("check-sync".to_owned()) }
    }

    fn taken(pending: &mut Pending, now: Instant) -> Option<String> {
        pending.take(now).map(|errand| errand.phone.uuid)
    }

    #[test]
    fn phone_is_notified_once_for_the_same_files() {
        let start = Instant::now();
        let mut pending = Pending::new(Pace { rate: 1_000, spread: Duration::ZERO }, start);
        let at = |ms| start + Duration::from_millis(ms);
        let files = |hash: &str| vec![hash.to_owned()];
        pending.add(errand("a"), files("1"));
        pending.add(errand("a"), files("2"));
        assert_eq!(taken(&mut pending, at(0)), Some("a".to_owned()));
        assert_eq!(taken(&mut pending, at(10)), None);
        pending.add(errand("a"), files("2"));
        assert_eq!(taken(&mut pending, at(20)), None, "it is on its way");
        pending.add(errand("a"), files("3"));
        assert_eq!(taken(&mut pending, at(30)), Some("a".to_owned()), "another edit");
        pending.is_up_to_date("a");
        pending.add(errand("a"), files("3"));
        assert_eq!(taken(&mut pending, at(40)), Some("a".to_owned()), "it had the file in between");
    }

    #[test]
    fn rate_and_spread_hold_for_all_that_wait() {
        let start = Instant::now();
        let mut pending = Pending::new(Pace { rate: 10, spread: Duration::from_secs(4) }, start);
        for uuid in ["a", "b", "c"] {
            pending.add(errand(uuid), vec!["1".to_owned()]);
        }
        pending.spread();
        assert_eq!(taken(&mut pending, start), Some("a".to_owned()));
        assert_eq!(taken(&mut pending, start + Duration::from_millis(1_999)), None);
        assert_eq!(taken(&mut pending, start + Duration::from_millis(2_000)), Some("b".to_owned()));
        assert!(!pending.is_empty());
        assert_eq!(taken(&mut pending, start + Duration::from_millis(4_000)), Some("c".to_owned()));
        assert!(pending.is_empty());
    }
}
