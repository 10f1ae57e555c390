//! Tests whether two kinds of paired samples differ by more than chance. The typical difference is the interquartile mean
//! of all differences, which neither outliers nor a coarse clock move. The size of chance differences comes from swapping
//! the two samples of a pair at random.

use std::fmt;

/// How often all pairs are swapped at random, and the rank of the resulting difference that counts as noise.
const SWAPPINGS: usize = 500;
const RARE: usize = SWAPPINGS / 50;

/// A busy machine may disturb one kind more than the other once, but not three times in the same direction.
pub const ROUNDS: usize = 3;

/// The difference of the kinds, and that of chance.
pub struct Difference {
    microseconds: f64,
    /// Chance rarely exceeds this difference.
    noise: f64,
}

/// Pseudo-random numbers, the same in every run (xorshift64*).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }
}

impl Difference {
    /// `pairs` are times in microseconds.
    pub fn of(pairs: &[(f64, f64)]) -> Self {
        let mut differences: Vec<f64> = pairs.iter().map(|(one, other)| one - other).collect();
        let microseconds = typical(&mut differences);
        let mut random = Random::new(7);
        let mut swapped = || {
            for difference in &mut differences {
                *difference *= if random.next().is_multiple_of(2) { 1.0 } else { -1.0 };
            }
            typical(&mut differences).abs()
        };
        let mut by_chance: Vec<f64> = (0..SWAPPINGS).map(|_| swapped()).collect();
        by_chance.sort_unstable_by(|one, other| other.total_cmp(one));
        Self { microseconds, noise: by_chance[RARE] }
    }

    fn is_beyond_noise(&self) -> bool {
        self.microseconds.abs() > self.noise
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the kinds differ by {:.1} us, chance by {:.1} us", self.microseconds, self.noise)
    }
}

/// Whether the kinds differ beyond noise, and in the same direction, in every round.
pub fn can_be_told_apart(mut round: impl FnMut() -> Difference) -> bool {
    let first = round();
    let differs = |other: &Difference| {
        other.is_beyond_noise() && other.microseconds.is_sign_positive() == first.microseconds.is_sign_positive()
    };
    differs(&first) && (1..ROUNDS).all(|_| differs(&round()))
}

/// The share of pairs in which a sample of one kind is longer than one of the other; 0.5 if the kinds are equal.
pub fn share_of_longer(one: &[f64], other: &[f64]) -> f64 {
    let wins: f64 = one.iter().map(|sample| other.iter().filter(|than| sample > *than).count() as f64).sum();
    let ties: f64 = one.iter().map(|sample| other.iter().filter(|than| sample == *than).count() as f64).sum();
    (wins + ties / 2.0) / (one.len() * other.len()) as f64
}

/// The interquartile mean.
fn typical(samples: &mut [f64]) -> f64 {
    samples.sort_unstable_by(f64::total_cmp);
    let quarter = samples.len() / 4;
    let middle = &samples[quarter..samples.len() - quarter];
    middle.iter().sum::<f64>() / middle.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A time like a server's: most are within a millisecond above a minimum, some far above.
    fn time(random: &mut Random) -> f64 {
        let outlier = if random.next().is_multiple_of(40) { 5_000 } else { 0 };
        (10_000 + random.next() % 1_000 + outlier) as f64
    }

    /// The number of twenty tries in which a given difference is found.
    fn found(microseconds: f64) -> usize {
        let mut random = Random::new(3);
        let mut pair = |_| (time(&mut random) + microseconds, time(&mut random));
        let mut round = || Difference::of(&(0..2_000).map(&mut pair).collect::<Vec<_>>());
        (0..20).filter(|_| can_be_told_apart(&mut round)).count()
    }

    #[test]
    fn difference_of_fifty_microseconds_is_found_none_is_not() {
        assert_eq!(found(0.0), 0);
        assert!(found(50.0) >= 19 && found(-50.0) >= 19);
    }
}
