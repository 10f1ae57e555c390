//! Makes a component whose initial memory is what `prepare` left.
//!
//! The component is instrumented so that its memory and globals can be read from outside, `prepare` runs in one
//! instance of it, and the memory that it leaves becomes the initial state of a new component.

use super::binary::Binary;
use super::call::Call;
use super::compiler::{Code, compile};
use super::engine::{Engine, store};
use super::error::{CompileError, LoadError, RenderError};
use super::job::Prepared;
use super::limits::{MESSAGE_CHARS_MAX, TRANSFER_BYTES_EXTRA, keys, one_line};
use super::purpose::Purpose;
use crate::templates::TemplateFile;
use std::collections::HashMap;
use std::sync::Arc;
use wasmtime::Store;
use wasmtime::component::{Component, Instance, Lift, WasmList};
use wasmtime_wizer::{ComponentInstanceState, Wizer};

/// The component, instrumented and compiled for one use. `bytes` must be a valid component.
pub(super) async fn instrument(engine: &Engine, bytes: &[u8]) -> Result<Code, LoadError> {
    let (_, instrumented) = wizer().instrument_component(bytes).map_err(|error| unfit(&error))?;
    match compile(engine, Purpose::Snapshot, &instrumented).await {
        // The quick compiler does not support every instruction of the optimising one.
        Err(CompileError::Refused(_)) => Ok(compile(engine, Purpose::Render, &instrumented).await?),
        outcome => Ok(outcome?),
    }
}

/// The bytes are a valid component, but wizer does not support every component.
fn unfit(error: &wasmtime::Error) -> LoadError {
    LoadError::Unfit(one_line(&format!("no snapshot can be taken of it: {error:#}"), 300))
}

fn wizer() -> Wizer {
    let mut wizer = Wizer::new();
    wizer.init_func("prepare").keep_init_func(true);
    wizer
}

/// Runs `prepare` and takes the snapshot: the new component's bytes, the result for each template, and the warnings that
/// the plugin has logged.
pub(super) async fn take(
    engine: &Engine,
    plugin: Arc<str>,
    binary: &Binary,
    instrumented: &Component,
    templates: &[TemplateFile],
) -> Result<(Vec<u8>, Vec<Prepared>, Vec<String>), LoadError> {
    let failed = |error| LoadError::Call { step: "prepare", source: RenderError::of_call(error, keys::PREPARE_OUTPUT) };
    let call = Call::of_load(plugin, engine.config(), engine.limit_counters()).put_off_after(engine.prepare_cpu_max());
    let mut store = store(instrumented.engine(), call, engine.config().prepare_output_bytes_max);
    let instance = binary.version.instantiate(&mut store, instrumented).await.map_err(failed)?;
    let prepared = binary.version.prepare(&mut store, &instance, templates).await.map_err(failed)?;

    let warnings = store.data_mut().take_warnings();
    // The whole memory is read as one list.
    store.set_hostcall_fuel(engine.config().instance_memory_bytes_max().saturating_add(TRANSFER_BYTES_EXTRA));
    let wizer = wizer();
    let (context, _) = wizer.instrument_component(&binary.bytes).map_err(|error| unfit(&error))?;
    let mut state = State { store, instance, memories: HashMap::new(), failure: None };
    let snapshot = wizer.snapshot_component(&context, &mut state).await;
    if let Some(error) = state.failure {
        return Err(failed(error));
    }
    let snapshot = snapshot.map_err(|error| LoadError::Build(one_line(&format!("{error:#}"), MESSAGE_CHARS_MAX)))?;
    Ok((snapshot, prepared, warnings))
}

/// An instance as the snapshot reads it. The trait's methods cannot fail, so the first failure is kept here.
struct State {
    store: Store<Call>,
    instance: Instance,
    /// The snapshot reads each memory twice, and each reading grows it by a page.
    memories: HashMap<String, Vec<u8>>,
    failure: Option<wasmtime::Error>,
}

impl State {
    async fn call<R, T>(&mut self, interface: &str, function: &str, read: impl FnOnce(&Store<Call>, R) -> T) -> T
    where
        R: Lift + Send + Sync + 'static,
        T: Default,
    {
        match self.try_call(interface, function, read).await {
            Ok(value) => value,
            Err(error) => {
                self.failure.get_or_insert(error);
                T::default()
            }
        }
    }

    async fn try_call<R, T>(
        &mut self,
        interface: &str,
        function: &str,
        read: impl FnOnce(&Store<Call>, R) -> T,
    ) -> wasmtime::Result<T>
    where
        R: Lift + Send + Sync + 'static,
    {
        let absent = || wasmtime::Error::msg("the instrumented component lacks an accessor");
        let (store, instance) = (&mut self.store, &self.instance);
        let interface = instance.get_export_index(&mut *store, None, interface).ok_or_else(absent)?;
        let function = instance.get_export_index(&mut *store, Some(&interface), function).ok_or_else(absent)?;
        let function = instance.get_typed_func::<(), (R,)>(&mut *store, function)?;
        let (value,) = function.call_async(&mut *store, ()).await?;
        Ok(read(store, value))
    }
}

impl ComponentInstanceState for State {
    async fn call_func_ret_list_u8(&mut self, interface: &str, function: &str, contents: impl FnOnce(&[u8]) + Send) {
        if !self.memories.contains_key(function) {
            let memory =
                self.call(interface, function, |store, list: WasmList<u8>| list.as_le_slice(store).to_vec()).await;
            self.memories.insert(function.to_owned(), memory);
        }
        contents(self.memories.get(function).map_or(&[], Vec::as_slice));
    }

    async fn call_func_ret_s32(&mut self, interface: &str, function: &str) -> i32 {
        self.call(interface, function, |_, value| value).await
    }

    async fn call_func_ret_s64(&mut self, interface: &str, function: &str) -> i64 {
        self.call(interface, function, |_, value| value).await
    }

    async fn call_func_ret_f32(&mut self, interface: &str, function: &str) -> u32 {
        self.call(interface, function, |_, value: f32| value.to_bits()).await
    }

    async fn call_func_ret_f64(&mut self, interface: &str, function: &str) -> u64 {
        self.call(interface, function, |_, value: f64| value.to_bits()).await
    }
}
