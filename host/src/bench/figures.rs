//! The figures of one round, or of several.

use super::failures::{Failure, Failures};
use super::list::Request;
use hdrhistogram::Histogram;
use std::time::Duration;

/// Percentiles are exact to one per cent.
const DIGITS: u8 = 2;

/// Latencies beyond this count as this.
const LATENCY_MAX_NS: u64 = 600_000_000_000;

/// Right answers, latencies and failures.
#[derive(Clone)]
pub struct Figures {
    pub answers: u64,
    /// Bytes of their bodies.
    pub bytes: u64,
    pub failures: Failures,
    /// How often the server demanded credentials.
    pub challenges: u64,
    pub elapsed: Duration,
    /// The server's processor time.
    pub processor: Option<Duration>,
    /// In nanoseconds; `None` if nothing was measured.
    latencies: Option<Histogram<u32>>,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            answers: 0,
            bytes: 0,
            failures: Failures::default(),
            challenges: 0,
            elapsed: Duration::ZERO,
            processor: None,
            latencies: Histogram::new_with_bounds(1_000, LATENCY_MAX_NS, DIGITS).ok(),
        }
    }
}

impl Figures {
    /// Counts a request. A failure has no latency.
    pub fn take(&mut self, outcome: &Result<usize, Failure>, took: Duration, request: &Request) {
        match outcome {
            Ok(bytes) => {
                self.answers += 1;
                self.bytes += *bytes as u64;
                if let Some(latencies) = &mut self.latencies {
                    latencies.saturating_record(u64::try_from(took.as_nanos()).unwrap_or(LATENCY_MAX_NS));
                }
            }
            Err(failure) => self.failures.add(failure, &request.target),
        }
    }

    /// Adds what another connection or round found.
    pub fn append(&mut self, other: Self) {
        self.answers += other.answers;
        self.bytes += other.bytes;
        self.failures.append(other.failures);
        self.challenges += other.challenges;
        self.elapsed += other.elapsed;
        self.processor = self.processor.into_iter().chain(other.processor).reduce(|one, other| one + other);
        if let (Some(latencies), Some(other)) = (&mut self.latencies, &other.latencies) {
            // Both have the same bounds, so nothing is out of range.
            let _ = latencies.add(other);
        }
    }

    pub fn per_second(&self) -> f64 {
        self.answers as f64 / self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    /// A percentile of the latencies in milliseconds.
    pub fn percentile_ms(&self, percent: f64) -> f64 {
        self.latencies.as_ref().map_or(0.0, |latencies| latencies.value_at_percentile(percent) as f64 / 1e6)
    }
}
