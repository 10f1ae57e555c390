//! The only place that compiles. A compiler is a large program that a vendor's bytes drive: they can have it run for
//! minutes, take all memory, or overflow its stack. So it runs in a process of its own, the server's own program under
//! another command (`child`), with its own limits. If it fails, only that component is refused (`parent`).

mod child;
mod parent;

pub use child::run as compile_for_parent;
pub use parent::own_program;

use super::engine::Engine;
use super::error::CompileError;
use super::limits::{Config, one_line};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use wasmtime::component::Component;

/// The command that compiles one component. Only the server itself runs it.
pub const COMMAND: &str = "compile-component";

/// Characters of a compiler's message that reach a log.
const REASON_CHARS_MAX: usize = 300;

/// What the code is compiled for, which decides the compiler.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// To run `describe` and `prepare` once, quickly compiled.
    Snapshot,
    /// To render, optimised.
    Render,
}

/// What the child has to compile: one line of JSON, followed by the bytes of the component.
#[derive(Serialize, Deserialize)]
struct CompileJob<'a> {
    purpose: Purpose,
    config: Cow<'a, Config>,
    component_bytes: usize,
}

/// A compiled component, as it is kept in the cache.
pub(super) struct Code {
    machine: wasmtime::Engine,
    bytes: Vec<u8>,
}

impl Code {
    /// The engine that runs it.
    pub(super) fn machine(&self) -> &wasmtime::Engine {
        &self.machine
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    #[allow(unsafe_code, reason = "machine code is taken from another process, which wasmtime cannot check")]
    pub(super) fn component(&self) -> wasmtime::Result<Component> {
        // SAFETY: the bytes are what `precompile_component` gave, here or in a child that runs this very program, from
        // which they came through a pipe that no other process has. wasmtime refuses code of other settings.
        unsafe { Component::deserialize(&self.machine, &self.bytes) }
    }
}

/// Compiles for up to `compile_cpu_s_max` of a processor. `Refused` means that the compiler rejected the component.
pub(super) async fn compile(engine: &Engine, purpose: Purpose, component: &[u8]) -> Result<Code, CompileError> {
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

#[expect(clippy::disallowed_methods, reason = "what the compiler's process is for")]
fn translate(machine: &wasmtime::Engine, component: &[u8]) -> Result<Vec<u8>, String> {
    machine.precompile_component(component).map_err(|error| one_line(&format!("{error:#}"), REASON_CHARS_MAX))
}
