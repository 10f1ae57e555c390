//! One round: all connections send the requests of the list, each its next one as soon as it has an answer.

use super::client::Client;
use super::connection::Origin;
use super::error::Error;
use super::expected::Expected;
use super::failures::Failure;
use super::figures::Figures;
use super::list::Request;
use super::plan::{Plan, Progress};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often the progress is shown.
const PROGRESS_PAUSE: Duration = Duration::from_millis(250);

/// The pause after a connection failed, so that a stopped server is not asked in a loop.
const FAILURE_PAUSE: Duration = Duration::from_millis(20);

/// The requests of a round in their order, each with its right answer.
pub type Order<'a> = [(&'a Request, &'a Expected)];

/// Measures one server.
pub fn round(plan: &Plan, origin: &Origin, order: &Order<'_>, progress: Progress<'_>) -> Result<Figures, Error> {
    let (done, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    let begin = Instant::now();
    let time = Duration::from_secs(plan.seconds);
    let worker = |number: usize| {
        let (done, failed) = (&done, &failed);
        move || {
            let mut client = Client::new(origin, plan.account.as_ref())?;
            let mut figures = Figures::default();
            let mine = order.iter().cycle().skip(number * order.len() / plan.connections);
            for (request, expected) in mine.take_while(|_| begin.elapsed() < time) {
                let sent = Instant::now();
                let outcome = ask(&mut client, request, expected);
                figures.take(&outcome, sent.elapsed(), request);
                if outcome.is_err() { failed } else { done }.fetch_add(1, Ordering::Relaxed);
                if outcome.is_err_and(|failure| failure.is_of_connection()) {
                    thread::sleep(FAILURE_PAUSE);
                }
            }
            figures.challenges = client.challenges;
            Ok(figures)
        }
    };
    let mut all = thread::scope(|scope| {
        let threads = (0..plan.connections).map(|number| thread::Builder::new().spawn_scoped(scope, worker(number)));
        let threads = threads.collect::<Result<Vec<_>, _>>();
        let threads = threads.map_err(|error| Error::Threads { connections: plan.connections, error })?;
        while begin.elapsed() < time {
            thread::sleep(PROGRESS_PAUSE.min(time.saturating_sub(begin.elapsed())));
            let (done, failed) = (done.load(Ordering::Relaxed), failed.load(Ordering::Relaxed));
            let seconds = begin.elapsed().as_secs_f64();
            let rate = done as f64 / seconds;
            progress(&format!(
                "{}: {rate:.0} answers/s, {failed} errors, {seconds:.0} of {} s",
                origin.url, plan.seconds
            ));
        }
        let mut all = Figures::default();
        for thread in threads {
            match thread.join() {
                Ok(figures) => all.append(figures.map_err(|error: getrandom::Error| Error::Random(error))?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<_, Error>(all)
    })?;
    all.elapsed = begin.elapsed();
    Ok(all)
}

/// The length of the right answer.
fn ask(client: &mut Client, request: &Request, expected: &Expected) -> Result<usize, Failure> {
    let answer = client.ask(request)?;
    if answer.status != request.status {
        return Err(Failure::Status { found: answer.status, expected: request.status });
    }
    if expected.is_met_by(answer.body) { Ok(answer.body.len()) } else { Err(Failure::Body) }
}

/// An order that does not follow the list, because neighbours in it often share a template. It is the same in every run
/// and for both servers.
pub fn shuffled<T>(items: &mut [T]) {
    let mut random: u64 = 0x9e37_79b9_7f4a_7c15;
    for at in (1..items.len()).rev() {
        // Xorshift by Marsaglia.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        items.swap(at, usize::try_from(random % (at as u64 + 1)).unwrap_or(at));
    }
}
