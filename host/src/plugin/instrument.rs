//! Makes a component whose memory and globals can be read from outside, so that a snapshot can be taken of it.

use super::compiler::{Code, Source, compile};
use super::engine::Engine;
use super::error::{CompileError, LoadError};
use super::purpose::Purpose;
use super::snapshot::{unfit, wizer};

/// The component, instrumented and compiled for one use. `bytes` must be a valid component.
pub(super) async fn instrument(engine: &Engine, bytes: &[u8]) -> Result<Code, LoadError> {
    let (_, instrumented) = wizer().instrument_component(bytes).map_err(|error| unfit(&error))?;
    match compile(engine, Purpose::Snapshot, Source::Bytes(&instrumented)).await {
        // The quick compiler does not support every instruction of the optimising one.
        Err(CompileError::Refused(_)) => Ok(compile(engine, Purpose::Render, Source::Bytes(&instrumented)).await?),
        outcome => Ok(outcome?),
    }
}
