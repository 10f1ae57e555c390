//! Counters by key, each for a window of time, in a table of bounded size.

use std::collections::HashMap;
use std::hash::Hash;

/// How often each key was counted since its window began. A window begins with a key's first count.
///
/// No counter leaves the table before its window is over, so a client cannot evict its own counter by creating others.
/// When the table is full, all further keys share one counter: a flood can then lock out new keys for a window, but it
/// lifts no limit.
pub struct Counters<K> {
    window: u64,
    max: usize,
    counts: HashMap<K, Count>,
    others: Count,
    swept: u64,
}

/// The state of one count. The default was never counted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Count {
    pub number: u32,
    /// The end of the window.
    ends: u64,
}

impl Count {
    /// How long the window lasts, in seconds.
    pub fn left(&self, now: u64) -> u64 {
        self.ends.saturating_sub(now)
    }

    fn is_running(&self, now: u64, window: u64) -> bool {
        // A clock that was set back must not extend a window.
        (1..=window).contains(&self.left(now))
    }

    fn add(&mut self, now: u64, window: u64) -> Self {
        if !self.is_running(now, window) {
            *self = Self { number: 0, ends: now.saturating_add(window) };
        }
        self.number = self.number.saturating_add(1);
        *self
    }
}

impl<K: Eq + Hash> Counters<K> {
    /// `window` is in seconds; `max` keys have a counter of their own.
    pub fn new(window: u64, max: usize) -> Self {
        Self { window, max, counts: HashMap::new(), others: Count::default(), swept: 0 }
    }

    /// The count of a key now; zero outside a window.
    pub fn get(&self, key: &K, now: u64) -> Count {
        let is_full = self.counts.len() >= self.max;
        let count = self.counts.get(key).copied().or(is_full.then_some(self.others)).unwrap_or_default();
        if count.is_running(now, self.window) { count } else { Count::default() }
    }

    /// Adds one, and returns the new count.
    pub fn add(&mut self, key: K, now: u64) -> Count {
        let window = self.window;
        if self.counts.len() >= self.max && !self.counts.contains_key(&key) {
            self.sweep(now);
            if self.counts.len() >= self.max {
                return self.others.add(now, window);
            }
        }
        self.counts.entry(key).or_default().add(now, window)
    }

    /// Takes one back that was added by mistake.
    pub fn take_back(&mut self, key: &K, now: u64) {
        let window = self.window;
        if let Some(count) = self.counts.get_mut(key).filter(|count| count.is_running(now, window)) {
            count.number = count.number.saturating_sub(1);
        }
    }

    /// The keys whose count is not zero now.
    pub fn running(&self, now: u64) -> impl Iterator<Item = (&K, Count)> {
        self.counts
            .iter()
            .filter(move |(_, count)| count.is_running(now, self.window))
            .map(|(key, count)| (key, *count))
    }

    /// Forgets the counters of these keys, and the shared one. Returns how many there were.
    pub fn clear(&mut self, is_meant: impl Fn(&K) -> bool) -> usize {
        let before = self.counts.len();
        self.counts.retain(|key, _| !is_meant(key));
        self.others = Count::default();
        before - self.counts.len()
    }

    /// Removes expired counters. It scans the whole table, so it runs at most once a second.
    fn sweep(&mut self, now: u64) {
        if self.swept != now {
            self.swept = now;
            self.counts.retain(|_, count| count.is_running(now, self.window));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Compared with a simple model: a key in the table has exactly its count of the current window.
        #[test]
        fn key_in_table_has_its_exact_count(steps in prop::collection::vec((0_u8..12, 0_u64..4), 1..400)) {
            let (mut counters, mut model, mut now) = (Counters::new(10, 64), HashMap::new(), 1_000);
            for (key, passed) in steps {
                now += passed;
                let (number, ends) = model.entry(key).or_insert((0_u32, now + 10));
                if *ends <= now {
                    (*number, *ends) = (0, now + 10);
                }
                *number += 1;
                let count = counters.add(key, now);
                prop_assert_eq!((count.number, count.ends), (*number, *ends));
                prop_assert_eq!(counters.get(&key, now), count);
            }
        }

        #[test]
        fn flood_neither_lowers_a_count_nor_grows_the_table(flood in prop::collection::vec((1_u16.., 0_u64..2), 1..400)) {
            let (mut counters, mut now) = (Counters::new(1_000, 16), 1_000);
            for _ in 0..7 {
                counters.add(0, now);
            }
            for (key, passed) in flood {
                now += passed;
                counters.add(key, now);
                prop_assert!(counters.counts.len() <= 16);
                prop_assert_eq!(counters.get(&0, now).number, 7);
            }
        }
    }

    #[test]
    fn keys_beyond_a_full_table_share_one_count() {
        let mut counters = Counters::new(60, 2);
        counters.add("a", 100);
        counters.add("b", 130);
        assert_eq!([counters.add("c", 140).number, counters.add("d", 140).number], [1, 2]);
        assert_eq!((counters.get(&"e", 140).number, counters.get(&"b", 140).number), (2, 1));
        assert_eq!(counters.add("f", 165).number, 1, "the first window is over, and its place is free");
        assert_eq!(counters.get(&"f", 165).left(165), 60);
    }

    #[test]
    fn count_is_taken_back_and_cleared() {
        let mut counters = Counters::new(60, 8);
        for key in ["a", "a", "b"] {
            counters.add(key, 100);
        }
        counters.take_back(&"a", 110);
        counters.take_back(&"c", 110);
        assert_eq!((counters.get(&"a", 110).number, counters.running(110).count()), (1, 2));
        assert_eq!((counters.clear(|key| *key == "a"), counters.running(110).count()), (1, 1));
        assert_eq!(counters.running(200).count(), 0);
    }

    #[test]
    fn clock_set_back_does_not_extend_a_window() {
        let mut counters = Counters::new(60, 2);
        counters.add("a", 10_000);
        assert_eq!(counters.get(&"a", 9_000).number, 0);
        assert_eq!(counters.add("a", 9_000).left(9_000), 60);
    }
}
