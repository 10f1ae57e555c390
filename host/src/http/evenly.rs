//! Sends refusals at fixed intervals, against timing attacks. A lookup takes longer for a known device address than for
//! an unknown one, and a client that repeats its requests could measure the difference. Therefore a refusal waits for
//! the next multiple of a fixed interval after its request arrived.

use std::time::Duration;
use tokio::time::Instant;

/// The interval. A refusal takes one or two milliseconds to decide, so almost all are sent after the first interval. A
/// phone that is challenged for each of a dozen files waits a tenth of a second in total.
const STEP: Duration = Duration::from_millis(10);

/// Waits for the next multiple of the interval since the request arrived.
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
    fn refusals_of_different_duration_are_sent_together() {
        let ms = |micros| moment(Duration::from_micros(micros)).as_millis();
        assert_eq!([0, 1, 900, 9_999].map(ms), [10; 4]);
        assert_eq!([10_000, 10_001, 19_999].map(ms), [20; 3]);
        assert_eq!(ms(29_000_000), 29_010);
    }

    #[tokio::test]
    async fn refusal_waits_for_the_next_interval() {
        let came = Instant::now();
        release(came).await;
        assert!(came.elapsed() >= STEP);
    }
}
