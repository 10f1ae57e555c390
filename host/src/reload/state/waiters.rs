//! Those who wait for a reload. A waiter gets its reply when everything that was on disk at its request is settled.
//! Later changes do not prolong the wait.

use super::event::WaiterId;
use std::time::{Duration, Instant};

/// How long a reply waits for a file that is being written; then it names the file as left out.
const WRITING_MAX: Duration = Duration::from_secs(10);

#[derive(Default)]
pub(super) struct Waiters(Vec<Waiter>);

struct Waiter {
    id: WaiterId,
    since: Instant,
    /// The first look after the request.
    first_look: u64,
    /// The generation that has to be settled; `None` until a look has found no file that is being written.
    generation: Option<u64>,
}

impl Waiters {
    pub(super) fn extend(&mut self, waiter: Option<WaiterId>, since: Instant, first_look: u64) {
        self.0.extend(waiter.map(|id| Waiter { id, since, first_look, generation: None }));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A look has ended, with or without files that are being written.
    pub(super) fn looked(&mut self, now: Instant, look: u64, growing: bool) {
        let is_over = |waiter: &&mut Waiter| !growing || now - waiter.since >= WRITING_MAX;
        for waiter in self.0.iter_mut().filter(|waiter| waiter.first_look <= look).filter(is_over) {
            waiter.generation.get_or_insert(look);
        }
    }

    /// Removes and names the waiters whose generation is settled; `unsettled` is the oldest look that is not.
    pub(super) fn settled(&mut self, unsettled: Option<u64>) -> Vec<WaiterId> {
        let is_settled = |waiter: &mut Waiter| {
            waiter.generation.is_some_and(|generation| unsettled.is_none_or(|unsettled| generation < unsettled))
        };
        self.0.extract_if(.., is_settled).map(|waiter| waiter.id).collect()
    }
}
