//! The expected body of an answer, kept as a hash. Documents that print the time differ from second to second: their
//! varying digits are left out of the comparison.

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What the body of a request's answers must be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    /// Always the same bytes.
    Same { hash: u64 },
    /// The same bytes but for the times that are printed between them: after so many bytes each.
    Timed { lengths: Vec<usize>, hash: u64 },
    /// More varies than times, so that only the status is compared.
    StatusOnly,
}

impl Expected {
    pub fn same(body: &[u8]) -> Self {
        Self::Same { hash: xxh3_64(body) }
    }

    /// What two answers to one request have in common, which were given in different seconds. A time may change its length,
    /// as a fraction without its last zeros does.
    pub fn of_two(one: &[u8], other: &[u8]) -> Self {
        if one == other {
            return Self::same(one);
        }
        let (mut lengths, mut from) = (Vec::new(), 0);
        let (mut at, mut other_at) = (0, 0);
        loop {
            let same = one[at..].iter().zip(&other[other_at..]).take_while(|(a, b)| a == b).count();
            (at, other_at) = (at + same, other_at + same);
            if at == one.len() && other_at == other.len() {
                break;
            }
            let before = one[from..at].iter().rev().take_while(|byte| is_of_time(**byte)).count();
            let after = (time_bytes(&one[at..]), time_bytes(&other[other_at..]));
            if before + after.0.min(after.1) == 0 {
                return Self::StatusOnly;
            }
            lengths.push(at - before - from);
            (at, other_at) = (at + after.0, other_at + after.1);
            from = at;
        }
        hash_without_times(one, &lengths).map_or(Self::StatusOnly, |hash| Self::Timed { lengths, hash })
    }

    pub fn is_met_by(&self, body: &[u8]) -> bool {
        match self {
            Self::Same { hash } => xxh3_64(body) == *hash,
            Self::Timed { lengths, hash } => hash_without_times(body, lengths) == Some(*hash),
            Self::StatusOnly => true,
        }
    }
}

/// The digits of a time, and what stands between them: a later change of the minute or hour is left out too.
fn is_of_time(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b':' | b'-' | b'.' | b' ' | b'T' | b'+')
}

/// The length of the time with which the text begins.
fn time_bytes(text: &[u8]) -> usize {
    text.iter().take_while(|byte| is_of_time(**byte)).count()
}

/// The hash of a body without the times that follow so many bytes each; `None` if it is too short.
fn hash_without_times(body: &[u8], lengths: &[usize]) -> Option<u64> {
    let (mut hasher, mut rest) = (Xxh3::new(), body);
    for length in lengths {
        let (same, after) = rest.split_at_checked(*length)?;
        hasher.update(same);
        rest = &after[time_bytes(after)..];
    }
    hasher.update(rest);
    Some(hasher.digest())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_time_is_left_out_of_the_comparison() {
        let expected = Expected::of_two(b"at 2026-11-29 17:05:28, key 12", b"at 2026-11-29 17:05:29, key 12");
        assert!(expected.is_met_by(b"at 2026-11-29 18:00:00, key 12"));
        for other in ["at 2026-11-29 17:05:28, key 13", "an 2026-11-29 17:05:28, key 12", "at 2026-11-29 17:05:28"] {
            assert!(!expected.is_met_by(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn time_may_change_its_length() {
        let one = Expected::of_two(b"#1782907200.1234\nkey = 12, 5", b"#1782907201.5\nkey = 12, 6");
        for same in ["#1782907200.1239\nkey = 12, 7", "#1782907202\nkey = 12, 10"] {
            assert!(one.is_met_by(same.as_bytes()), "{same}");
        }
        assert!(!one.is_met_by(b"#1782907202\nkey = 1, 10") && !one.is_met_by(b"#1"));
        let shorter = Expected::of_two(b"#1782907200.51\n", b"#1782907200.5\n");
        assert!(shorter.is_met_by(b"#1782907200.1234\n") && !shorter.is_met_by(b"#a\n"));
    }

    #[test]
    fn unchanged_document_is_compared_whole() {
        let expected = Expected::of_two(b"a", b"a");
        assert!(expected.is_met_by(b"a") && !expected.is_met_by(b"b") && !expected.is_met_by(b"aa"));
        assert_eq!(Expected::of_two(b"a", b"ab"), Expected::StatusOnly);
        assert_eq!(Expected::of_two(b"in Nov 2026", b"in Dec 2026"), Expected::StatusOnly);
    }
}
