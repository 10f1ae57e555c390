//! Compiles a component, and holds its code.

use super::job::{CompileJob, translate};
use super::parent;
use crate::plugin::engine::Engine;
use crate::plugin::error::CompileError;
use crate::plugin::purpose::Purpose;
use std::borrow::Cow;
use wasmtime::component::Component;

/// A compiled component, as it is kept in the cache.
pub(in super::super) struct Code {
    machine: wasmtime::Engine,
    bytes: Vec<u8>,
}

impl Code {
    /// The engine that runs it.
    pub(in super::super) fn machine(&self) -> &wasmtime::Engine {
        &self.machine
    }

    pub(in super::super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[allow(unsafe_code, reason = "machine code is taken from another process, which wasmtime cannot check")]
    pub(in super::super) fn component(&self) -> wasmtime::Result<Component> {
        // SAFETY: the bytes are what `precompile_component` gave, here or in a child that runs this very program, from
        // which they came through a pipe that no other process has. wasmtime refuses code of other settings.
        unsafe { Component::deserialize(&self.machine, &self.bytes) }
    }
}

/// Compiles for up to `compile_cpu_s_max` of a processor, or less before the server listens. `Refused` means that the
/// compiler rejected the component.
pub(in super::super) async fn compile(
    engine: &Engine,
    purpose: Purpose,
    component: &[u8],
) -> Result<Code, CompileError> {
    let machine = engine.machine(purpose).clone();
    let mut config = Cow::Borrowed(engine.config());
    let put_off = engine.compile_cpu_s_max();
    if let Some(max) = put_off {
        config.to_mut().compile_cpu_s_max = max;
    }
    let late = |error| match (error, put_off) {
        (CompileError::Cpu { .. } | CompileError::Slow { .. }, Some(s)) => CompileError::Late { s },
        (error, _) => error,
    };
    let bytes = match &engine.config().compiler {
        Some(program) => {
            let job = CompileJob { purpose, config, component_bytes: component.len() };
            parent::compile(program, &job, component).await.map_err(late)?
        }
        None => translate(&machine, component).map_err(CompileError::Refused)?,
    };
    Ok(Code { machine, bytes })
}
