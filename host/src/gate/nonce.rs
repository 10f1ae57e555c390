//! The server's nonces: signed, bound to a realm, valid for five minutes, and each nonce count is accepted once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;

/// How long a nonce is valid, in seconds: a phone fetches all its files in one go.
pub const NONCE_SECONDS: u64 = 300;

/// How far ahead the clock of another server with the same key may be, in seconds, before this server follows it.
const SKEW_SECONDS: u64 = 30;

/// The most used nonces in the table: some megabytes. Beyond it the oldest are retired early, which costs their phones
/// one more round trip.
pub const NONCES_MAX: usize = 65_536;

/// Signature bytes in a nonce: 128 bits cannot be guessed in five minutes, and keep the header short.
const TAG_BYTES: usize = 16;
const STAMP_BYTES: usize = 24;

/// The key that signs nonces. Servers that share it accept each other's. No `Debug`.
#[derive(Clone)]
pub struct NonceKey([u8; 32]);

/// The unique content of a nonce. Stamps sort by the time of issue.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Stamp {
    /// By [`NonceTable::time`].
    issued: u64,
    /// The start of the server that issued it.
    instance: u64,
    number: u64,
}

impl NonceKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    fn mac(&self, stamp: &[u8], realm: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(stamp);
        mac.update(realm.as_bytes());
        Some(mac)
    }

    /// Writes the nonce of a stamp for a realm.
    pub fn sign(&self, stamp: Stamp, realm: &str) -> String {
        let mut bytes = stamp.to_bytes().to_vec();
        // HMAC accepts keys of every length, so there always is a tag. A nonce without one is never accepted.
        let tag = self.mac(&bytes, realm).map(|mac| mac.finalize().into_bytes());
        bytes.extend(tag.iter().flatten().take(TAG_BYTES));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The stamp of a nonce that was issued for this realm with this key, and is neither expired nor from the future.
    pub fn verify(&self, nonce: &str, realm: &str, now: u64) -> Option<Stamp> {
        self.open(nonce, realm).filter(|stamp| !stamp.is_ahead(now) && !stamp.is_expired(now))
    }

    /// The stamp of a nonce that was issued for this realm with this key, at any time.
    pub fn open(&self, nonce: &str, realm: &str) -> Option<Stamp> {
        let bytes = URL_SAFE_NO_PAD.decode(nonce).ok().filter(|bytes| bytes.len() == STAMP_BYTES + TAG_BYTES)?;
        let (stamp, tag) = bytes.split_at(STAMP_BYTES);
        self.mac(stamp, realm)?.verify_truncated_left(tag).ok()?;
        Stamp::from_bytes(stamp)
    }
}

