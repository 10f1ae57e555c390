//! The server's metrics, which the admin endpoint serves at `GET /metrics`.
//!
//! Every label has a small set of values, such as statuses, outcomes or names of loaded plugins. None comes from a
//! phone, but for the networks with the most failed requests, whose number is bounded.

mod labels;
mod series;

pub use series::{Moment, Recent};

use crate::log;
use labels::{
    FailureLabels, FileLabels, LimitKindLabels, LimitLabels, NetworkLabels, OutcomeLabels, PluginLabels, ReasonLabels,
    RequestLabels,
};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use series::Series;
use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Histogram buckets in seconds, from a small file to the time limit of a render.
const RENDER_SECONDS: [f64; 12] = [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0];

#[derive(Clone)]
struct RenderSeconds;

impl MetricConstructor<Histogram> for RenderSeconds {
    fn new_metric(&self) -> Histogram {
        Histogram::new(RENDER_SECONDS)
    }
}

/// All counters of the server.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    reasons: Family<ReasonLabels, Counter>,
    in_flight: Gauge,
    renders: Family<PluginLabels, Histogram, RenderSeconds>,
    failures: Family<FailureLabels, Counter>,
    reloads: Family<OutcomeLabels, Counter>,
    resyncs: Family<OutcomeLabels, Counter>,
    resync_fetches: Family<OutcomeLabels, Counter>,
    plugins: PluginGauges,
    limits: Family<LimitLabels, Counter>,
    refused: Family<FileLabels, Gauge>,
    swaps: Gauge,
    log_lines_lost: Counter,
    documents: DocumentMetrics,
    journal: JournalMetrics,
    facts: FactsMetrics,
    refusals: RefusalGauges,
    /// Held while the gauges are updated and encoded, so that two scrapes do not interleave.
    reading: Mutex<()>,
    tallies: Mutex<HashMap<String, Tally>>,
    series: Series,
}

/// Gauges that are updated from the snapshot at each scrape.
#[derive(Default)]
struct PluginGauges {
    memory: Family<PluginLabels, Gauge>,
    templates: Family<PluginLabels, Gauge>,
    faults: Family<PluginLabels, Gauge>,
    failing: Family<PluginLabels, Gauge>,
}

/// The facts that are kept, updated at each scrape.
#[derive(Default)]
struct FactsMetrics {
    hits: Counter,
    misses: Counter,
    bytes: Gauge,
}

/// What the rate limits know, updated at each scrape.
#[derive(Default)]
struct RefusalGauges {
    networks: Family<NetworkLabels, Gauge>,
    limits: Family<LimitKindLabels, Gauge>,
}

/// Documents that are kept, updated at each scrape.
#[derive(Default)]
struct DocumentMetrics {
    hits: Counter,
    misses: Counter,
    bytes: Gauge,
}

/// The current numbers of kept documents.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct DocumentCounts {
    /// Documents that were sent without a render.
    pub hits: u64,
    /// Documents that could have been kept and were not there.
    pub misses: u64,
    pub bytes: u64,
}

/// The journal, updated at each scrape.
#[derive(Default)]
struct JournalMetrics {
    written: Counter,
    lost: Counter,
    lag: Gauge<f64, AtomicU64>,
    failing: Gauge,
}

/// The current numbers of the journal.
#[derive(Clone, Copy, Default, Debug)]
pub struct JournalCounts {
    pub written: u64,
    pub lost: u64,
    /// The age of the oldest line that is not written yet, in seconds; 0 if none waits.
    pub lag_s: f64,
    /// Whether the file cannot be written.
    pub failing: bool,
}

/// The current state of a plugin.
pub struct PluginState<'a> {
    pub name: &'a str,
    pub memory_bytes: usize,
    pub templates: usize,
    pub faults: usize,
    pub failing: bool,
}

