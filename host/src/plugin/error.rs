//! Why there is no document, and why a file is no plugin.

use super::job::{Fault, ScopeError};
use std::path::PathBuf;

/// Why a call of a plugin gave nothing. `http` chooses the status: `NoSuchFile` is the phone's, `Busy` the moment's,
/// all others are the plugin's or its template's. No message holds a value of the job.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the folder has no file {0:?}")]
    NoSuchFile(String),
    #[error("{0}")]
    Template(Fault),
    /// A limit of the plugin's own, or one of the host's that has no variant here.
    #[error("limit reached: {name}")]
    Limit { name: String },
    #[error("not done after {ms} ms")]
    Timeout { ms: u64 },
    #[error("wanted {bytes} bytes of memory where {bytes_max} are allowed")]
    Memory { bytes: usize, bytes_max: usize },
    #[error("broke down: {0}")]
    Trap(String),
    /// What it gave cannot be sent.
    #[error("gave a document that cannot be sent: {0}")]
    Output(String),
    #[error("every instance is busy")]
    Busy,
    #[error("asked the database, which failed: {0}")]
    Scope(#[source] ScopeError),
    #[error("{0}")]
    Other(String),
}

impl RenderError {
    /// A word for metrics and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoSuchFile(_) => "no_such_file",
            Self::Template(_) => "template",
            Self::Limit { .. } => "limit",
            Self::Timeout { .. } => "timeout",
            Self::Memory { .. } => "memory",
            Self::Trap(_) => "trap",
            Self::Output(_) => "output",
            Self::Busy => "busy",
            Self::Scope(_) => "database",
            Self::Other(_) => "other",
        }
    }

    /// Why wasmtime stopped a call: our own reason where we stopped it, else what the machine said.
    pub(super) fn of_call(error: wasmtime::Error) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(ours) => return ours,
            Err(error) => error,
        };
        if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
            return Self::Busy;
        }
        if let Some(trap) = error.downcast_ref::<wasmtime::Trap>() {
            return Self::Trap(trap.to_string());
        }
        let cause = super::limits::one_line(&error.root_cause().to_string(), 200);
        // The type of this one is wasmtime's secret; a test tells when its words change.
        if cause.contains("fuel allocated for hostcalls") {
            return Self::Limit { name: "output_bytes_max".into() };
        }
        Self::Trap(cause)
    }
}

/// Why a file is not served as a plugin.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot be read: {0}")]
    Read(#[source] std::io::Error),
    #[error("is larger than {bytes_max} bytes")]
    TooLarge { bytes_max: u64 },
    #[error("is no WebAssembly component: {0}")]
    NoComponent(String),
    #[error("is no plugin: it has nothing of dialplate:provision")]
    NoPlugin,
    #[error("is made for dialplate:provision {found}; this server speaks {spoken}")]
    Version { found: String, spoken: &'static str },
    #[error("asks for what no plugin gets: {}", .0.join(", "))]
    Imports(Vec<String>),
    #[error("does not fit dialplate:provision {version}: {message}")]
    Interface { version: &'static str, message: String },
    #[error("describes itself wrongly: {0}")]
    Description(String),
    #[error("serves {what}, and so does {other}; remove one of the two")]
    Claimed { what: String, other: String },
    #[error("failed in `{step}`: {source}")]
    Call { step: &'static str, source: RenderError },
    #[error("cannot be made ready: {0}")]
    Build(String),
}

/// A file that is not served, and why.
#[derive(Debug, thiserror::Error)]
#[error("{} {error}", file.display())]
pub struct LoadFailure {
    pub file: PathBuf,
    pub error: LoadError,
    /// The version of this file that was loaded before serves on.
    pub previous_serves: bool,
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("WebAssembly cannot be run on this machine: {0:#}")]
    Machine(wasmtime::Error),
    #[error("the cache of compiled plugins, {}: {source}", folder.display())]
    Cache { folder: PathBuf, source: std::io::Error },
}
