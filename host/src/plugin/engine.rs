//! The engine that runs plugins: two wasmtime engines with the limits of one configuration, the pool of instances, and
//! the clock that interrupts them.

use super::cache::Cache;
use super::call::Call;
use super::error::EngineError;
use super::limit_counters::LimitCounters;
use super::limits::{CORE_INSTANCES_MAX, Config, MEMORIES_MAX, START_COMPILE_CPU_S, START_PREPARE_CPU, TABLES_MAX};
use super::off_the_path::give_back_at_once;
use super::purpose::Purpose;
use super::turns::Turns;
use crate::files::{ANSWER_MAX, NoAnswer, within};
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::{Enabled, InstanceAllocationStrategy, PoolingAllocationConfig, Store, Strategy, UpdateDeadline};

/// How often running plugins check the clock and yield: the resolution of every deadline here.
const TICK: Duration = Duration::from_millis(10);
/// Bytes of memory that a slot of the pool keeps resident for the next request, to avoid page faults. A render touches
/// about 1 MB; together with `PAGEMAP_SCAN` this doubled the measured throughput.
const KEEP_RESIDENT_BYTES: usize = 8 << 20;
/// The fuel of a call whose instructions are counted: each costs at least one unit, and what is left shows how many ran.
pub(super) const FUEL: u64 = u64::MAX;
/// Host functions run on the stack of the plugin that calls them, and need some space of their own.
const HOST_STACK_BYTES: usize = 1 << 20;

/// Clones share one engine.
#[derive(Clone)]
pub struct Engine {
    machine: Arc<Machine>,
    /// The server does not listen yet, so no component may delay it for long.
    is_starting: bool,
    /// The plugin whose own configuration is in force, if it has one.
    plugin: Option<Arc<str>>,
}

struct Machine {
    config: Config,
    render: wasmtime::Engine,
    snapshot: wasmtime::Engine,
    turns: Arc<Turns>,
    /// Limits concurrent builds: each needs a core and up to `prepare_memory_bytes_max`.
    builds: Semaphore,
    cache: Option<Cache>,
    limit_counters: LimitCounters,
}

impl Engine {
    /// Reserves address space for all instances; memory is allocated only when plugins touch it.
    pub fn new(config: Config) -> Result<Self, EngineError> {
        give_back_at_once();
        let cache = match &config.cache {
            Some(folder) => open_cache(folder, config.cache_bytes_max)?,
            None => None,
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut pooled = settings(&config, Purpose::Render);
        let turns = Arc::new(Turns::of_server(config.instances_max as usize));
        pooled.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(&config, cores, turns.count())));
        let render = wasmtime::Engine::new(&pooled).map_err(EngineError::Machine)?;
        let snapshot = wasmtime::Engine::new(&settings(&config, Purpose::Snapshot)).map_err(EngineError::Machine)?;
        tick(vec![render.weak(), snapshot.weak()]);
        let (builds, limit_counters) = (Semaphore::new(cores), LimitCounters::default());
        let machine = Machine { config, render, snapshot, turns, builds, cache, limit_counters };
        Ok(Self { machine: Arc::new(machine), is_starting: false, plugin: None })
    }

    /// The same engine while the server does not listen yet. A component that takes long is put off.
    pub fn starting(&self) -> Self {
        Self { is_starting: true, ..self.clone() }
    }

    /// The same engine once the server listens.
    pub(super) fn serving(&self) -> Self {
        Self { is_starting: false, ..self.clone() }
    }

    /// The same engine with the limits of this plugin.
    pub(super) fn of_plugin(&self, name: &str) -> Self {
        let plugin = self.machine.config.plugins.contains_key(name).then(|| Arc::from(name));
        Self { plugin, ..self.clone() }
    }

    /// Processor time after which `prepare` is put off.
    pub(super) fn prepare_cpu_max(&self) -> Option<Duration> {
        self.is_starting.then_some(START_PREPARE_CPU)
    }

    /// Seconds of processor time after which a compiler is put off, if they are fewer than the limit of the configuration.
    pub(super) fn compile_cpu_s_max(&self) -> Option<u64> {
        Some(START_COMPILE_CPU_S).filter(|max| self.is_starting && *max < self.config().compile_cpu_s_max)
    }

    /// The limits of the server, or of the plugin that this engine is for.
    pub fn config(&self) -> &Config {
        let config = &self.machine.config;
        self.plugin.as_deref().map_or(config, |name| config.of_plugin(name))
    }

    /// The counters of the limits that calls have reached.
    pub fn limit_counters(&self) -> &LimitCounters {
        &self.machine.limit_counters
    }

    /// The engine that renders documents: optimised code, pooled instances.
    pub(super) fn render(&self) -> &wasmtime::Engine {
        &self.machine.render
    }

    /// The engine that takes snapshots: quickly compiled code, instances outside the pool.
    pub(super) fn snapshot(&self) -> &wasmtime::Engine {
        &self.machine.snapshot
    }

    pub(super) fn machine(&self, purpose: Purpose) -> &wasmtime::Engine {
        match purpose {
            Purpose::Render => self.render(),
            Purpose::Snapshot => self.snapshot(),
        }
    }

    pub(super) fn cache(&self) -> Option<&Cache> {
        self.machine.cache.as_ref()
    }

    pub(super) fn turns(&self) -> &Arc<Turns> {
        &self.machine.turns
    }

    pub(super) async fn build_turn(&self) -> Option<SemaphorePermit<'_>> {
        self.machine.builds.acquire().await.ok()
    }
}

