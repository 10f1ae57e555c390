//! The requests of the last day by the minute, for the charts of the console.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// A day.
const MINUTES: usize = 24 * 60;

/// Classes of durations in each doubling: a duration is known within a quarter.
const CLASSES: u32 = 4;

/// Classes of a minute, up to a minute's duration; a request takes at most half of it.
const CLASSES_MAX: usize = 26 * CLASSES as usize;

/// Longer durations count as this one: more than a day.
const LONGEST_US: u64 = 1 << 40;

/// A ring of minutes. Each takes some hundred bytes once it has a request, so a busy day takes less than a megabyte.
pub struct Series {
    minutes: Mutex<Vec<Minute>>,
}

#[derive(Clone, Default)]
struct Minute {
    /// Minutes since 1970-01-01T00:00:00Z.
    number: u64,
    requests: u32,
    refusals: Vec<(&'static str, u32)>,
    /// Requests by the class of their duration; empty without one.
    durations: Vec<u32>,
}

/// The requests of a bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moment {
    /// The bin's begin, in seconds since 1970-01-01T00:00:00Z.
    pub at: u64,
    /// How long it is.
    pub seconds: u64,
    pub requests: u64,
    /// Those of them that were answered with a status from 400 on.
    pub refused: u64,
    /// The duration that half of the requests did not exceed, and 99 of 100; `None` without requests.
    pub half_us: Option<u64>,
    pub most_us: Option<u64>,
}

/// The requests of some minutes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recent {
    /// The oldest first. The last one is not over.
    pub moments: Vec<Moment>,
    pub total: Moment,
    /// Refused requests by reason, the most frequent first.
    pub reasons: Vec<(&'static str, u64)>,
}

impl Default for Series {
    fn default() -> Self {
        Self { minutes: Mutex::new(vec![Minute::default(); MINUTES]) }
    }
}

impl Series {
    /// Counts a request that was answered now. `refusal` is the word of its reason if it was refused.
    pub fn add(&self, refusal: Option<&'static str>, took: Option<Duration>) {
        self.add_at(this_minute(), refusal, took);
    }

    pub fn recent(&self, minutes: usize, bin: usize) -> Recent {
        self.recent_at(this_minute(), minutes, bin)
    }

    fn add_at(&self, number: u64, refusal: Option<&'static str>, took: Option<Duration>) {
        let mut minutes = self.minutes();
        let Some(minute) = minutes.get_mut(place(number)) else { return };
        if minute.number != number {
            *minute = Minute { number, ..Minute::default() };
        }
        minute.requests = minute.requests.saturating_add(1);
        if let Some(reason) = refusal {
            match minute.refusals.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, count)) => *count = count.saturating_add(1),
                None => minute.refusals.push((reason, 1)),
            }
        }
        if let Some(took) = took {
            minute.durations.resize(CLASSES_MAX, 0);
            let class = &mut minute.durations[class(took)];
            *class = class.saturating_add(1);
        }
    }

    /// `minutes` and `bin` are at least 1 and at most a day.
    fn recent_at(&self, now: u64, minutes: usize, bin: usize) -> Recent {
        let (count, bin) = (minutes.clamp(1, MINUTES), bin.clamp(1, MINUTES));
        let ring = self.minutes();
        let of = |number: u64| ring.get(place(number)).filter(|minute| minute.number == number);
        let first = now.saturating_sub(count as u64 - 1);
        let numbers: Vec<u64> = (first..=now).collect();
        let moments = numbers.chunks(bin).map(|numbers| sum(numbers, of).moment(numbers)).collect();
        let all = sum(&numbers, of);
        let total = all.moment(&numbers);
        let mut reasons: Vec<_> = all.reasons.into_iter().collect();
        reasons.sort_by(|(one, fewer), (other, more)| more.cmp(fewer).then_with(|| one.cmp(other)));
        Recent { moments, total, reasons }
    }

    /// No minute is ever left half changed, so a poisoned lock is safe to use.
    fn minutes(&self) -> MutexGuard<'_, Vec<Minute>> {
        self.minutes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Several minutes together.
#[derive(Default)]
struct Sum {
    requests: u64,
    reasons: BTreeMap<&'static str, u64>,
    durations: Vec<u64>,
}

fn sum<'a>(numbers: &[u64], of: impl Fn(u64) -> Option<&'a Minute>) -> Sum {
    let mut sum = Sum { durations: vec![0; CLASSES_MAX], ..Sum::default() };
    for minute in numbers.iter().filter_map(|number| of(*number)) {
        sum.requests += u64::from(minute.requests);
        for (reason, count) in &minute.refusals {
            *sum.reasons.entry(reason).or_default() += u64::from(*count);
        }
        for (all, count) in sum.durations.iter_mut().zip(&minute.durations) {
            *all += u64::from(*count);
        }
    }
    sum
}

