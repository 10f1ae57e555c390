//! Whether phones that were notified fetch again: from the journal, which a running server writes.

use crate::journal::{self, Filter, ReadError, Reader};
use crate::resync::{Done, Fetched, Outcome};
use jiff::Timestamp;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often the journal is read. The server writes it about twice a second.
const PAUSE: Duration = Duration::from_millis(100);

/// The fetches that the journal has from a moment on.
pub struct NewFetches {
    reader: Reader,
    last: i64,
}

impl NewFetches {
    /// # Errors
    /// The journal cannot be read.
    pub async fn from_now(mut reader: Reader) -> Result<Self, ReadError> {
        let last = reader.newest_id().await?;
        Ok(Self { reader, last })
    }

    /// The device and the time of each further fetch, in microseconds.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn next(&mut self) -> Result<Vec<(String, i64)>, ReadError> {
        let mut fetches = Vec::new();
        loop {
            let entries = self.reader.after(&Filter::default(), self.last).await?;
            let Some(last) = entries.last() else { return Ok(fetches) };
            self.last = last.id;
            let of_devices = entries.into_iter().filter(journal::Entry::is_fetch);
            fetches.extend(of_devices.filter_map(|entry| Some((entry.device?, entry.at_us))));
        }
    }

    pub async fn close(self) {
        self.reader.close().await;
    }
}

/// The journal from the moment on when the first phone was notified.
pub struct Fetches {
    new: NewFetches,
    /// The times of each device's fetches since then, in microseconds.
    times: HashMap<String, Vec<i64>>,
}

impl Fetches {
    /// # Errors
    /// The journal cannot be read.
    pub async fn from_now(reader: Reader) -> Result<Self, ReadError> {
        Ok(Self { new: NewFetches::from_now(reader).await?, times: HashMap::new() })
    }

    /// Waits until every notified phone has fetched, or so many seconds have passed since its NOTIFY.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub async fn wait(&mut self, done: &mut [Done], seconds: u64) -> Result<(), ReadError> {
        let end = Instant::now() + Duration::from_secs(seconds);
        loop {
            // What is read after the end was written before it.
            let is_last = Instant::now() >= end;
            self.read().await?;
            let mut waits = false;
            for one in done.iter_mut() {
                if !matches!(one.report.outcome, Outcome::Notified { .. }) {
                    continue;
                }
                let after_ms = self.after_ms(&one.report.address, one.sent).filter(|ms| *ms <= seconds * 1_000);
                one.report.fetched = Some(after_ms.map_or(Fetched::NotWithinS(seconds), Fetched::AfterMs));
                waits |= after_ms.is_none();
            }
            if is_last || !waits {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }

    async fn read(&mut self) -> Result<(), ReadError> {
        for (device, at_us) in self.new.next().await? {
            self.times.entry(device).or_default().push(at_us);
        }
        Ok(())
    }

    /// Milliseconds from a NOTIFY to the next fetch.
    fn after_ms(&self, address: &str, sent: Timestamp) -> Option<u64> {
        let sent = sent.as_microsecond();
        let times = self.times.get(address)?.iter();
        let after = times.filter(|at| **at >= sent).map(|at| (at - sent) / 1_000).min()?;
        u64::try_from(after).ok()
    }
}
