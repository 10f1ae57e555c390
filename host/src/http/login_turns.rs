//! Turns for checks of passwords. A check occupies a processor for a tenth of a second, so few run at a time, none on a
//! worker of the runtime, and a client whose turn does not come is told to try again.

use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// How long a login waits for its turn: as long as a person waits, and less than the request's own deadline.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Bounds the checks that run at a time to half of the processors, so that phones are served meanwhile.
pub struct LoginTurns {
    turns: Arc<Semaphore>,
    wait_max: Duration,
}

/// No turn came.
#[derive(Debug)]
pub struct NoTurn;

impl Default for LoginTurns {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self { turns: Arc::new(Semaphore::new((processors / 2).max(1))), wait_max: WAIT_MAX }
    }
}

impl LoginTurns {
    /// Runs a check in its turn. A client that hangs up does not end it, nor give its turn to another.
    pub async fn run<T: Send + 'static>(&self, check: impl FnOnce() -> T + Send + 'static) -> Result<T, NoTurn> {
        let waiting = timeout(self.wait_max, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = waiting.map_err(|_| NoTurn)?.map_err(|_| NoTurn)?;
        let checking = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            check()
        });
        checking.await.map_err(|_| NoTurn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    #[tokio::test]
    async fn login_without_turn_is_told_to_try_again() {
        let turns = LoginTurns { turns: Arc::new(Semaphore::new(1)), wait_max: Duration::from_millis(20) };
        let (done, wait) = channel::<()>();
        let wait = Mutex::new(wait);
        let long = turns.run(move || drop(wait.lock().map(|wait| wait.recv())));
        let both = async {
            let second = turns.run(|| ()).await;
            drop(done);
            second
        };
        let (first, second) = tokio::join!(long, both);
        assert!(first.is_ok() && second.is_err());
        assert!(turns.run(|| ()).await.is_ok(), "the turn is free again");
    }
}
