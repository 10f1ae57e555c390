//! Times of repeated work.

use std::time::Instant;

pub const ROUNDS: usize = 2_000;

/// Times several pieces of work, one after the other in each round, so that other load of the machine affects all of
/// them. Returns microseconds: the median, and the tenth percentile, which other load disturbs least.
pub struct Times(Vec<(&'static str, Vec<f64>)>);

impl Times {
    pub fn new(names: &[&'static str]) -> Self {
        Self(names.iter().map(|name| (*name, Vec::with_capacity(ROUNDS))).collect())
    }

    pub async fn take<T>(&mut self, which: usize, once: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let done = once.await;
        self.0[which].1.push(start.elapsed().as_secs_f64() * 1e6);
        done
    }

    /// The median and the tenth percentile; the first tenth of the rounds warms up.
    fn of(&self, which: usize) -> (f64, f64) {
        let times = &self.0[which].1;
        let mut sorted = times.iter().skip(times.len() / 10).copied().collect::<Vec<_>>();
        sorted.sort_by(f64::total_cmp);
        (sorted[sorted.len() / 2], sorted[sorted.len() / 10])
    }

    pub fn ratio(&self, which: usize, other: usize) -> f64 {
        self.of(which).1 / self.of(other).1
    }

    pub fn print(&self) {
        for (which, (name, _)) in self.0.iter().enumerate() {
            let (median, low) = self.of(which);
            println!("    {name:<40} median {median:>8.1} us, p10 {low:>8.1} us");
        }
    }
}
