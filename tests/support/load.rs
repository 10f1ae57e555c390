//! Continuous requests on eight connections, each answer compared with the recorded one.

use crate::client;
use crate::corpus;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const CONNECTIONS: usize = 8;

/// One request and its result.
pub struct Outcome {
    pub begin: Instant,
    pub took: Duration,
    pub verdict: Verdict,
}

/// How an answer compares with the recorded one.
#[derive(PartialEq, Eq, Debug)]
pub enum Verdict {
    /// The recorded file.
    Right,
    /// Status 503 with a `Retry-After` header.
    Later,
    /// Anything else, with the difference.
    Wrong(String),
}

/// Threads that send requests until they are stopped.
pub struct Load {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Vec<Outcome>>>,
}

impl Load {
    /// Sends the requests of these recorded cases repeatedly. Each connection starts at a different case.
    pub fn start(server: SocketAddr, cases: &[Value]) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let cases: Arc<[Value]> = cases.into();
        let run = |from: usize| {
            let (stop, cases) = (Arc::clone(&stop), Arc::clone(&cases));
            thread::spawn(move || {
                let mine = cases.iter().cycle().skip(from * cases.len() / CONNECTIONS);
                let ask = |case| {
                    let begin = Instant::now();
                    let verdict = verdict(server, case);
                    Outcome { begin, took: begin.elapsed(), verdict }
                };
                mine.take_while(|_| !stop.load(Ordering::Relaxed)).map(ask).collect()
            })
        };
        Self { threads: (0..CONNECTIONS).map(run).collect(), stop }
    }

    /// Waits for the requests in flight, and returns all outcomes.
    pub fn stop(self) -> Vec<Outcome> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().flat_map(|thread| thread.join().expect("no request panics")).collect()
    }
}

fn verdict(server: SocketAddr, case: &Value) -> Verdict {
    let text = |name: &str| case[name].as_str().unwrap_or_default();
    let headers: Vec<(&str, &str)> = case["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
        .collect();
    let answer = match client::try_send(server, text("method"), text("target"), &headers, text("body").as_bytes()) {
        Ok(answer) => answer,
        Err(error) => return Verdict::Wrong(format!("{}: {error}", text("id"))),
    };
    if answer.status == 503 {
        let again = answer.header("retry-after").parse::<u32>().is_ok();
        return if again { Verdict::Later } else { Verdict::Wrong("503 without Retry-After".to_owned()) };
    }
    corpus::differing(&answer, case).map_or(Verdict::Right, Verdict::Wrong)
}
