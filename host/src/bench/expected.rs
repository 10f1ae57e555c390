//! The expected body of an answer, kept as a hash. Documents that print the time differ from second to second: their
//! varying digits are left out of the comparison.

use std::ops::Range;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// What the body of a request's answers must be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    /// Always the same bytes.
    Same { hash: u64 },
    /// The same bytes but for these places, where a time is printed.
    Timed { bytes: usize, places: Vec<Range<usize>>, hash: u64 },
    /// The length varies too, so that only the status is compared.
    StatusOnly,
}

impl Expected {
    pub fn same(body: &[u8]) -> Self {
        Self::Same { hash: xxh3_64(body) }
    }

    /// What two answers to one request have in common, which were given in different seconds.
    pub fn of_two(one: &[u8], other: &[u8]) -> Self {
        if one == other {
            return Self::same(one);
        }
        if one.len() != other.len() {
            return Self::StatusOnly;
        }
        let mut places: Vec<Range<usize>> = Vec::new();
        for at in (0..one.len()).filter(|at| one[*at] != other[*at]) {
            let end = places.last().map_or(0, |place| place.end);
            if at >= end {
                let place = around(one, at);
                places.push(place.start.max(end)..place.end);
            }
        }
        let hash = hash_without(one, &places);
        Self::Timed { bytes: one.len(), places, hash }
    }

    pub fn is_met_by(&self, body: &[u8]) -> bool {
        match self {
            Self::Same { hash } => xxh3_64(body) == *hash,
            Self::Timed { bytes, places, hash } => body.len() == *bytes && hash_without(body, places) == *hash,
            Self::StatusOnly => true,
        }
    }
}

/// The digits of a time around a place in it, so that a later change of the minute or hour is left out too.
fn around(body: &[u8], at: usize) -> Range<usize> {
    let is_of_time = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b':' | b'-' | b'.' | b' ' | b'T' | b'+');
    let before = body[..at].iter().rev().take_while(is_of_time).count();
    let after = body[at + 1..].iter().take_while(is_of_time).count();
    at - before..at + 1 + after
}

fn hash_without(body: &[u8], places: &[Range<usize>]) -> u64 {
    let (mut hasher, mut from) = (Xxh3::new(), 0);
    for place in places {
        hasher.update(&body[from..place.start]);
        from = place.end;
    }
    hasher.update(&body[from..]);
    hasher.digest()
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
    fn unchanged_document_is_compared_whole() {
        let expected = Expected::of_two(b"a", b"a");
        assert!(expected.is_met_by(b"a") && !expected.is_met_by(b"b") && !expected.is_met_by(b"aa"));
        assert_eq!(Expected::of_two(b"a", b"ab"), Expected::StatusOnly);
    }
}
