//! A set of recently noted keys, of bounded size.

use std::collections::HashSet;
use std::hash::Hash;
use std::mem;

/// Remembers keys for one to two time spans after they were last noted. It holds two sets: the keys of the current span
/// and those of the previous one. When the current set is full, its span ends early, so that at least the last `max` keys
/// are always remembered.
pub struct Recent<K> {
    span: u64,
    max: usize,
    current: HashSet<K>,
    before: HashSet<K>,
    began: u64,
}

impl<K: Eq + Hash> Recent<K> {
    /// `span` is in seconds. The set holds at most twice `max` keys.
    pub fn new(span: u64, max: usize) -> Self {
        Self { span, max, current: HashSet::new(), before: HashSet::new(), began: 0 }
    }

    /// Notes a key; returns true if it was new.
    pub fn note(&mut self, key: K, now: u64) -> bool {
        self.turn(now);
        let is_new = !self.before.contains(&key);
        self.current.insert(key) && is_new
    }

    pub fn contains(&mut self, key: &K, now: u64) -> bool {
        self.turn(now);
        self.current.contains(key) || self.before.contains(key)
    }

    /// Forgets a key; returns whether it was remembered.
    pub fn forget(&mut self, key: &K) -> bool {
        let is_current = self.current.remove(key);
        self.before.remove(key) || is_current
    }

    /// Forgets these keys.
    pub fn clear(&mut self, is_meant: impl Fn(&K) -> bool) {
        self.current.retain(|key| !is_meant(key));
        self.before.retain(|key| !is_meant(key));
    }

    fn turn(&mut self, now: u64) {
        let passed = now.saturating_sub(self.began);
        if passed < self.span && self.current.len() < self.max {
            return;
        }
        self.before = mem::take(&mut self.current);
        if passed >= self.span.saturating_mul(2) {
            self.before.clear();
        }
        // The next span begins where this one ended, however late this function is called.
        let follows = (self.span..self.span.saturating_mul(2)).contains(&passed);
        self.began = if follows { self.began + self.span } else { now };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #[test]
        fn key_is_remembered_for_one_span_and_forgotten_after_two(steps in prop::collection::vec((0_u8..8, 0_u64..9), 1..300)) {
            let (mut recent, mut noted, mut now) = (Recent::new(10, 64), HashMap::new(), 1_000);
            for (key, passed) in steps {
                now += passed;
                match noted.get(&key).map(|at| now - at) {
                    Some(0..10) => prop_assert!(recent.contains(&key, now)),
                    None | Some(20..) => prop_assert!(!recent.contains(&key, now)),
                    Some(_) => {}
                }
                recent.note(key, now);
                noted.insert(key, now);
            }
        }

        #[test]
        fn flood_does_not_evict_the_last_keys(keys in prop::collection::vec(any::<u16>(), 1..400)) {
            let mut recent = Recent::new(10, 16);
            for (at, key) in keys.iter().enumerate() {
                recent.note(*key, 100);
                prop_assert!(recent.current.len() + recent.before.len() <= 32);
                for last in &keys[(at + 1).saturating_sub(16)..=at] {
                    prop_assert!(recent.contains(last, 100));
                }
            }
        }
    }
}