/// The current values of the gauges, for one scrape.
pub struct State<'a> {
    pub swaps: u64,
    pub plugins: Vec<PluginState<'a>>,
    /// The names of refused component files.
    pub refused: Vec<&'a str>,
    /// Plugin, configuration key of the limit, and how often it was exceeded since the server started.
    pub limits: Vec<(String, &'static str, u64)>,
    pub documents: DocumentCounts,
    pub journal: JournalCounts,
    pub facts: FactsCounts,
    /// The networks with the most failed requests, and their number.
    pub network_failures: Vec<(String, u32)>,
    /// How many rate limits of each kind are reached.
    pub limits_reached: Vec<(&'static str, usize)>,
}

/// The use of the kept facts since the start, and their size now.
#[derive(Clone, Copy, Default)]
pub struct FactsCounts {
    pub hits: u64,
    pub misses: u64,
    pub bytes: u64,
}

/// The renders of a plugin since the server started, over all its versions.
#[derive(Clone, Default)]
pub struct Tally {
    pub renders: u64,
    pub failures: u64,
    pub last_failure: Option<LastFailure>,
}

#[derive(Clone)]
pub struct LastFailure {
    pub at: SystemTime,
    pub kind: &'static str,
    pub message: String,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("dialplate"),
            requests: Family::default(),
            reasons: Family::default(),
            in_flight: Gauge::default(),
            renders: Family::new_with_constructor(RenderSeconds),
            failures: Family::default(),
            reloads: Family::default(),
            resyncs: Family::default(),
            resync_fetches: Family::default(),
            plugins: PluginGauges::default(),
            limits: Family::default(),
            refused: Family::default(),
            swaps: Gauge::default(),
            log_lines_lost: Counter::default(),
            documents: DocumentMetrics::default(),
            journal: JournalMetrics::default(),
            facts: FactsMetrics::default(),
            refusals: RefusalGauges::default(),
            reading: Mutex::default(),
            tallies: Mutex::default(),
            series: Series::default(),
        };
        metrics.journal.register(&mut metrics.registry);
        let (registry, plugins) = (&mut metrics.registry, &metrics.plugins);
        registry.register("requests", "Requests by outcome", metrics.requests.clone());
        registry.register("request_reasons", "Requests by reason, a word of the journal", metrics.reasons.clone());
        registry.register("requests_in_flight", "Requests being answered", metrics.in_flight.clone());
        registry.register("render_seconds", "Time of a render, failed ones included", metrics.renders.clone());
        registry.register("plugin_failures", "Renders without a document, by kind", metrics.failures.clone());
        registry.register("reloads", "Reloads that found changes or were requested", metrics.reloads.clone());
        registry.register("resyncs", "Phones to notify after an edit, by outcome", metrics.resyncs.clone());
        registry.register("resync_fetches", "Notified phones, by whether they fetched", metrics.resync_fetches.clone());
        registry.register("snapshot_swaps", "Snapshots replaced since the start", metrics.swaps.clone());
        registry.register("plugin_memory_bytes", "Memory of a plugin with its templates", plugins.memory.clone());
        registry.register("plugin_templates", "Templates that a plugin is prepared with", plugins.templates.clone());
        registry.register("plugin_template_faults", "Templates among them that do not compile", plugins.faults.clone());
        registry.register("plugin_limits", "Calls that exceeded a limit, by its key", metrics.limits.clone());
        registry.register("plugin_refused", "1 for a component file that was refused", metrics.refused.clone());
        let lost = "Log lines that could not be written";
        registry.register("log_lines_lost", lost, metrics.log_lines_lost.clone());
        let documents = &metrics.documents;
        registry.register("document_hits", "Documents sent without a render", documents.hits.clone());
        registry.register("document_misses", "Documents that may be kept, rendered", documents.misses.clone());
        registry.register("document_bytes", "Bytes of kept documents", documents.bytes.clone());
        let facts = &metrics.facts;
        registry.register("facts_hits", "Facts that were used without reading them again", facts.hits.clone());
        registry.register("facts_misses", "Facts that were read from the database", facts.misses.clone());
        registry.register("facts_bytes", "Bytes of kept facts, about", facts.bytes.clone());
        let networks = "Failed requests that count against a network now, for the networks with the most";
        registry.register("network_failures", networks, metrics.refusals.networks.clone());
        let limits = "Rate limits that are reached now, by kind";
        registry.register("limits_reached", limits, metrics.refusals.limits.clone());
        registry.register("plugin_failing", "1 for a plugin that failed too often in a row", plugins.failing.clone());
        metrics
    }
}

impl FactsMetrics {
    fn set(&self, FactsCounts { hits, misses, bytes }: FactsCounts) {
        self.hits.inc_by(hits.saturating_sub(self.hits.get()));
        self.misses.inc_by(misses.saturating_sub(self.misses.get()));
        self.bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}

impl RefusalGauges {
    fn set(&self, networks: Vec<(String, u32)>, limits: &[(&'static str, usize)]) {
        self.networks.clear();
        for (network, failures) in networks {
            self.networks.get_or_create(&NetworkLabels { network }).set(failures.into());
        }
        for (kind, count) in limits {
            self.limits.get_or_create(&LimitKindLabels { kind }).set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
    }
}

impl DocumentMetrics {
    fn set(&self, DocumentCounts { hits, misses, bytes }: DocumentCounts) {
        self.hits.inc_by(hits.saturating_sub(self.hits.get()));
        self.misses.inc_by(misses.saturating_sub(self.misses.get()));
        self.bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }
}

impl JournalMetrics {
    fn register(&self, registry: &mut Registry) {
        registry.register("journal_lines", "Lines written to the journal", self.written.clone());
        registry.register("journal_lines_lost", "Lines of the journal that could not be written", self.lost.clone());
        registry.register("journal_lag_seconds", "Age of the oldest line that is not written yet", self.lag.clone());
        registry.register("journal_failing", "1 while the journal cannot be written", self.failing.clone());
    }

    fn set(&self, JournalCounts { written, lost, lag_s, failing }: JournalCounts) {
        self.written.inc_by(written.saturating_sub(self.written.get()));
        self.lost.inc_by(lost.saturating_sub(self.lost.get()));
        self.lag.set(lag_s);
        self.failing.set(i64::from(failing));
    }
}

/// Counts a request as in flight until dropped.
pub struct InFlight<'a>(&'a Gauge);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    pub fn arrived(&self) -> InFlight<'_> {
        self.in_flight.inc();
        InFlight(&self.in_flight)
    }

