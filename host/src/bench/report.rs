//! The result of a measurement, as text and as JSON.

use super::figures::Figures;
use super::processes::Usage;
use serde::Serialize;
use std::fmt::Write;

/// Failures of different kinds that are printed.
const KINDS_MAX: usize = 10;

#[derive(Serialize)]
pub struct Report {
    /// Requests that were measured.
    pub requests: usize,
    pub connections: usize,
    /// The length of a round.
    pub seconds: u64,
    /// The rounds of each server.
    pub rounds: usize,
    /// Documents whose printed times are left out of the comparison.
    pub documents_with_time: usize,
    /// Documents that vary in more than times, of which only the status is compared.
    pub documents_compared_by_status: usize,
    /// The server, and the one it is compared with.
    pub servers: Vec<ServerReport>,
    /// What the measurement itself used of the machine.
    pub client_processor_seconds: f64,
}

#[derive(Serialize)]
pub struct ServerReport {
    pub url: String,
    pub answers: u64,
    pub answers_per_second: f64,
    /// The same for each round.
    pub rounds_per_second: Vec<f64>,
    pub bytes: u64,
    pub p50_ms: f64,
    pub p90_ms: f64,
    pub p99_ms: f64,
    pub errors: u64,
    pub error_kinds: Vec<ErrorKind>,
    /// How often the server demanded credentials.
    pub challenges: u64,
    /// `None` if the server is not on this machine, or its processes cannot be seen.
    pub processor_seconds: Option<f64>,
    pub memory_peak_bytes: Option<u64>,
}

#[derive(Serialize)]
pub struct ErrorKind {
    pub error: String,
    pub count: u64,
    /// The first request with it.
    pub request: String,
}

impl ServerReport {
    pub(super) fn new(url: &str, rounds_per_second: Vec<f64>, figures: &Figures, memory: Option<Usage>) -> Self {
        let kinds = figures.failures.kinds().map(|(error, count, request)| ErrorKind {
            error: error.to_owned(),
            count,
            request: request.to_owned(),
        });
        Self {
            url: url.to_owned(),
            answers: figures.answers,
            answers_per_second: figures.per_second(),
            rounds_per_second,
            bytes: figures.bytes,
            p50_ms: figures.percentile_ms(50.0),
            p90_ms: figures.percentile_ms(90.0),
            p99_ms: figures.percentile_ms(99.0),
            errors: figures.failures.count(),
            error_kinds: kinds.collect(),
            challenges: figures.challenges,
            processor_seconds: figures.processor.map(|time| time.as_secs_f64()),
            memory_peak_bytes: memory.map(|usage| usage.memory_peak_bytes),
        }
    }

    /// The server's processor time for one answer in microseconds.
    pub fn processor_us(&self) -> Option<f64> {
        self.processor_seconds.map(|seconds| seconds * 1e6 / (self.answers.max(1) as f64))
    }

    fn line(&self) -> String {
        let or_unseen = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let processor = or_unseen(self.processor_seconds.map(|seconds| format!("{seconds:.2}")));
        let memory = or_unseen(self.memory_peak_bytes.map(|bytes| format!("{} MiB", bytes >> 20)));
        format!(
            "{:<32} {:>10.0} {:>8.2} {:>8.2} {:>8.2} {:>7} {processor:>11} {memory:>11}\n",
            self.url, self.answers_per_second, self.p50_ms, self.p90_ms, self.p99_ms, self.errors
        )
    }
}

impl Report {
    /// How many times as many answers the first server gives as the second.
    pub fn ratio(&self) -> Option<f64> {
        match &self.servers[..] {
            [base, against] => Some(base.answers_per_second / against.answers_per_second.max(f64::MIN_POSITIVE)),
            _ => None,
        }
    }

    /// The errors of all servers.
    pub fn errors(&self) -> u64 {
        self.servers.iter().map(|server| server.errors).sum()
    }

    pub fn text(&self) -> String {
        let Self { requests, connections, rounds, seconds, .. } = self;
        let mut text = format!("{requests} requests, {connections} connections, {rounds} rounds of {seconds} s\n");
        text += &format!(
            "{:<32} {:>10} {:>8} {:>8} {:>8} {:>7} {:>11} {:>11}\n",
            "server", "answers/s", "p50 ms", "p90 ms", "p99 ms", "errors", "processor s", "peak memory"
        );
        self.servers.iter().for_each(|server| text += &server.line());
        if let Some(ratio) = self.ratio() {
            let _ = writeln!(text, "ratio: {ratio:.2}");
        }
        let client = self.client_processor_seconds;
        let _ = writeln!(text, "the measurement itself used {client:.2} s of processor time");
        if self.documents_with_time > 0 {
            let _ = writeln!(text, "{} documents print the time, which was not compared", self.documents_with_time);
        }
        if self.documents_compared_by_status > 0 {
            let count = self.documents_compared_by_status;
            let _ = writeln!(text, "{count} documents vary in more than times, so only their status was compared");
        }
        for server in &self.servers {
            for kind in server.error_kinds.iter().take(KINDS_MAX) {
                let _ = writeln!(text, "{}: {} x {}, first: {}", server.url, kind.count, kind.error, kind.request);
            }
        }
        text
    }

    /// # Errors
    /// A figure is no number.
    pub fn json(&self) -> serde_json::Result<String> {
        let mut value = serde_json::to_value(self)?;
        value["ratio"] = serde_json::to_value(self.ratio())?;
        serde_json::to_string_pretty(&value).map(|text| text + "\n")
    }
}
