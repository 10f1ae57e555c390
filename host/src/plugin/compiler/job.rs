//! What both processes share: the command, the job, and the compiler itself.

use crate::plugin::limits::{Config, one_line};
use crate::plugin::purpose::Purpose;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The command that compiles one component. Only the server itself runs it.
pub const COMMAND: &str = "compile-component";

/// Exit status: the compiler refused the component; the reason is on standard error.
pub(super) const REFUSED: u8 = 1;

/// Characters of a compiler's message that reach a log.
pub(super) const REASON_CHARS_MAX: usize = 300;

/// The child's job: one line of JSON, followed by the bytes of the component.
#[derive(Serialize, Deserialize)]
pub(super) struct CompileJob<'a> {
    pub(super) purpose: Purpose,
    pub(super) config: Cow<'a, Config>,
    pub(super) component_bytes: usize,
}

#[expect(clippy::disallowed_methods, reason = "this function runs in the compiler's process")]
pub(super) fn translate(machine: &wasmtime::Engine, component: &[u8]) -> Result<Vec<u8>, String> {
    machine.precompile_component(component).map_err(|error| one_line(&format!("{error:#}"), REASON_CHARS_MAX))
}