/// `None` if this machine cannot keep a cache; the server then works without one. A wrong owner or mode of the folder
/// is an error, because an administrator has to decide about it.
fn open_cache(folder: &Path, bytes_max: u64) -> Result<Option<Cache>, EngineError> {
    use ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull, TimedOut};
    let path = folder.to_owned();
    let no_answer = || Err(std::io::Error::new(TimedOut, NoAnswer(folder.to_owned())));
    let is_harmless =
        |kind| matches!(kind, PermissionDenied | ReadOnlyFilesystem | StorageFull | QuotaExceeded | TimedOut);
    match within(ANSWER_MAX, move || Cache::open(&path, bytes_max)).unwrap_or_else(no_answer) {
        Ok(cache) => Ok(Some(cache)),
        Err(error) if is_harmless(error.kind()) => {
            tracing::warn!(
                folder = %folder.display(), %error,
                "cannot keep compiled plugins, so every start compiles them; --cache names another folder"
            );
            Ok(None)
        }
        Err(source) => Err(EngineError::Cache { folder: folder.to_owned(), source }),
    }
}

/// A store for one call, with its deadline and limits in force. `transfer_bytes_max` limits the bytes that one
/// host call may copy out of the plugin.
pub(super) fn store(engine: &wasmtime::Engine, call: Call, transfer_bytes_max: usize) -> Store<Call> {
    let mut store = Store::new(engine, call);
    store.limiter(|call| call);
    store.set_hostcall_fuel(transfer_bytes_max);
    // Only an engine that counts instructions has fuel, and there its limit is never reached.
    let _ = store.set_fuel(FUEL);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|context| {
        context.data().check_deadline()?;
        // tokio's own yield also runs timers and sockets, so that even a plugin that loops on every thread blocks
        // neither.
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    });
    store
}

/// The settings that the compiler and the engine that runs the code must share. How instances get memory differs.
pub(super) fn settings(config: &Config, purpose: Purpose) -> wasmtime::Config {
    let mut settings = common(config);
    match purpose {
        // A snapshot's image is mapped as it is, however large and sparse: it is never copied for a request.
        Purpose::Render => settings
            .memory_guaranteed_dense_image_size(config.largest_instance_bytes() as u64)
            .consume_fuel(config.counts_instructions),
        // `prepare` runs once, so compiling four times as fast is worth running half as fast.
        Purpose::Snapshot if cfg!(target_arch = "x86_64") => settings.strategy(Strategy::Winch),
        Purpose::Snapshot => &mut settings,
    };
    settings
}

fn common(config: &Config) -> wasmtime::Config {
    let mut settings = wasmtime::Config::new();
    settings
        .epoch_interruption(true)
        .memory_init_cow(true)
        .concurrency_support(false)
        // Builds run beside requests, and several at once at the start: each uses one core.
        .parallel_compilation(false)
        .max_wasm_stack(config.stack_bytes_max)
        .async_stack_size(config.stack_bytes_max + HOST_STACK_BYTES);
    // Features that a single thread with 4 GB of memory does not need are off, since they could circumvent a limit.
    // Threads, shared memories, garbage-collected types and exceptions are not even compiled into this wasmtime.
    settings
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_custom_page_sizes(false)
        // Its results differ between processors, but the same job has to give the same bytes.
        .wasm_relaxed_simd(false);
    settings
}

/// Besides the instances that render, there are `builds` for snapshots and trials, and one for trials of templates. `running`
/// instances render at a time.
fn pool(config: &Config, builds: usize, running: usize) -> PoolingAllocationConfig {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let instances = config.instances_max.saturating_add(count(builds)).saturating_add(1);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(instances)
        .total_core_instances(instances.saturating_mul(CORE_INSTANCES_MAX))
        .total_memories(instances.saturating_mul(MEMORIES_MAX))
        .total_tables(instances.saturating_mul(TABLES_MAX))
        .total_stacks(instances)
        .max_core_instances_per_component(CORE_INSTANCES_MAX)
        .max_memories_per_component(MEMORIES_MAX)
        .max_tables_per_component(TABLES_MAX)
        // A free slot keeps the memory of the component that it served last, also of a replaced one. If there are more such
        // slots, they are used again before slots that served none.
        .max_unused_warm_slots(count(running))
        .table_elements(config.table_entries_max)
        .max_memory_size(config.largest_instance_bytes())
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        .table_keep_resident(64 << 10)
        // Linux 6.7 and later.
        .pagemap_scan(Enabled::Auto);
    pool
}

/// Starts the thread that advances the clock of engines; it ends with them.
pub(super) fn tick(engines: Vec<wasmtime::EngineWeak>) {
    let run = move || {
        loop {
            std::thread::sleep(TICK);
            let mut alive = false;
            for engine in engines.iter().filter_map(wasmtime::EngineWeak::upgrade) {
                engine.increment_epoch();
                alive = true;
            }
            if !alive {
                break;
            }
        }
    };
    // Without this thread no deadline would be enforced, so the start fails.
    std::thread::Builder::new().name("plugin-clock".into()).spawn(run).expect("a thread for the plugins' clock");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_that_may_not_be_written_means_no_cache() {
        // Not even root can create a folder here.
        let config = Config { cache: Some("/sys/dialplate/cache".into()), ..Config::default() };
        assert!(Engine::new(config).is_ok_and(|engine| engine.cache().is_none()));
    }
}