impl Stamp {
    fn to_bytes(self) -> [u8; STAMP_BYTES] {
        let mut bytes = [0; STAMP_BYTES];
        for (slot, number) in bytes.chunks_exact_mut(8).zip([self.issued, self.instance, self.number]) {
            slot.copy_from_slice(&number.to_be_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        Some(Self { issued: number(0)?, instance: number(8)?, number: number(16)? })
    }

    fn is_ahead(self, now: u64) -> bool {
        self.issued > now.saturating_add(SKEW_SECONDS)
    }

    fn is_expired(self, now: u64) -> bool {
        now.saturating_sub(self.issued) > NONCE_SECONDS
    }
}

/// The nonces in use and their counts. A nonce that is not in the table, and not newer than all that ever left it, may
/// have been used, so it is rejected.
#[derive(Clone)]
pub struct NonceTable {
    instance: u64,
    /// How far a server with the same key is ahead of this server's clock, in seconds.
    ahead: u64,
    issued: u64,
    retired: Stamp,
    used: BTreeMap<Stamp, NonceCounts>,
    max: usize,
}

impl NonceTable {
    /// `instance` is a random number that no other start of a server has, so that no two issue the same nonce. Nonces
    /// from before `started` are rejected: they may have been used before a restart.
    pub fn new(instance: u64, started: u64, max: usize) -> Self {
        let retired = Stamp { issued: started.saturating_sub(1), instance: u64::MAX, number: u64::MAX };
        Self { instance, ahead: 0, issued: 0, retired, used: BTreeMap::new(), max }
    }

    /// The time of nonces: this server's, or that of the server with the same key that is ahead most.
    pub fn time(&self, now: u64) -> u64 {
        now.saturating_add(self.ahead)
    }

    /// Follows the server that issued this stamp if its clock is far ahead: otherwise neither server would accept the
    /// other's nonces until one of them starts again. The nonces up to then may have been used before this server
    /// started, so they are rejected.
    pub fn follow(&mut self, stamp: Stamp, now: u64) {
        if stamp.is_ahead(self.time(now)) {
            self.ahead = stamp.issued.saturating_add(1).saturating_sub(now);
            self.retired = self.retired.max(Stamp { instance: u64::MAX, number: u64::MAX, ..stamp });
        }
    }

    /// A new stamp.
    pub fn next(&mut self, now: u64) -> Stamp {
        self.issued += 1;
        Stamp { issued: self.time(now), instance: self.instance, number: self.issued }
    }

    /// Notes that a nonce was used with this count. Returns false if it may have been used with it before.
    pub fn take(&mut self, stamp: Stamp, count: u32, now: u64) -> bool {
        let now = self.time(now);
        if let Some(counts) = self.used.get_mut(&stamp) {
            return counts.take(count);
        }
        if stamp <= self.retired {
            return false;
        }
        while self.used.len() >= self.max
            || self.used.first_key_value().is_some_and(|(oldest, _)| oldest.is_expired(now))
        {
            let Some((oldest, _)) = self.used.pop_first() else { break };
            self.retired = self.retired.max(oldest);
        }
        let mut counts = NonceCounts::default();
        // This nonce may be older than those that were just retired.
        stamp > self.retired && counts.take(count) && self.used.insert(stamp, counts).is_none()
    }
}

/// The used counts of one nonce: the highest, and a bit for each of the 64 up to it. A phone that fetches several files
/// at once may send them out of order.
#[derive(Clone, Default)]
struct NonceCounts {
    highest: u32,
    bits: u64,
}

impl NonceCounts {
    fn take(&mut self, count: u32) -> bool {
        if count == 0 {
            return false;
        }
        if count > self.highest {
            self.bits = self.bits.checked_shl(count - self.highest).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let Some(bit) = 1_u64.checked_shl(self.highest - count) else { return false };
        let is_new = self.bits & bit == 0;
        self.bits |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::tests::Random;
    use std::collections::HashSet;

    const NOW: u64 = 1_782_907_200;

    fn key() -> NonceKey {
        NonceKey::new([7; 32])
    }

    #[test]
    fn nonce_is_valid_for_its_realm_and_key_only() {
        let mut table = NonceTable::new(1, NOW, 8);
        let stamp = table.next(NOW);
        let nonce = key().sign(stamp, "alpha");
        assert_eq!(key().verify(&nonce, "alpha", NOW), Some(stamp));
        assert_eq!(key().verify(&nonce, "beta", NOW), None);
        assert_eq!(NonceKey::new([8; 32]).verify(&nonce, "alpha", NOW), None);
    }

    #[test]
    fn nonce_with_a_changed_bit_is_rejected() {
        let nonce = key().sign(NonceTable::new(1, NOW, 8).next(NOW), "alpha");
        let bytes = URL_SAFE_NO_PAD.decode(&nonce).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(key().verify(&URL_SAFE_NO_PAD.encode(&changed), "alpha", NOW), None);
        }
        for nonce in ["", "abc123", "!", &nonce[1..], &format!("{nonce}A")] {
            assert_eq!(key().verify(nonce, "alpha", NOW), None);
        }
    }

    #[test]
    fn nonce_expires_after_five_minutes() {
        let nonce = key().sign(NonceTable::new(1, NOW, 8).next(NOW), "alpha");
        assert!(key().verify(&nonce, "alpha", NOW + NONCE_SECONDS).is_some());
        assert!(key().verify(&nonce, "alpha", NOW + NONCE_SECONDS + 1).is_none());
        assert!(key().verify(&nonce, "alpha", NOW - SKEW_SECONDS).is_some());
        assert!(key().verify(&nonce, "alpha", NOW - SKEW_SECONDS - 1).is_none());
    }

    #[test]
    fn nonce_count_is_accepted_once() {
        let mut table = NonceTable::new(1, NOW, 8);
        let stamp = table.next(NOW);
        let taken: Vec<bool> = [1, 1, 3, 2, 2, 3, 100, 36, 37, 99, 0, u32::MAX, u32::MAX]
            .map(|count| table.take(stamp, count, NOW))
            .to_vec();
        let good = [true, false, true, true, false, false, true, false, true, true, false, true, false];
        assert_eq!(taken, good);
    }

    #[test]
    fn nonce_from_before_the_start_is_rejected() {
        let stamp = NonceTable::new(1, NOW - 9, 8).next(NOW - 1);
        assert!(!NonceTable::new(2, NOW, 8).take(stamp, 1, NOW));
    }

    #[test]
    fn server_follows_another_whose_clock_is_ahead() {
        let (mut late, mut early) = (NonceTable::new(1, NOW, 8), NonceTable::new(2, NOW + 9_000, 8));
        let stamp = early.next(NOW + 9_000);
        late.follow(stamp, NOW);
        assert!(!late.take(stamp, 1, NOW), "it may have been used before this server started");
        let stamp = late.next(NOW);
        assert!(!stamp.is_ahead(early.time(NOW + 9_000)) && !stamp.is_expired(early.time(NOW + 9_000)));
        assert!(early.take(stamp, 1, NOW + 9_000) && late.take(stamp, 1, NOW));
        let stamp = early.next(NOW + 9_002);
        late.follow(stamp, NOW + 2);
        assert!(late.take(stamp, 1, NOW + 2) && !late.take(stamp, 1, NOW + 2));
    }

    #[test]
    fn full_table_retires_the_oldest_nonces() {
        let (mut table, mut random, mut taken) = (NonceTable::new(1, NOW, 16), Random::new(3), HashSet::new());
        let mut stamps = Vec::new();
        for step in 0..20_000 {
            let now = NOW + step / 50;
            stamps.push(table.next(now));
            let back = random.next() as usize % stamps.len().min(40);
            let (stamp, count) = (stamps[stamps.len() - 1 - back], 1 + (random.next() % 3) as u32);
            if table.take(stamp, count, now) {
                assert!(taken.insert((stamp.number, count)), "taken twice");
            }
            assert!(table.used.len() <= 16);
        }
        assert!(taken.len() > 5_000, "only {} taken", taken.len());
    }
}
