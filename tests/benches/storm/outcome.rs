//! The storm itself: many connections, and what each answer was.

use crate::disturb::{Folders, MARK};
use crate::phones::{Device, File, account, origin};
use dialplate::bench::{Client, Processes};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 256;

/// How often the server's memory is read.
const MEMORY_PAUSE: Duration = Duration::from_millis(100);

/// A phone that is told to come back later asks again after this, or sooner than it was told: the storm stays one.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// Phones give up after about this time.
const PATIENCE: Duration = Duration::from_secs(10);

/// Requests that began while the database was down wait for it this long; so an answer that says so may come later.
const GRACE: Duration = Duration::from_millis(500);

/// Failures that are printed.
const SHOWN_MAX: usize = 10;

/// Bytes that are printed of two bodies that differ.
const EXCERPT_BYTES: usize = 60;

/// From when to when the database was down.
pub type Down = Option<(Instant, Instant)>;

/// An answer 503, or any other answer that is not right.
enum Wrong {
    Later { asked: Instant, has_retry_after: bool },
    Other(String),
}

/// What happened.
pub struct Storm {
    took: Duration,
    /// Of the right answers, in order.
    latencies: Vec<Duration>,
    compared: usize,
    wrong: Vec<Wrong>,
    down: Down,
    /// Resident bytes of the server, in equal steps of time.
    memory: Vec<u64>,
}

/// Sets a flag when it is dropped.
struct SetAtEnd<'a>(&'a AtomicBool);

impl Drop for SetAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What one connection saw.
struct Seen<'a> {
    folders: &'a Folders,
    latencies: Vec<Duration>,
    compared: usize,
    wrong: Vec<Wrong>,
}

impl Storm {
    /// All devices fetch their files, and again from the first one if the disturbance is not over by then.
    pub fn run(
        server: (SocketAddr, &Processes),
        devices: &[Device],
        folders: &Folders,
        disturb: impl FnOnce() -> Down,
    ) -> Self {
        let (next, over, ended) = (AtomicUsize::new(0), AtomicBool::new(false), AtomicBool::new(false));
        let memory = Mutex::new(Vec::new());
        let begin = Instant::now();
        let worker = || {
            let mut client = Client::new(&origin(server.0), Some(&account())).expect("random numbers");
            let mut seen = Seen { folders, latencies: Vec::new(), compared: 0, wrong: Vec::new() };
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= devices.len() && over.load(Ordering::Relaxed) {
                    return seen;
                }
                client.log_out();
                devices[number % devices.len()].files.iter().for_each(|file| seen.fetch(&mut client, file));
            }
        };
        let watch = || {
            while !ended.load(Ordering::Relaxed) {
                memory.lock().expect("no reader panics").push(server.1.usage().memory_bytes);
                thread::sleep(MEMORY_PAUSE);
            }
        };
        let (seen, down) = thread::scope(|scope| {
            let _ended = SetAtEnd(&ended);
            scope.spawn(watch);
            let threads: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(worker)).collect();
            let down = {
                // The phones stop too if the disturbance panics.
                let _over = SetAtEnd(&over);
                disturb()
            };
            let seen: Vec<_> = threads.into_iter().map(|thread| thread.join().expect("no phone panics")).collect();
            (seen, down)
        });
        Self::of(seen, begin.elapsed(), down, memory.into_inner().expect("no reader panics"))
    }

    fn of(seen: Vec<Seen<'_>>, took: Duration, down: Down, memory: Vec<u64>) -> Self {
        let (mut latencies, mut compared, mut wrong) = (Vec::new(), 0, Vec::new());
        for seen in seen {
            latencies.extend(seen.latencies);
            compared += seen.compared;
            wrong.extend(seen.wrong);
        }
        latencies.sort_unstable();
        Self { took, latencies, compared, wrong, down, memory }
    }

    pub fn line(&self) -> String {
        let at = |percent: usize| {
            let last = self.latencies.len().saturating_sub(1);
            self.latencies.get(last * percent / 100).map_or(0, Duration::as_millis)
        };
        let later = self.wrong.iter().filter(|wrong| matches!(wrong, Wrong::Later { .. })).count();
        let down = self
            .down
            .map_or(String::new(), |(begin, end)| format!(" (database down for {:.1} s)", (end - begin).as_secs_f64()));
        format!(
            "{} | {:.1} s | {:.0} | {} ms | {} ms | {} ms | {} | {later}{down} | {} MiB | {:.2}",
            self.latencies.len(),
            self.took.as_secs_f64(),
            self.latencies.len() as f64 / self.took.as_secs_f64(),
            at(50),
            at(99),
            at(100),
            self.compared,
            self.memory_peak() >> 20,
            self.memory_growth()
        )
    }

    pub fn memory_peak(&self) -> u64 {
        self.memory.iter().copied().max().unwrap_or_default()
    }

    /// The mean memory of the second half of the storm, as a part of that of the second quarter: the first quarter fills
    /// what the server keeps.
    pub fn memory_growth(&self) -> f64 {
        let mean = |part: &[u64]| part.iter().sum::<u64>() as f64 / part.len().max(1) as f64;
        let count = self.memory.len();
        mean(&self.memory[count / 2..]) / mean(&self.memory[count / 4..count / 2]).max(1.0)
    }

    /// Everything that must not happen.
    pub fn failures(&self) -> Vec<String> {
        let mut failures = Vec::new();
        for wrong in &self.wrong {
            match wrong {
                Wrong::Other(failure) => failures.push(failure.clone()),
                Wrong::Later { has_retry_after: false, .. } => failures.push("503 without Retry-After".to_owned()),
                Wrong::Later { asked, .. } => {
                    if !self.down.is_some_and(|(begin, end)| (begin - PATIENCE..end + GRACE).contains(asked)) {
                        failures.push("503 while the database was there".to_owned());
                    }
                }
            }
        }
        let count = failures.len();
        failures.truncate(SHOWN_MAX);
        if count > SHOWN_MAX {
            failures.push(format!("and {} more", count - SHOWN_MAX));
        }
        failures
    }
}

