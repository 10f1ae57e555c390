//! What the task waits for.

use super::super::waiters::Answer;
use super::texts::Done;
use super::{Loads, Task};
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::Signal;
use tokio::task::JoinError;

/// How often the disk is looked at though nothing was told: file systems of other machines tell nothing, nor does the
/// file behind a link to a place that is not watched.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The same where the system tells nothing at all.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// A look at a large tree takes its time; looking now and then takes no more than this part of it.
const LOOK_SHARE: u32 = 20;

pub(super) enum Wake {
    Look,
    Now(Option<Answer>),
    Rested,
    Settled(Done),
    Built(Box<Result<Loads, JoinError>>),
}

impl Task {
    pub(super) async fn wake(&mut self, hangup: &mut Signal) -> Wake {
        let news = self.eyes.as_ref().map(|(_, watch)| Arc::clone(watch.news()));
        let every = if self.report.polling.is_some() { POLL_EVERY } else { LOOK_EVERY };
        let look = self.look_began + every.max(self.look_took * LOOK_SHARE);
        let rest = self.edited.filter(|_| self.build.is_none()).map(|(_, due)| due);
        let told = async {
            match news {
                Some(news) => news.due().await,
                None => pending().await,
            }
        };
        let built = async {
            match &mut self.build {
                Some(build) => (&mut build.task).await,
                None => pending().await,
            }
        };
        let rested = async {
            match rest {
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => pending().await,
            }
        };
        tokio::select! {
            done = built => Wake::Built(Box::new(done)),
            Some(answer) = self.asks.recv() => Wake::Now(Some(answer)),
            Some(()) = hangup.recv() => {
                tracing::info!("SIGHUP: looking at templates and plugins; the configuration is read at the start alone");
                Wake::Now(None)
            }
            () = told => Wake::Look,
            Some(Ok(done)) = self.unsettled.work.join_next() => Wake::Settled(done),
            () = rested => Wake::Rested,
            () = tokio::time::sleep_until(look.into()) => Wake::Look,
        }
    }
}
