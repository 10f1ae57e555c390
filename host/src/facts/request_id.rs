//! The id of one request: the same in the access log, in the journal and in the answer's header.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Written as sixteen hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct RequestId(u64);

impl RequestId {
    /// Reads the sixteen digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        u64::from_str_radix(text, 16).ok().filter(|_| is_id).map(Self)
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Makes ids. Within a process no id repeats; those of several processes start at random places.
pub struct RequestIds {
    next: AtomicU64,
}

/// 2^64 divided by the golden ratio: odd, so that the sequence returns to its start only after 2^64 steps.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl RequestIds {
    /// `start` is a random number.
    pub fn new(start: u64) -> Self {
        Self { next: AtomicU64::new(start) }
    }

    pub fn next(&self) -> RequestId {
        RequestId(mixed(self.next.fetch_add(STEP, Ordering::Relaxed)))
    }
}

/// Spreads neighbouring numbers (the last steps of SplitMix64). Different numbers stay different.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_differ_and_can_be_read_again() {
        let ids = RequestIds::new(7);
        let made: HashSet<_> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(made.len(), 10_000);
        for id in made.iter().take(100) {
            assert_eq!((RequestId::parse(&id.to_string()), id.to_string().len()), (Some(*id), 16));
        }
        assert!(RequestId::parse("+0000000000000ff").is_none() && RequestId::parse("ff").is_none());
    }
}