impl Sum {
    fn moment(&self, numbers: &[u64]) -> Moment {
        Moment {
            at: numbers.first().map_or(0, |number| number * 60),
            seconds: numbers.len() as u64 * 60,
            requests: self.requests,
            refused: self.reasons.values().sum(),
            half_us: self.quantile(50),
            most_us: self.quantile(99),
        }
    }

    /// The longest duration of the class in which this percentage of the requests is reached.
    fn quantile(&self, percent: u64) -> Option<u64> {
        let all: u64 = self.durations.iter().sum();
        let wanted = (all * percent).div_ceil(100);
        let mut seen = 0;
        self.durations
            .iter()
            .position(|count| {
                seen += count;
                wanted > 0 && seen >= wanted
            })
            .map(end_us)
    }
}

fn place(number: u64) -> usize {
    usize::try_from(number % MINUTES as u64).unwrap_or_default()
}

fn this_minute() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() / 60)
}

/// The class of a duration: doublings of a microsecond, each in equal parts.
fn class(took: Duration) -> usize {
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).clamp(1, LONGEST_US);
    let doublings = us.ilog2();
    let part = ((us - (1 << doublings)) * u64::from(CLASSES)) >> doublings;
    let class = u64::from(doublings * CLASSES) + part;
    usize::try_from(class).unwrap_or(usize::MAX).min(CLASSES_MAX - 1)
}

/// The end of a class, in microseconds.
fn end_us(class: usize) -> u64 {
    let classes = CLASSES as usize;
    let (doublings, part) = (class / classes, class % classes);
    ((1u64 << doublings) * (classes + part + 1) as u64).div_ceil(classes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 30_000_000;

    fn ms(ms: u64) -> Option<Duration> {
        Some(Duration::from_millis(ms))
    }

    #[test]
    fn minutes_are_counted_in_their_bins() {
        let series = Series::default();
        for (number, refusal) in
            [(NOW, None), (NOW, Some("unknown_device")), (NOW - 1, None), (NOW - 5, Some("timeout"))]
        {
            series.add_at(number, refusal, ms(1));
        }
        series.add_at(NOW - 6, None, ms(1));
        let recent = series.recent_at(NOW, 6, 2);
        let bins: Vec<_> =
            recent.moments.iter().map(|bin| (bin.at / 60, bin.seconds, bin.requests, bin.refused)).collect();
        assert_eq!(bins, [(NOW - 5, 120, 1, 1), (NOW - 3, 120, 0, 0), (NOW - 1, 120, 3, 1)]);
        assert_eq!((recent.total.requests, recent.total.refused), (4, 2));
        assert_eq!(recent.reasons, [("timeout", 1), ("unknown_device", 1)]);
    }

    #[test]
    fn minute_of_yesterday_is_not_counted() {
        let series = Series::default();
        series.add_at(NOW - MINUTES as u64, Some("timeout"), ms(1));
        assert_eq!(series.recent_at(NOW, MINUTES, 60).total.requests, 0);
        series.add_at(NOW, None, ms(1));
        let day = series.recent_at(NOW, MINUTES, 60);
        assert_eq!((day.total.requests, day.total.refused, day.moments.len()), (1, 0, 24));
    }

    #[test]
    fn quantiles_are_within_a_quarter_of_the_duration() {
        let series = Series::default();
        for took in 1..=1_000 {
            series.add_at(NOW, None, ms(took));
        }
        let total = series.recent_at(NOW, 1, 1).total;
        let near = |found: Option<u64>, expected_ms: u64| {
            let found = found.unwrap();
            (expected_ms * 1_000..=expected_ms * 1_250).contains(&found)
        };
        assert!(near(total.half_us, 500) && near(total.most_us, 990), "{total:?}");
        let none = series.recent_at(NOW + 1, 1, 1).total;
        assert_eq!((none.half_us, none.most_us), (None, None));
    }

    #[test]
    fn class_holds_its_durations() {
        for us in (0..40).chain([999, 1_000, 1_001, 29_999_999, u64::MAX]) {
            let class = class(Duration::from_micros(us));
            let is_last = class == CLASSES_MAX - 1;
            assert!(end_us(class) >= us || is_last, "{us}");
            assert!(class == 0 || end_us(class - 1) <= us.max(1), "{us}");
        }
    }
}
