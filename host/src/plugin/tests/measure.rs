//! Figures, not verdicts: `make bench`, or
//! `cargo test --release --workspace plugin::tests::measure -- --ignored --nocapture --test-threads 1`.

use super::super::call::Call;
use super::super::{engine as machine, v0_1};
use super::*;
use std::time::Instant;
use wasmtime::component::Component;

const ROUNDS: usize = 2_000;

/// Times several ways of doing a thing, one after the other in each round, so that whatever else the machine does
/// meets all of them. Microseconds: the median, and the tenth percentile, which other load disturbs least.
pub struct Times(Vec<(&'static str, Vec<f64>)>);

impl Times {
    pub fn new(names: &[&'static str]) -> Self {
        Self(names.iter().map(|name| (*name, Vec::with_capacity(ROUNDS))).collect())
    }

    pub async fn take<T>(&mut self, which: usize, once: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let done = once.await;
        self.0[which].1.push(start.elapsed().as_secs_f64() * 1e6);
        done
    }

    pub fn rounds(&self) -> usize {
        ROUNDS
    }

    /// The median and the tenth percentile; the first tenth of the rounds warms up.
    fn of(&self, which: usize) -> (f64, f64) {
        let mut sorted = self.0[which].1.iter().skip(ROUNDS / 10).copied().collect::<Vec<_>>();
        sorted.sort_by(f64::total_cmp);
        (sorted[sorted.len() / 2], sorted[sorted.len() / 10])
    }

    pub fn ratio(&self, which: usize, other: usize) -> f64 {
        self.of(which).1 / self.of(other).1
    }

    pub fn print(&self) {
        for (which, (name, _)) in self.0.iter().enumerate() {
            let (median, low) = self.of(which);
            println!("    {name:<40} median {median:>8.1} us, p10 {low:>8.1} us");
        }
    }
}

/// The same component, one instance for all requests; what the room never does.
pub struct LongLived {
    store: wasmtime::Store<Call>,
    instance: wasmtime::component::Instance,
}

impl LongLived {
    #[expect(clippy::disallowed_methods, reason = "there is no server that it could harm")]
    pub async fn new(file: &Path, templates: Vec<TemplateFile>) -> Self {
        let engine = engine(|config| (config.render_timeout_ms, config.prepare_timeout_ms) = (600_000, 600_000));
        let component = Component::new(engine.render(), std::fs::read(file).unwrap()).unwrap();
        let device = (job().address, no_contacts());
        let call = Call::of_render("minimal".into(), (engine.config(), engine.reached()), 0, device);
        let mut store = machine::store(engine.render(), call, 64 << 20);
        let instance = v0_1::instantiate(&mut store, &component).await.unwrap();
        v0_1::prepare(&mut store, &instance, templates).await.unwrap();
        Self { store, instance }
    }

    pub async fn render(&mut self, job: Job, scope: Arc<dyn DeviceScope>) {
        self.store.data_mut().ask_next(scope);
        let _ = v0_1::render_again(&mut self.store, &self.instance, job).await.unwrap();
    }
}

#[test]
#[ignore = "takes seconds and judges nothing"]
fn engines_and_caches() {
    let file = guests::built("minimal");
    run(async {
        let scratch = tempfile::tempdir().unwrap();
        let big: Vec<_> = (0..40).map(|n| template("minimal/big", &n.to_string(), &"x".repeat(1 << 20))).collect();
        for round in ["cold", "warm"] {
            let start = Instant::now();
            let engine = engine(|config| {
                (config.cache, config.instances_max) = (Some(scratch.path().join("cache")), 64);
            });
            let made = start.elapsed();
            let (set, _) = load(&engine, from_ref(&file), [templates(), big.clone()].concat()).await;
            let loaded = start.elapsed();
            assert!(text(set.serving("minimal", "").unwrap(), job()).await.is_ok());
            println!("{round}: engine {made:?}, loaded {loaded:?}, answered {:?}", start.elapsed());
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            for line in status.lines().filter(|line| line.starts_with("VmSize") || line.starts_with("VmRSS")) {
                println!("{line}");
            }
        }
    });
}
