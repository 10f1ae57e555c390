//! Which transactions have ended, by which two states of PostgreSQL are compared without reading a table.

/// Which transactions PostgreSQL has ended: what `txid_current_snapshot()` returns. A transaction gets a number when it
/// first writes, so two equal snapshots have no change between them.
#[derive(Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// All transactions below this number have ended.
    oldest_running: u64,
    /// The first number that no ended transaction has.
    next: u64,
    /// Those in between that have not ended.
    running: Vec<u64>,
    /// A standby lists none of the running transactions.
    on_standby: bool,
}

impl Snapshot {
    /// Reads PostgreSQL's text: `100:104:100,102`.
    pub fn parse(text: &str, on_standby: bool) -> Option<Self> {
        let mut parts = text.split(':');
        let mut number = || parts.next()?.parse().ok();
        let (oldest_running, next) = (number()?, number()?);
        let running = parts.next()?.split(',').filter(|number| !number.is_empty()).map(str::parse);
        Some(Self { oldest_running, next, running: running.collect::<Result<_, _>>().ok()?, on_standby })
    }

    /// Whether a transaction may have ended since the earlier snapshot that is none of this server's `own`.
    pub fn differs_from(&self, earlier: &Self, own: &[u64]) -> bool {
        if self.is_blind() || earlier.is_blind() || self.next < earlier.next {
            return true;
        }
        let started = self.next - earlier.next;
        if started > (self.running.len() + own.len()) as u64 {
            return true;
        }
        let mut candidates = earlier.running.iter().copied().chain(earlier.next..self.next);
        candidates.any(|number| self.has_ended(number) && !own.contains(&number))
    }

    pub fn has_ended(&self, number: u64) -> bool {
        number < self.next && !self.running.contains(&number)
    }

    /// Whether transactions are running that the snapshot does not list.
    fn is_blind(&self) -> bool {
        self.on_standby && self.oldest_running != self.next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differs(earlier: &str, later: &str, own: &[u64]) -> bool {
        let read = |text| Snapshot::parse(text, false).unwrap();
        read(later).differs_from(&read(earlier), own)
    }

    #[test]
    fn snapshots_differ_if_a_foreign_transaction_ended() {
        assert!(!differs("100:100:", "100:100:", &[]));
        assert!(differs("100:100:", "101:101:", &[]));
        assert!(!differs("100:100:", "101:101:", &[100]), "only the server itself wrote");
        assert!(differs("100:100:", "102:102:", &[100]));
        assert!(!differs("100:100:", "100:102:100,101", &[]), "both are still running");
        assert!(differs("100:102:100,101", "100:102:100", &[]));
        assert!(!differs("100:102:100,101", "100:102:100", &[101]));
        assert!(differs("100:103:100", "100:104:100", &[]), "103 has come and gone");
        assert!(!differs("100:103:100", "100:105:100,104", &[103]));
        assert!(differs("100:103:100", "90:90:", &[]), "another server");
        assert!(differs("1:1:", "4000000000:4000000000:", &[2]), "answers at once however many have ended");
    }

    #[test]
    fn standby_with_running_transactions_may_have_changed() {
        let read = |text| Snapshot::parse(text, true).unwrap();
        assert!(!read("100:100:").differs_from(&read("100:100:"), &[]));
        assert!(read("98:100:").differs_from(&read("98:100:"), &[]));
    }

    #[test]
    fn only_snapshots_are_read() {
        for text in ["", "1", "1:2", "a:2:", "1:2:x", "1:2:3,"] {
            assert_eq!(Snapshot::parse(text, false).is_some(), text == "1:2:3,", "{text}");
        }
    }
}
