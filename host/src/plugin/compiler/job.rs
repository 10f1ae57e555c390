//! What both processes share: the command, the jobs, and the compiler itself.

use crate::plugin::interface::Version;
use crate::plugin::limits::{Config, one_line};
use crate::plugin::purpose::Purpose;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

/// The command that works on one component. Only the server itself runs it.
pub const COMMAND: &str = "compile-component";

/// Exit status: the compiler refused the component; the reason is on standard error.
pub(super) const REFUSED: u8 = 1;

/// Characters of a compiler's message that reach a log.
pub(super) const REASON_CHARS_MAX: usize = 300;

/// The child's job: one line of JSON, followed by the bytes that its numbers announce.
#[derive(Serialize, Deserialize)]
pub(super) enum Job<'a> {
    Compile(CompileJob<'a>),
    Prepare(PrepareJob<'a>),
}

/// To compile a component, whose bytes follow. The answer is its code.
#[derive(Serialize, Deserialize)]
pub(super) struct CompileJob<'a> {
    pub(super) purpose: Purpose,
    pub(super) config: Cow<'a, Config>,
    pub(super) component_bytes: u64,
}

/// To run `prepare` and take a snapshot. The code of the instrumented component follows, then the component, then each
/// template's text. The answer is a line of JSON, followed by the snapshot if there is one.
#[derive(Serialize, Deserialize)]
pub(super) struct PrepareJob<'a> {
    pub(super) plugin: Cow<'a, str>,
    pub(super) version: Version,
    /// What the instrumented component was compiled for.
    pub(super) purpose: Purpose,
    pub(super) config: Cow<'a, Config>,
    /// Processor time after which `prepare` is put off.
    pub(super) put_off_after: Option<Duration>,
    pub(super) code_bytes: u64,
    pub(super) component_bytes: u64,
    pub(super) templates: Vec<Text<'a>>,
}

/// A template and the length of its text.
#[derive(Serialize, Deserialize)]
pub(super) struct Text<'a> {
    pub(super) folder: Cow<'a, str>,
    pub(super) file: Cow<'a, str>,
    pub(super) bytes: u64,
}

#[expect(clippy::disallowed_methods, reason = "this function runs in the compiler's process")]
pub(super) fn translate(machine: &wasmtime::Engine, component: &[u8]) -> Result<Vec<u8>, String> {
    machine.precompile_component(component).map_err(|error| one_line(&format!("{error:#}"), REASON_CHARS_MAX))
}
