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

/// Compiles for up to `compile_cpu_s_max` of a processor. `Refused` means that the compiler rejected the component.
pub(in super::super) async fn compile(
    engine: &Engine,
    purpose: Purpose,
    component: &[u8],
) -> Result<Code, CompileError> {
    let machine = engine.machine(purpose).clone();
    let config = engine.config();
    let bytes = match &config.compiler {
        Some(program) => {
            parent::compile(
                program,
                &CompileJob { purpose, config: Cow::Borrowed(config), component_bytes: component.len() },
                component,
            )
            .await?
        }
        None => translate(&machine, component).map_err(CompileError::Refused)?,
    };
    Ok(Code { machine, bytes })
}
