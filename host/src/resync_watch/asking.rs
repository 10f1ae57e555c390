//! Asks phones after an edit, each in a task of its own, and counts what became of them.

use super::asked::{Asked, Ended};
use super::fetches::NewFetches;
use crate::directory::Phone;
use crate::journal::{self, Reader};
use crate::metrics::Metrics;
use crate::resync::{Errand, Notifier, Outcome};
use jiff::Timestamp;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// How often the journal is read while phones have to fetch. The server writes it about twice a second.
const FETCH_LOOK: Duration = Duration::from_millis(500);

const FETCHED: &str = "fetched";
const NOT_FETCHED: &str = "not_fetched";

/// The phones that are asked, or were and have to fetch.
#[derive(Default)]
pub struct Asking {
    /// A phone that does not answer must not keep the next one waiting.
    tasks: JoinSet<(u64, Outcome)>,
    asked: Asked,
    /// The journal, while phones have to fetch.
    fetches: Option<NewFetches>,
    read: Option<Instant>,
}

impl Asking {
    /// Lets the counters begin at zero, so that the first event is an increase.
    pub fn start(&self, metrics: &Metrics) {
        Outcome::WORDS.iter().for_each(|word| metrics.resynced(word, 0));
        [FETCHED, NOT_FETCHED].iter().for_each(|word| metrics.resync_fetched(word, 0));
    }

    pub async fn ask(&mut self, notifier: Arc<Notifier>, errand: Errand, journal: &journal::Config) {
        if self.fetches.is_none() {
            self.fetches = begin(journal).await;
        }
        let Phone { address, domain, .. } = &errand.phone;
        let sent = Timestamp::now().as_microsecond();
        let id = self.asked.begin(address.clone(), domain.clone(), sent, Instant::now());
        self.tasks.spawn(async move {
            let outcome = notifier.notify(&errand, false).await;
            let Phone { address, domain, .. } = &errand.phone;
            match &outcome {
                Outcome::Failed(reason) => {
                    tracing::warn!(device.address = %address, domain.name = domain, reason, "phone not notified of an edit");
                }
                _ => {
                    let outcome = outcome.word();
                    tracing::info!(device.address = %address, domain.name = domain, outcome, "phone edited");
                }
            }
            (id, outcome)
        });
    }

    /// Counts what is known by now.
    pub async fn settle(&mut self, metrics: &Metrics) {
        while let Some(ended) = self.tasks.try_join_next() {
            // A task that panicked has logged why; its phone is forgotten when its time is over.
            let Ok((id, outcome)) = ended else { continue };
            metrics.resynced(outcome.word(), 1);
            self.asked.sent(id, outcome.is_notified());
        }
        if self.fetches.is_none() {
            self.asked.forget();
        }
        if self.asked.is_empty() {
            if let Some(fetches) = self.fetches.take() {
                fetches.close().await;
            }
            return;
        }
        if self.read.is_some_and(|read| read.elapsed() < FETCH_LOOK) {
            return;
        }
        self.read = Some(Instant::now());
        self.read_journal().await;
        if self.fetches.is_none() {
            return;
        }
        for ended in self.asked.take_ended(Instant::now()) {
            report(&ended, metrics);
        }
    }

    async fn read_journal(&mut self) {
        let Some(fetches) = &mut self.fetches else { return };
        match fetches.next().await {
            Ok(new) => new.iter().for_each(|(device, at_us)| self.asked.fetched(device, *at_us)),
            Err(error) => {
                tracing::warn!(%error, "it is not known whether notified phones have fetched");
                self.fetches = None;
            }
        }
    }
}

/// The journal from now on; `None` if it cannot be read, which is logged.
async fn begin(journal: &journal::Config) -> Option<NewFetches> {
    let begun = async { NewFetches::from_now(Reader::open(journal).await?).await }.await;
    begun.inspect_err(|error| tracing::warn!(%error, "it is not known whether notified phones fetch")).ok()
}

fn report(ended: &Ended, metrics: &Metrics) {
    let Ended { device, domain, fetched_ms } = ended;
    match fetched_ms {
        Some(after_ms) => {
            tracing::info!(device.address = %device, domain.name = domain, after_ms, "edited phone fetched");
        }
        None => tracing::warn!(device.address = %device, domain.name = domain, "edited phone has not fetched"),
    }
    metrics.resync_fetched(if fetched_ms.is_some() { FETCHED } else { NOT_FETCHED }, 1);
}