    /// Counts an answer. `outcome` and `reason` are one word each; `plugin` is empty if the request reached no plugin;
    /// `took` is `None` for a request that was never read.
    pub fn answered(
        &self,
        status: u16,
        outcome: &'static str,
        plugin: &str,
        reason: &'static str,
        took: Option<Duration>,
    ) {
        self.series.add((status >= 400).then_some(reason), took);
        self.reasons.get_or_create(&ReasonLabels { reason }).inc();
        self.requests.get_or_create(&RequestLabels { status, outcome, plugin: plugin.to_owned() }).inc();
    }

    /// Records a render. `failure` is its kind and message.
    pub fn rendered(&self, plugin: &str, took: Duration, failure: Option<(&'static str, String)>) {
        let labels = PluginLabels { plugin: plugin.to_owned() };
        self.renders.get_or_create(&labels).observe(took.as_secs_f64());
        let mut tallies = self.tallies.lock().unwrap_or_else(PoisonError::into_inner);
        if !tallies.contains_key(plugin) {
            tallies.insert(plugin.to_owned(), Tally::default());
        }
        let Some(tally) = tallies.get_mut(plugin) else { return };
        tally.renders += 1;
        let Some((kind, message)) = failure else { return };
        tally.failures += 1;
        tally.last_failure = Some(LastFailure { at: SystemTime::now(), kind, message });
        drop(tallies);
        self.failures.get_or_create(&FailureLabels { plugin: labels.plugin, kind }).inc();
    }

    pub fn tally(&self, plugin: &str) -> Tally {
        self.tallies.lock().unwrap_or_else(PoisonError::into_inner).get(plugin).cloned().unwrap_or_default()
    }

    /// The requests of the last so many minutes, a bin for each `bin` of them.
    pub fn recent(&self, minutes: usize, bin: usize) -> Recent {
        self.series.recent(minutes, bin)
    }

    pub fn reloaded(&self, outcome: &'static str) {
        self.reloads.get_or_create(&OutcomeLabels { outcome }).inc();
    }

    /// Counts phones that were to be notified after an edit, and were or were not.
    pub fn resynced(&self, outcome: &'static str, phones: u64) {
        self.resyncs.get_or_create(&OutcomeLabels { outcome }).inc_by(phones);
    }

    /// Counts phones that were notified, and have fetched or have not.
    pub fn resync_fetched(&self, outcome: &'static str, phones: u64) {
        self.resync_fetches.get_or_create(&OutcomeLabels { outcome }).inc_by(phones);
    }

    /// All metrics in the OpenMetrics text format, with gauges set to the current `state`.
    pub fn text(&self, state: State<'_>) -> String {
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let gauges = &self.plugins;
        let all = [&gauges.memory, &gauges.templates, &gauges.faults, &gauges.failing];
        all.iter().for_each(|family| family.clear());
        for plugin in state.plugins {
            let labels = PluginLabels { plugin: plugin.name.to_owned() };
            let numbers = [plugin.memory_bytes, plugin.templates, plugin.faults, usize::from(plugin.failing)];
            for (family, number) in all.iter().zip(numbers) {
                family.get_or_create(&labels).set(i64::try_from(number).unwrap_or(i64::MAX));
            }
        }
        self.refused.clear();
        for file in state.refused {
            self.refused.get_or_create(&FileLabels { file: file.to_owned() }).set(1);
        }
        for (plugin, limit, count) in state.limits {
            let counter = self.limits.get_or_create(&LimitLabels { plugin, limit });
            counter.inc_by(count.saturating_sub(counter.get()));
        }
        self.log_lines_lost.inc_by(log::lines_lost().saturating_sub(self.log_lines_lost.get()));
        self.documents.set(state.documents);
        self.journal.set(state.journal);
        self.facts.set(state.facts);
        self.refusals.set(state.network_failures, &state.limits_reached);
        self.swaps.set(i64::try_from(state.swaps).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing to a `String` cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