impl Seen<'_> {
    /// Fetches a file. A phone that is told to come back later does so.
    fn fetch(&mut self, client: &mut Client, file: &File) {
        loop {
            let (asked, live) = (Instant::now(), self.folders.live());
            let failure = match client.ask(&file.request) {
                Ok(answer) if answer.status == 503 => {
                    self.wrong.push(Wrong::Later { asked, has_retry_after: answer.retry_after.is_some() });
                    thread::sleep(RETRY_PAUSE);
                    continue;
                }
                Ok(answer) if answer.status != 200 => Some(format!("status {}", answer.status)),
                Ok(answer) => difference(file, answer.body, live),
                Err(failure) => Some(failure.to_string()),
            };
            let took = asked.elapsed();
            let failure = failure.or_else(|| (took > PATIENCE).then(|| format!("an answer after {took:?}")));
            let Some(failure) = failure else {
                self.latencies.push(took);
                self.compared += usize::from(file.body.is_some());
                return;
            };
            let request = &file.request;
            self.wrong.push(Wrong::Other(format!("{failure}: {} {}", request.target, request.user_agent)));
            return;
        }
    }
}

/// How a body differs from the right one. `live` is the number of the last swap that had ended before the request.
fn difference(file: &File, found: &[u8], live: usize) -> Option<String> {
    let unmarked = |body| if file.is_swapped { split(body) } else { Some((body, live)) };
    let (found, number) = match unmarked(found) {
        Some(parts) => parts,
        None => return Some("the number of the swap is missing".to_owned()),
    };
    if number < live {
        return Some(format!("the document of swap {number} after swap {live}"));
    }
    let (expected, _) = unmarked(file.body.as_deref()?)?;
    if expected == found {
        return None;
    }
    let at = expected.iter().zip(found).take_while(|(one, other)| one == other).count();
    let excerpt = |body: &[u8]| {
        let from = at.saturating_sub(EXCERPT_BYTES / 2);
        String::from_utf8_lossy(&body[from..body.len().min(from + EXCERPT_BYTES)]).into_owned()
    };
    let (bytes, right) = (found.len(), expected.len());
    Some(format!("another body, {bytes} bytes for {right}, {:?} for {:?}", excerpt(found), excerpt(expected)))
}

/// A document of the swapped template without its last line, and the number in that line.
fn split(body: &[u8]) -> Option<(&[u8], usize)> {
    let at = body.windows(MARK.len()).rposition(|part| part == MARK)?;
    let number = str::from_utf8(&body[at + MARK.len()..]).ok()?.trim().parse().ok()?;
    Some((&body[..at], number))
}
