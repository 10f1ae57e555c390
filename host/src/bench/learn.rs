//! Before the measurement: the right answer to each request. The first answer is the right one, and another server must
//! give the same. Documents that print the time are found by asking again in another second.

use super::client::Client;
use super::error::Error;
use super::expected::Expected;
use super::failures::{Failure, Failures};
use super::list::Request;
use super::plan::{Plan, Progress};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

/// Two answers with this pause between them are of different seconds.
const SECOND: Duration = Duration::from_millis(1_100);

/// The clock may advance between the answers of two servers, but not as often in a row.
const COMPARISONS_MAX: usize = 3;

/// Documents with times that are compared at once, because their bodies are kept meanwhile.
const TIMED_MAX: usize = 256;

/// How often the progress is shown.
const PROGRESS_PAUSE: Duration = Duration::from_millis(50);

/// The right answers.
pub struct Learned {
    /// For each server and request; `None` if the request failed.
    pub expected: Vec<Vec<Option<Expected>>>,
    /// For each server.
    pub failures: Vec<Failures>,
    /// The answers that are not the same on both servers.
    pub differences: Failures,
}

/// The first answers to one request.
struct First {
    /// The body of each server, as a hash.
    answers: Vec<Result<Expected, Failure>>,
    is_same: bool,
}

/// Asks for every request until its right answers are known.
pub fn learn(plan: &Plan, progress: Progress<'_>) -> Result<Learned, Error> {
    let all: Vec<_> = (0..plan.requests.len()).collect();
    let firsts = each(plan, &all, "checking", progress, first)?;
    thread::sleep(SECOND);
    let second = |clients: &mut [Client], request: &Request| bodies(clients, request, Expected::same);
    let seconds = each(plan, &all, "checking again", progress, second)?;
    let servers = plan.servers().count();
    let mut learned = Learned {
        expected: vec![Vec::with_capacity(all.len()); servers],
        failures: vec![Failures::default(); servers],
        differences: Failures::default(),
    };
    let mut timed = Vec::new();
    for (at, (first, second)) in firsts.iter().zip(seconds).enumerate() {
        let is_steady = first.answers.iter().zip(&second).all(|(one, other)| one.is_err() || one == other);
        if !is_steady {
            timed.push(at);
        }
        learned.take(&plan.requests[at], &first.answers);
        if is_steady && !first.is_same {
            learned.differences.add(&Failure::Difference, &plan.requests[at].target);
        }
    }
    for some in timed.chunks(TIMED_MAX) {
        let copy = |clients: &mut [Client], request: &Request| bodies(clients, request, <[u8]>::to_vec);
        let early = each(plan, some, "checking documents with times", progress, copy)?;
        thread::sleep(SECOND);
        let late = each(plan, some, "checking documents with times", progress, copy)?;
        for ((at, early), late) in some.iter().zip(&early).zip(&late) {
            learned.take_timed(*at, &plan.requests[*at], early, late);
        }
    }
    Ok(learned)
}

impl Learned {
    fn take(&mut self, request: &Request, answers: &[Result<Expected, Failure>]) {
        for (server, answer) in answers.iter().enumerate() {
            self.expected[server].push(answer.clone().ok());
            if let Err(failure) = answer {
                self.failures[server].add(failure, &request.target);
            }
        }
    }

    fn take_timed(&mut self, at: usize, request: &Request, early: &[Body], late: &[Body]) {
        for (server, bodies) in early.iter().zip(late).enumerate() {
            match bodies {
                (Ok(one), Ok(other)) => self.expected[server][at] = Some(Expected::of_two(one, other)),
                (Err(failure), _) | (_, Err(failure)) => {
                    self.expected[server][at] = None;
                    self.failures[server].add(failure, &request.target);
                }
            }
        }
        let (Some(Some(base)), Some(Ok(other))) = (self.expected[0].get(at), late.get(1)) else { return };
        if !base.is_met_by(other) {
            self.differences.add(&Failure::Difference, &request.target);
        }
    }
}

type Body = Result<Vec<u8>, Failure>;

/// One request to every server.
fn bodies<T>(clients: &mut [Client], request: &Request, of: impl Fn(&[u8]) -> T) -> Vec<Result<T, Failure>> {
    let answer = |client: &mut Client| {
        let answer = client.ask(request)?;
        let (found, expected) = (answer.status, request.status);
        if found == expected { Ok(of(answer.body)) } else { Err(Failure::Status { found, expected }) }
    };
    clients.iter_mut().map(answer).collect()
}

/// The first answers to a request, compared byte by byte.
fn first(clients: &mut [Client], request: &Request) -> First {
    let mut answers = bodies(clients, request, <[u8]>::to_vec);
    let is_same = |answers: &[Body]| match answers {
        [Ok(one), Ok(other)] => one == other,
        _ => true,
    };
    for _ in 1..COMPARISONS_MAX {
        if !is_same(&answers) {
            answers = bodies(clients, request, <[u8]>::to_vec);
        }
    }
    let hash = |answer: &Body| answer.as_ref().map(|body| Expected::same(body)).map_err(Failure::clone);
    First { is_same: is_same(&answers), answers: answers.iter().map(hash).collect() }
}

/// Does something for each of these requests, on all connections of the plan. The results are in the order of `of`.
fn each<T: Send>(
    plan: &Plan,
    of: &[usize],
    label: &str,
    progress: Progress<'_>,
    work: impl Fn(&mut [Client], &Request) -> T + Sync,
) -> Result<Vec<T>, Error> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let worker = || {
        let mut clients =
            plan.servers().map(|origin| Client::new(origin, plan.account.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let mut results = Vec::new();
        while let Some(at) = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < of.len()) {
            results.push((at, work(&mut clients, &plan.requests[of[at]])));
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(results)
    };
    let mut results = thread::scope(|scope| {
        let threads = (0..plan.connections.min(of.len())).map(|_| thread::Builder::new().spawn_scoped(scope, worker));
        let threads = threads.collect::<Result<Vec<_>, _>>();
        let threads = threads.map_err(|error| Error::Threads { connections: plan.connections, error })?;
        while threads.iter().any(|thread| !thread.is_finished()) {
            progress(&format!("{label}: {} of {}", done.load(Ordering::Relaxed), of.len()));
            thread::sleep(PROGRESS_PAUSE);
        }
        let mut all = Vec::with_capacity(of.len());
        for thread in threads {
            match thread.join() {
                Ok(results) => all.extend(results.map_err(|error: getrandom::Error| Error::Random(error))?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok::<_, Error>(all)
    })?;
    results.sort_unstable_by_key(|(at, _)| *at);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}
