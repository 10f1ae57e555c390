//! The server's clock. A fixed clock makes answers reproducible: the same job gives the same bytes.

use jiff::Timestamp;
use std::time::{Duration, Instant};

/// The server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    System,
    /// Always this time.
    Fixed(Timestamp),
}

impl Clock {
    pub fn now(&self) -> Timestamp {
        self.at(Timestamp::now())
    }

    /// What this clock showed at that time of the system's.
    pub fn at(&self, time: Timestamp) -> Timestamp {
        match self {
            Self::System => time,
            Self::Fixed(moment) => *moment,
        }
    }
}

/// The time for whatever expires, such as nonces and limits: seconds since 1970-01-01T00:00:00Z by the system's clock
/// at the start, counted on by the monotonic clock. So setting the system's clock, back or forward, neither expires
/// everything nor keeps anything from expiring.
#[derive(Clone, Copy, Debug)]
pub struct SteadyClock {
    /// With the fraction of its second, so that servers on one machine agree on the second.
    at_start: Duration,
    started: Instant,
}

impl SteadyClock {
    pub fn start() -> Self {
        let at_start = Duration::try_from(Timestamp::now().as_duration()).unwrap_or_default();
        Self { at_start, started: Instant::now() }
    }

    pub fn now(&self) -> u64 {
        self.at_start.saturating_add(self.started.elapsed()).as_secs()
    }
}
