//! Makes a component whose initial memory is what `prepare` left. This runs in a process of its own: see `compiler`.
//!
//! The component is instrumented so that its memory and globals can be read from outside, `prepare` runs in one
//! instance of it, and the memory that it leaves becomes the initial state of a new component.

use super::call::Call;
use super::engine::store;
use super::error::{LoadError, RenderError};
use super::interface::Version;
use super::job::Prepared;
use super::limit_counters::LimitCounters;
use super::limits::{Config, MESSAGE_CHARS_MAX, TRANSFER_BYTES_EXTRA, keys, one_line};
use super::load_log::LoadLog;
use crate::templates::TemplateFile;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::Store;
use wasmtime::component::{Component, Instance, Lift, WasmList};
use wasmtime_wizer::{ComponentInstanceState, Wizer};

/// What a snapshot is taken of.
pub(super) struct Subject<'a> {
    pub(super) plugin: &'a str,
    pub(super) version: Version,
    /// The component as its file has it.
    pub(super) bytes: &'a [u8],
    pub(super) templates: &'a [TemplateFile],
    /// Processor time after which `prepare` is put off.
    pub(super) put_off_after: Option<Duration>,
}

/// The new component's bytes, and the result for each template.
pub(super) type Snapshot = (Vec<u8>, Vec<Prepared>);

pub(super) fn wizer() -> Wizer {
    let mut wizer = Wizer::new();
    wizer.init_func("prepare").keep_init_func(true);
    wizer
}

/// The bytes are a valid component, but wizer does not support every component.
pub(super) fn unfit(error: &wasmtime::Error) -> LoadError {
    LoadError::Unfit(one_line(&format!("no snapshot can be taken of it: {error:#}"), 300))
}

/// Runs `prepare` and takes the snapshot. The log is that of `prepare`, also if it fails.
pub(super) async fn take(
    config: &Config,
    instrumented: &Component,
    subject: &Subject<'_>,
) -> (LoadLog, Result<Snapshot, LoadError>) {
    // The process that has the plugin's counters notes a limit that was reached.
    let call = Call::of_load(Arc::from(subject.plugin), config, &LimitCounters::default());
    let call = call.put_off_after(subject.put_off_after);
    let mut store = store(instrumented.engine(), call, config.prepare_output_bytes_max);
    let outcome = prepare(&mut store, instrumented, subject).await;
    let log = store.data_mut().take_load_log();
    let snapshot = match outcome {
        Ok((instance, prepared)) => read(store, instance, config, subject).await.map(|bytes| (bytes, prepared)),
        Err(error) => Err(failed(error)),
    };
    (log, snapshot)
}

fn failed(error: wasmtime::Error) -> LoadError {
    LoadError::Call { step: "prepare", source: RenderError::of_call(error, keys::PREPARE_OUTPUT) }
}

async fn prepare(
    store: &mut Store<Call>,
    instrumented: &Component,
    subject: &Subject<'_>,
) -> wasmtime::Result<(Instance, Vec<Prepared>)> {
    let instance = subject.version.instantiate(store, instrumented).await?;
    let prepared = subject.version.prepare(store, &instance, subject.templates).await?;
    Ok((instance, prepared))
}

/// The component with the memory of this instance.
async fn read(
    mut store: Store<Call>,
    instance: Instance,
    config: &Config,
    subject: &Subject<'_>,
) -> Result<Vec<u8>, LoadError> {
    // The whole memory is read as one list.
    store.set_hostcall_fuel(config.instance_memory_bytes_max().saturating_add(TRANSFER_BYTES_EXTRA));
    let wizer = wizer();
    let (context, _) = wizer.instrument_component(subject.bytes).map_err(|error| unfit(&error))?;
    let mut state = State { store, instance, memories: HashMap::new(), failure: None };
    let snapshot = wizer.snapshot_component(&context, &mut state).await;
    if let Some(error) = state.failure {
        return Err(failed(error));
    }
    snapshot.map_err(|error| LoadError::Build(one_line(&format!("{error:#}"), MESSAGE_CHARS_MAX)))
}

/// An instance as the snapshot reads it. The trait's methods cannot fail, so the first failure is kept here.
struct State {
    store: Store<Call>,
    instance: Instance,
    /// The snapshot reads each memory twice, and each reading grows it by a page.
    memories: HashMap<String, WasmList<u8>>,
    failure: Option<wasmtime::Error>,
}

impl State {
    async fn call<R>(&mut self, interface: &str, function: &str) -> Option<R>
    where
        R: Lift + Send + Sync + 'static,
    {
        let value = self.try_call(interface, function).await;
        value.map_err(|error| self.failure.get_or_insert(error)).ok()
    }

    async fn try_call<R>(&mut self, interface: &str, function: &str) -> wasmtime::Result<R>
    where
        R: Lift + Send + Sync + 'static,
    {
        let absent = || wasmtime::Error::msg("the instrumented component lacks an accessor");
        let (store, instance) = (&mut self.store, &self.instance);
        let interface = instance.get_export_index(&mut *store, None, interface).ok_or_else(absent)?;
        let function = instance.get_export_index(&mut *store, Some(&interface), function).ok_or_else(absent)?;
        let function = instance.get_typed_func::<(), (R,)>(&mut *store, function)?;
        let (value,) = function.call_async(&mut *store, ()).await?;
        Ok(value)
    }
}

impl ComponentInstanceState for State {
    async fn call_func_ret_list_u8(&mut self, interface: &str, function: &str, contents: impl FnOnce(&[u8]) + Send) {
        if !self.memories.contains_key(function)
            && let Some(memory) = self.call(interface, function).await
        {
            self.memories.insert(function.to_owned(), memory);
        }
        contents(self.memories.get(function).map_or(&[], |memory| memory.as_le_slice(&self.store)));
    }

    async fn call_func_ret_s32(&mut self, interface: &str, function: &str) -> i32 {
        self.call(interface, function).await.unwrap_or_default()
    }

    async fn call_func_ret_s64(&mut self, interface: &str, function: &str) -> i64 {
        self.call(interface, function).await.unwrap_or_default()
    }

    async fn call_func_ret_f32(&mut self, interface: &str, function: &str) -> u32 {
        self.call(interface, function).await.map_or(0, f32::to_bits)
    }

    async fn call_func_ret_f64(&mut self, interface: &str, function: &str) -> u64 {
        self.call(interface, function).await.map_or(0, f64::to_bits)
    }
}
