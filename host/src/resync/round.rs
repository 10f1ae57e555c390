//! Asks many phones, one after the other at a pace. A phone that does not answer keeps no other one waiting.

use super::notifier::{Errand, Notifier};
use super::outcome::{Outcome, Report};
use super::plan::Pace;
use crate::plugin::Action;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep_until;

/// Phones that are waited for at a time. Each has a socket, and the longest wait is that of SIP's Timer F.
const WAITING_MAX: usize = 100;

/// Who is asked for what, and how fast.
pub struct Round {
    pub errands: Vec<Errand>,
    pub action: Action,
    pub pace: Pace,
    pub dry_run: bool,
}

/// A phone's report, and when its NOTIFY was sent.
pub struct Done {
    /// The position of the errand.
    pub at: usize,
    pub report: Report,
    pub sent: jiff::Timestamp,
}

impl Round {
    /// Asks all of them. Calls `progress` with each report as soon as there is one.
    pub async fn run(self, notifier: Arc<Notifier>, mut progress: impl FnMut(&Done)) -> Vec<Done> {
        let Self { errands, action, pace, dry_run } = self;
        // Looking up costs the phones nothing.
        let interval = if dry_run { std::time::Duration::ZERO } else { pace.interval(errands.len()) };
        let (begun, turns) = (Instant::now(), Arc::new(Semaphore::new(WAITING_MAX)));
        let (mut tasks, mut done) = (JoinSet::new(), Vec::with_capacity(errands.len()));
        for (at, errand) in errands.into_iter().enumerate() {
            let due = begun + interval * u32::try_from(at).unwrap_or(u32::MAX);
            loop {
                tokio::select! {
                    () = sleep_until(due.into()) => break,
                    Some(ended) = tasks.join_next() => finish(ended, &mut done, &mut progress),
                }
            }
            let (notifier, turn) = (Arc::clone(&notifier), Arc::clone(&turns).acquire_owned().await);
            tasks.spawn(async move {
                let _turn = turn;
                let sent = jiff::Timestamp::now();
                let outcome = notifier.notify(&errand, dry_run).await;
                Done { at, report: Report::of(&errand.phone, action, errand.event.as_deref(), outcome), sent }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            finish(ended, &mut done, &mut progress);
        }
        done.sort_by_key(|done| done.at);
        done
    }
}

fn finish(ended: Result<Done, tokio::task::JoinError>, done: &mut Vec<Done>, progress: &mut impl FnMut(&Done)) {
    // A task that panicked has logged why, and its phone is missing from the report.
    if let Ok(one) = ended {
        progress(&one);
        done.push(one);
    }
}

/// How many phones had which outcome, in words.
pub fn summary(done: &[Done]) -> String {
    let count = |word: &str| done.iter().filter(|done| done.report.outcome.word() == word).count();
    let counts = Outcome::WORDS.iter().map(|word| (word, count(word))).filter(|(_, count)| *count > 0);
    let texts: Vec<_> = counts.map(|(word, count)| format!("{count} {}", word.replace('_', " "))).collect();
    let total = done.len();
    format!("{total} {}: {}", if total == 1 { "device" } else { "devices" }, texts.join(", "))
}

/// Whether everybody was asked who should have been: phones that are off are no failure of a command for many.
pub fn is_good(done: &[Done], is_named: bool) -> bool {
    let is_fine = |report: &Report| {
        let is_failure = matches!(report.outcome, Outcome::Ambiguous(_) | Outcome::Failed(_));
        if is_named { report.is_good() } else { !is_failure }
    };
    done.iter().all(|done| is_fine(&done.report))
}
