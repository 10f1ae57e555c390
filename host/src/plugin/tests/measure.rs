//! Figures, not verdicts:
//! `cargo test --release plugin::tests::measure -- --ignored --nocapture --test-threads 1`.

use super::super::call::Call;
use super::super::{engine as machine, v0_1};
use super::*;
use std::time::{Duration, Instant};
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

    pub fn print(mut self) {
        for (name, times) in &mut self.0 {
            let times = times.split_off(ROUNDS / 10);
            let mut sorted = times.clone();
            sorted.sort_by(f64::total_cmp);
            let (median, low) = (sorted[sorted.len() / 2], sorted[sorted.len() / 10]);
            println!("    {name:<40} median {median:>8.1} us, p10 {low:>8.1} us");
        }
    }
}

/// A job of the usual size: 40 settings of which a file reads some, 6 lines and 40 keys of 20 columns.
fn usual() -> Job {
    let setting = |n: usize| (format!("setting_{n}"), Value::Text("some value".into()));
    let table = |name, rows| {
        let columns: Vec<_> = (0..20).map(|n| format!("column_{n}")).collect();
        let row = |_| (0..20).map(|_| Value::Text("some value".into())).collect();
        Table { name, columns: columns.into(), rows: (0..rows).map(row).collect() }
    };
    let tables = vec![table("lines", 6), table("device_keys", 40), table("device", 1)];
    Job { settings: (0..40).map(setting).collect(), tables, ..job() }
}

#[test]
#[ignore = "takes seconds and judges nothing"]
fn a_fork_per_request_against_a_long_lived_instance() {
    let Some(file) = guest("minimal") else { return };
    run(async {
        // 40 MB of templates stay in the snapshot's memory.
        let big: Vec<_> = (0..40).map(|n| template("minimal/big", &n.to_string(), &"x".repeat(1 << 20))).collect();
        let mut kept = LongLived::new(&file, templates()).await;
        for (size, extra) in [("small image", vec![]), ("40 MB image", big)] {
            let engine = engine(|_| {});
            let start = Instant::now();
            let (set, failures) = load(&engine, from_ref(&file), [templates(), extra].concat()).await;
            assert!(failures.is_empty(), "{failures:?}");
            let plugin = set.serving("minimal", "").unwrap();
            println!("{size}: {} bytes, loaded in {:?}", plugin.prepared_bytes(), start.elapsed());
            let mut times = Times::new(&["fork per request", "long-lived instance", "making the job itself"]);
            for _ in 0..ROUNDS {
                let fork = async { assert!(plugin.render(usual(), no_contacts()).await.is_ok()) };
                times.take(0, fork).await;
                times.take(1, kept.render(usual(), no_contacts())).await;
                times.take(2, async { drop(std::hint::black_box(usual())) }).await;
            }
            times.print();
            threads(plugin).await;
        }
    });
}

async fn threads(plugin: &Arc<Plugin>) {
    for tasks in [1, 2, 4] {
        let until = Instant::now() + Duration::from_secs(2);
        let running: Vec<_> = (0..tasks)
            .map(|_| {
                let plugin = Arc::clone(plugin);
                tokio::spawn(async move {
                    let mut count = 0;
                    while Instant::now() < until {
                        assert!(plugin.render(usual(), no_contacts()).await.is_ok());
                        count += 1;
                    }
                    count
                })
            })
            .collect();
        let mut total = 0;
        for task in running {
            total += task.await.unwrap();
        }
        println!("    {tasks} at a time: {} a second", total / 2);
    }
}

/// The same component, one instance for all requests; what the room never does.
pub struct LongLived {
    store: wasmtime::Store<Call>,
    instance: wasmtime::component::Instance,
}

impl LongLived {
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
    let Some(file) = guest("minimal") else { return };
    run(async {
        let scratch = Scratch::new();
        let big: Vec<_> = (0..40).map(|n| template("minimal/big", &n.to_string(), &"x".repeat(1 << 20))).collect();
        for round in ["cold", "warm"] {
            let start = Instant::now();
            let engine = engine(|config| {
                (config.cache, config.instances_max) = (Some(scratch.0.join("cache")), 64);
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
