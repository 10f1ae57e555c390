//! Phones that were asked after an edit, until it is known what became of them. No I/O.

use crate::facts::DeviceAddress;
use std::time::{Duration, Instant};

/// How long a phone has to fetch. Most do at once; one in a call fetches after it, and counts as one that did not.
const FETCH: Duration = Duration::from_secs(60);

/// One NOTIFY.
struct Notify {
    id: u64,
    device: DeviceAddress,
    domain: String,
    /// When it was sent, for the journal's times and for ours.
    sent_us: i64,
    end: Instant,
    /// Whether it reached the phone, as far as that can be known. Until then, it is on its way.
    is_sent: bool,
    fetched_us: Option<i64>,
}

/// What became of a phone that was notified.
pub struct Ended {
    pub device: DeviceAddress,
    pub domain: String,
    /// The time from its NOTIFY to its fetch in milliseconds. `None`: it has not fetched in time.
    pub fetched_ms: Option<u64>,
}

/// All phones of one server that were asked and have not fetched yet.
#[derive(Default)]
pub struct Asked {
    notifies: Vec<Notify>,
    next_id: u64,
}

impl Asked {
    /// A NOTIFY begins. `sent_us` is the time in microseconds since 1970. Returns its number.
    pub fn begin(&mut self, device: DeviceAddress, domain: String, sent_us: i64, now: Instant) -> u64 {
        self.next_id += 1;
        let id = self.next_id;
        let notify = Notify { id, device, domain, sent_us, end: now + FETCH, is_sent: false, fetched_us: None };
        self.notifies.push(notify);
        id
    }

    /// A NOTIFY was sent, or could not be.
    pub fn sent(&mut self, id: u64, is_sent: bool) {
        match self.notifies.iter_mut().find(|notify| notify.id == id) {
            Some(notify) if is_sent => notify.is_sent = true,
            _ => self.notifies.retain(|notify| notify.id != id),
        }
    }

    /// A device's phone has fetched a file.
    pub fn fetched(&mut self, device: &str, at_us: i64) {
        let own = self.notifies.iter_mut().filter(|notify| notify.device.as_str() == device);
        for notify in own.filter(|notify| notify.sent_us <= at_us) {
            notify.fetched_us = Some(notify.fetched_us.map_or(at_us, |first| first.min(at_us)));
        }
    }

    /// Takes out the phones that have fetched, and those whose time is over.
    pub fn take_ended(&mut self, now: Instant) -> Vec<Ended> {
        let is_ended = |notify: &mut Notify| now >= notify.end || notify.is_sent && notify.fetched_us.is_some();
        let ended = self.notifies.extract_if(.., is_ended);
        // Of what is still on its way at the end, nothing is known.
        let known = ended.filter(|notify| notify.is_sent);
        known
            .map(|Notify { device, domain, sent_us, fetched_us, .. }| Ended {
                device,
                domain,
                fetched_ms: fetched_us.and_then(|at| u64::try_from((at - sent_us) / 1_000).ok()),
            })
            .collect()
    }

    /// It cannot be known whether phones fetch.
    pub fn forget(&mut self) {
        self.notifies.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.notifies.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PHONE: &str = "001565aabbcc";

    fn begin(asked: &mut Asked, sent_us: i64, now: Instant) -> u64 {
        asked.begin(DeviceAddress::parse(PHONE).unwrap(), "localhost".to_owned(), sent_us, now)
    }

    /// The times of the phones that have ended.
    fn ended(asked: &mut Asked, now: Instant) -> Vec<Option<u64>> {
        asked.take_ended(now).into_iter().map(|ended| ended.fetched_ms).collect()
    }

    #[test]
    fn phone_that_fetched_ends_with_its_time() {
        let (mut asked, start) = (Asked::default(), Instant::now());
        let id = begin(&mut asked, 5_000_000, start);
        asked.fetched(PHONE, 4_999_999);
        asked.fetched("0004f2aabbcc", 5_100_000);
        asked.sent(id, true);
        assert_eq!(ended(&mut asked, start), [], "an earlier fetch, and another phone's");
        asked.fetched(PHONE, 5_250_000);
        asked.fetched(PHONE, 5_300_000);
        assert_eq!(ended(&mut asked, start), [Some(250)]);
        assert!(asked.is_empty());
    }

    #[test]
    fn fetch_before_the_answer_to_a_notify_counts() {
        let (mut asked, start) = (Asked::default(), Instant::now());
        let id = begin(&mut asked, 1_000, start);
        asked.fetched(PHONE, 11_000);
        assert_eq!(ended(&mut asked, start), [], "it is not known yet whether it was notified");
        asked.sent(id, true);
        assert_eq!(ended(&mut asked, start), [Some(10)]);
    }

    #[test]
    fn silent_phone_ends_after_its_time_and_unsent_at_once() {
        let (mut asked, start) = (Asked::default(), Instant::now());
        let (silent, unsent) = (begin(&mut asked, 0, start), begin(&mut asked, 0, start));
        asked.sent(silent, true);
        asked.sent(unsent, false);
        assert_eq!(ended(&mut asked, start + FETCH - Duration::from_millis(1)), []);
        assert_eq!(ended(&mut asked, start + FETCH), [None]);
        begin(&mut asked, 0, start);
        assert_eq!((ended(&mut asked, start + FETCH), asked.is_empty()), (vec![], true), "a lost one is not counted");
    }
}
