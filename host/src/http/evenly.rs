//! When a refusal is sent. The database finds a device and its domain's rows for a known address and nothing for an
//! unknown one, so the two take differently long, and who asks often enough could tell them apart. So no refusal is
//! sent when it is ready, but at the next of a few fixed moments after its request came.

use std::time::Duration;
use tokio::time::Instant;

/// Between one moment and the next. A refusal is decided within a millisecond or two, so practically all are sent at
/// the first; a phone that is challenged for each of a dozen files waits a tenth of a second for it in all.
const STEP: Duration = Duration::from_millis(10);

/// Waits for the next moment after a request came.
pub async fn release(came: Instant) {
    tokio::time::sleep_until(came + moment(came.elapsed())).await;
}

fn moment(took: Duration) -> Duration {
    let steps = took.as_micros() / STEP.as_micros() + 1;
    STEP.saturating_mul(u32::try_from(steps).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_differently_long_is_sent_at_the_same_moment() {
        let ms = |micros| moment(Duration::from_micros(micros)).as_millis();
        assert_eq!([0, 1, 900, 9_999].map(ms), [10; 4]);
        assert_eq!([10_000, 10_001, 19_999].map(ms), [20; 3]);
        assert_eq!(ms(29_000_000), 29_010);
    }

    #[tokio::test]
    async fn a_refusal_waits_for_its_moment() {
        let came = Instant::now();
        release(came).await;
        assert!(came.elapsed() >= STEP);
    }
}
