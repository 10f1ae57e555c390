//! The task of `resync_on_change`: looks for edits, compares phones, and notifies those that would get something else.

use super::asking::Asking;
use super::changes::{Changes, State};
use super::outdated::Comparison;
use super::pending::Pending;
use crate::directory::Phone;
use crate::http::AppState;
use crate::journal::{self, Reader};
use crate::plugin::Action;
use crate::resync::{Config, Errand, Notifier, Outcome, Pace, add_vendors};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How often the queue of phones is served while phones wait.
const TICK: Duration = Duration::from_millis(20);

/// What the task works with.
pub struct Watcher {
    /// Weak, because a stopping server waits until nobody has the state.
    pub app: Weak<AppState>,
    pub config: Config,
    pub journal: journal::Config,
}

/// What one edit is worked on with.
struct Work<'a> {
    app: &'a AppState,
    watcher: &'a Watcher,
}

/// All devices at the last edit, those that are still to be compared, and the way to their phones.
#[derive(Default)]
struct Round {
    phones: Arc<[Phone]>,
    rest: VecDeque<Phone>,
    /// The journal, as long as devices are compared.
    reader: Option<Reader>,
    notifier: Option<Arc<Notifier>>,
}

/// Notifies phones after edits, until the server stops.
pub async fn watch(watcher: Watcher) {
    let now = Instant::now();
    let pace = Pace { rate: watcher.config.rate, spread: watcher.config.spread };
    let (mut changes, mut pending, mut round) = (Changes::default(), Pending::new(pace, now), Round::default());
    let (mut asking, mut look_at) = (Asking::default(), None::<Instant>);
    tracing::info!("phones are notified after an edit");
    loop {
        let Some(app) = watcher.app.upgrade() else { return std::future::pending().await };
        let work = Work { app: &app, watcher: &watcher };
        if look_at.is_none() {
            asking.start(&app.metrics);
            round.phones = work.phones().await.unwrap_or_default().into();
        }
        if look_at.is_none_or(|at| Instant::now() >= at) {
            if changes.is_due(work.state().await, Instant::now()) {
                work.begin(&mut round).await;
            }
            let now = Instant::now();
            look_at = Some(now + changes.pause(now));
        }
        let is_compared = !work.compare_next(&mut round, &mut pending).await;
        // Phones are spread when all of them are known. Otherwise the first one must not wait for the others.
        let may_send = is_compared || watcher.config.spread.is_zero();
        if let Some(errand) = may_send.then(|| pending.take(Instant::now())).flatten() {
            let uuid = errand.phone.uuid.clone();
            if !work.notify(&mut round, &mut asking, errand).await {
                pending.failed(&uuid);
            }
        }
        asking.settle(&app.metrics).await;
        drop(app);
        if is_compared {
            let look = look_at.map_or(TICK, |at| at.saturating_duration_since(Instant::now()));
            sleep(if pending.is_empty() { look } else { look.min(TICK) }).await;
        }
    }
}

impl Work<'_> {
    async fn state(&self) -> State {
        let snapshot = Arc::as_ptr(&self.app.snapshot.load_full()) as usize;
        State { database: self.app.directory.version().await, snapshot }
    }

    /// All devices; `None` if the database does not answer, which is logged.
    async fn phones(&self) -> Option<Vec<Phone>> {
        match self.app.directory.phones().await {
            Ok(mut phones) => {
                add_vendors(&mut phones, &self.app.snapshot.load().plugins);
                Some(phones)
            }
            Err(error) => {
                tracing::warn!(%error, "phones are not notified of an edit");
                None
            }
        }
    }

    /// Reads all devices, which are to be compared. Those whose own lines have changed come first.
    async fn begin(&self, round: &mut Round) {
        let Some(phones) = self.phones().await else { return };
        round.reader = match Reader::open(&self.watcher.journal).await {
            Ok(reader) => Some(reader),
            // Without a journal, no phone has fetched yet.
            Err(journal::ReadError::Missing(_)) => return,
            Err(error) => return tracing::warn!(%error, "phones are not notified of an edit"),
        };
        let known: HashMap<&str, &Phone> = round.phones.iter().map(|phone| (phone.uuid.as_str(), phone)).collect();
        let is_same = |phone: &Phone| known.get(phone.uuid.as_str()).is_some_and(|known| known.lines == phone.lines);
        let enabled = phones.iter().filter(|phone| phone.is_enabled).cloned();
        let (unchanged, changed): (Vec<Phone>, Vec<Phone>) = enabled.partition(is_same);
        round.rest = changed.into_iter().chain(unchanged).collect();
        (round.phones, round.notifier) = (phones.into(), None);
    }

    /// Compares one device, and queues its phone if it lacks something. Returns false if none is left.
    async fn compare_next(&self, round: &mut Round, pending: &mut Pending) -> bool {
        let (Some(reader), Some(phone)) = (&mut round.reader, round.rest.pop_front()) else {
            if let Some(reader) = round.reader.take() {
                reader.close().await;
                pending.spread();
            }
            return false;
        };
        let fetches = match reader.last_fetches(&phone.address).await {
            Ok(fetches) => fetches,
            Err(error) => {
                tracing::warn!(%error, "phones are not notified of an edit");
                round.rest.clear();
                return true;
            }
        };
        let comparison = Comparison::of(self.app, &fetches, &phone.address, &phone.domain).await;
        if comparison.is_outdated() {
            let plugins = Arc::clone(&self.app.snapshot.load().plugins);
            let event = plugins.event(&phone.vendor, &phone.template, Action::Resync).map(str::to_owned);
            pending.add(Errand { phone, event }, comparison.newer);
        } else {
            pending.is_up_to_date(&phone.uuid);
        }
        true
    }

    /// Returns whether the phone was asked, or never will be.
    async fn notify(&self, round: &mut Round, asking: &mut Asking, errand: Errand) -> bool {
        let notifier = match &round.notifier {
            Some(notifier) => Arc::clone(notifier),
            None => {
                let plugins = Arc::clone(&self.app.snapshot.load().plugins);
                let phones = Arc::clone(&round.phones);
                match Notifier::open(&self.watcher.config, &self.app.directory, phones, plugins).await {
                    Ok(notifier) => Arc::clone(round.notifier.insert(Arc::new(notifier))),
                    Err(error) => {
                        tracing::warn!(%error, device.address = %errand.phone.address, "phone not notified of an edit");
                        self.app.metrics.resynced(Outcome::Failed(String::new()).word(), 1);
                        return false;
                    }
                }
            }
        };
        asking.ask(notifier, errand, &self.watcher.journal).await;
        true
    }
}
