//! One look at the database for all who ask at the same time. Whoever asks while a look is under way waits for the next
//! one, because only a look that begins later sees what was committed before.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Those who wait for the next look.
#[derive(Default)]
pub struct Rounds<T>(Mutex<Waiting<T>>);

struct Waiting<T> {
    askers: Vec<oneshot::Sender<T>>,
    is_running: bool,
}

impl<T> Default for Waiting<T> {
    fn default() -> Self {
        Self { askers: Vec::new(), is_running: false }
    }
}

impl<T: Copy + Send + 'static> Rounds<T> {
    /// What a look that begins after this call sees; `None` if it panics.
    pub async fn ask<F>(self: &Arc<Self>, look: impl Fn() -> F + Send + 'static) -> Option<T>
    where
        F: Future<Output = T> + Send + 'static,
    {
        let (asker, answer) = oneshot::channel();
        let is_first = {
            let mut waiting = self.waiting();
            waiting.askers.push(asker);
            !mem::replace(&mut waiting.is_running, true)
        };
        if is_first {
            // In a task of its own: whoever asks may hang up.
            tokio::spawn(Running(Arc::clone(self)).run(look));
        }
        answer.await.ok()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that looks as long as anyone asks.
struct Running<T: Copy + Send + 'static>(Arc<Rounds<T>>);

impl<T: Copy + Send + 'static> Running<T> {
    async fn run<F: Future<Output = T> + Send>(self, look: impl Fn() -> F + Send) {
        while let Some(askers) = self.next() {
            let seen = look().await;
            for asker in askers {
                let _ = asker.send(seen);
            }
            // The requests that have arrived meanwhile join the next round.
            tokio::task::yield_now().await;
        }
    }

    /// Those who have asked; `None` if there are none, so that the task ends.
    fn next(&self) -> Option<Vec<oneshot::Sender<T>>> {
        let mut waiting = self.0.waiting();
        waiting.is_running = !waiting.askers.is_empty();
        waiting.is_running.then(|| mem::take(&mut waiting.askers))
    }
}

/// After a panic, those who wait get no answer, and the next who asks begins anew.
impl<T: Copy + Send + 'static> Drop for Running<T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            *self.0.waiting() = Waiting::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn who_asks_during_a_look_gets_the_next_one() {
        let rounds = Arc::new(Rounds::<u64>::default());
        let looks = Arc::new(AtomicU64::new(0));
        let ask = |rounds: Arc<Rounds<u64>>| {
            let looks = Arc::clone(&looks);
            tokio::spawn(async move {
                let look = move || {
                    let number = looks.fetch_add(1, Ordering::SeqCst) + 1;
                    async move {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        number
                    }
                };
                rounds.ask(look).await
            })
        };
        let first = ask(Arc::clone(&rounds));
        tokio::time::sleep(Duration::from_millis(20)).await;
        let later: Vec<_> = (0..20).map(|_| ask(Arc::clone(&rounds))).collect();
        assert_eq!(first.await.unwrap(), Some(1));
        for asked in later {
            assert_eq!(asked.await.unwrap(), Some(2), "one look for all who asked during the first");
        }
        assert_eq!(looks.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn look_that_panics_leaves_the_next_one_in_order() {
        let rounds = Arc::new(Rounds::<u64>::default());
        let broken = rounds.ask(|| async { panic!("for the test") }).await;
        assert_eq!((broken, rounds.ask(|| async { 7 }).await), (None, Some(7)));
    }
}
