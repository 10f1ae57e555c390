//! The errors of renders, loads and compilers.

use super::job::{ScopeError, TemplateFault};
use super::limits::keys;
use crate::facts::DisplayPath;
use crate::plugin_signature::SignatureFault;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why a call of a plugin failed. `http` chooses the status: the phone causes `NoSuchFile`; `Busy`, `Failing` and
/// `Scope` are temporary; the plugin or its template causes all others. No message holds a value of the job; a message
/// about one of the host's limits names its configuration key.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("the folder has no file {0:?}")]
    NoSuchFile(String),
    #[error("{0}")]
    Template(TemplateFault),
    /// The plugin reached a limit that it sets itself.
    #[error("limit reached: {name}")]
    Limit { name: String },
    /// The plugin reached a limit of the host that has no variant of its own.
    #[error("exceeded {name}")]
    Beyond { name: &'static str },
    #[error("did not finish within {ms} ms ({name})")]
    Timeout { ms: u64, name: &'static str },
    #[error("requested {bytes} bytes of memory, and {bytes_max} are allowed ({name})")]
    Memory { bytes: usize, bytes_max: usize, name: &'static str },
    #[error("crashed: {0}")]
    Trap(String),
    /// The document cannot be sent.
    #[error("returned a document that cannot be sent: {0}")]
    Output(String),
    /// Only before the server listens.
    #[error("did not finish within {} s of processor time", .0.as_secs())]
    Late(Duration),
    #[error("waited too long for its turn, because other renders were running (instances_max)")]
    Busy,
    /// The plugin failed too often in a row for this template folder and domain, and no earlier version works for them.
    #[error(
        "failed too often in a row for this template folder (failures_max); the next retry is in {retry_after_s} s"
    )]
    Failing { retry_after_s: u32 },
    #[error("queried the database, which failed: {0}")]
    Scope(#[source] ScopeError),
    #[error("{0}")]
    Other(String),
}

impl RenderError {
    /// One word for metrics and logs.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoSuchFile(_) => "no_such_file",
            Self::Template(_) => "template",
            Self::Limit { .. } | Self::Beyond { .. } => "limit",
            Self::Timeout { .. } => "timeout",
            Self::Memory { .. } => "memory",
            Self::Trap(_) => "trap",
            Self::Output(_) => "output",
            Self::Late(_) => "late",
            Self::Busy => "busy",
            Self::Failing { .. } => "failing",
            Self::Scope(_) => "database",
            Self::Other(_) => "other",
        }
    }

    /// The configuration key of the host's limit that ended the call, if one did.
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Beyond { name } | Self::Timeout { name, .. } | Self::Memory { name, .. } => Some(name),
            _ => None,
        }
    }

    /// Whether the plugin itself is at fault, and not a template, a file name or a temporary condition.
    pub fn is_the_plugins(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::Memory { .. } | Self::Trap(_) | Self::Output(_) | Self::Other(_) => true,
            // A domain may have more contacts than that.
            Self::Beyond { name } => *name != keys::CONTACTS_ROWS,
            Self::NoSuchFile(_) | Self::Template(_) | Self::Limit { .. } => false,
            Self::Late(_) | Self::Busy | Self::Failing { .. } | Self::Scope(_) => false,
        }
    }

    /// Why wasmtime stopped a call: the host's own reason if the host stopped it, else wasmtime's message.
    /// `output` is the key of the limit on the call's result.
    pub(super) fn of_call(error: wasmtime::Error, output: &'static str) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(ours) => return ours,
            Err(error) => error,
        };
        if error.downcast_ref::<wasmtime::PoolConcurrencyLimitError>().is_some() {
            return Self::Busy;
        }
        match error.downcast_ref::<wasmtime::Trap>() {
            Some(wasmtime::Trap::StackOverflow) => return Self::Beyond { name: keys::STACK },
            Some(trap) => return Self::Trap(trap.to_string()),
            None => {}
        }
        let cause = super::limits::one_line(&error.root_cause().to_string(), 200);
        // wasmtime does not export the type of this error; a test fails when its message changes.
        if cause.contains("fuel allocated for hostcalls") {
            return Self::Beyond { name: output };
        }
        Self::Trap(cause)
    }
}

/// Why a file is not loaded as a plugin.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot be read: {0}")]
    Read(#[source] std::io::Error),
    #[error("is larger than {bytes_max} bytes (component_bytes_max)")]
    TooLarge { bytes_max: u64 },
    #[error(
        "the configuration permits it none of its vendors ([plugins.{plugin}] vendors); it serves {}",
        if claimed.is_empty() { "those that no other plugin serves: `*`".to_owned() } else { claimed.join(", ") }
    )]
    NothingPermitted { plugin: String, claimed: Vec<String> },
    #[error("exceeds the maximum of {max} components; remove one")]
    TooMany { max: usize },
    #[error("is not a WebAssembly component: {0}")]
    NoComponent(String),
    #[error(transparent)]
    Signature(#[from] SignatureFault),
    /// The file is a component, but it cannot be a plugin.
    #[error("cannot be a plugin: {0}")]
    Unfit(String),
    #[error("is not a plugin: it imports and exports nothing of dialplate:provision")]
    NoPlugin,
    #[error("names no version of dialplate:provision; this server supports {supported}")]
    NoVersion { supported: &'static str },
    #[error("was built for dialplate:provision {found}; this server supports {supported}")]
    Version { found: String, supported: &'static str },
    #[error("imports items that no plugin may import: {}", first_of(.0))]
    Imports(Vec<String>),
    #[error("does not match dialplate:provision {version}: {message}")]
    Interface { version: &'static str, message: String },
    #[error("returned an invalid description: {0}")]
    Description(String),
    #[error("claims {what}, which {other} serves; remove one of the two")]
    Claimed { what: String, other: String },
    #[error("cannot compile a template that compiled before: {message}")]
    Worse { message: String },
    #[error("failed in `{step}`: {source}")]
    Call { step: &'static str, source: RenderError },
    #[error(transparent)]
    Compile(#[from] CompileError),
    #[error("cannot be prepared: {0}")]
    Build(String),
}

/// The first names of a list of any length.
fn first_of(names: &[String]) -> String {
    const NAMES_MAX: usize = 20;
    match names.len().checked_sub(NAMES_MAX) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{}, and {more} more", names[..NAMES_MAX].join(", ")),
    }
}

impl LoadError {
    /// The configuration key of the host's limit that the component exceeded, if it did.
    pub fn limit(&self) -> Option<&'static str> {
        match self {
            Self::TooLarge { .. } => Some(keys::COMPONENT),
            Self::Call { source, .. } => source.limit(),
            Self::Compile(error) => error.limit(),
            _ => None,
        }
    }

    /// Whether the component only took too long for a server that does not listen yet. A later build may succeed.
    pub fn is_late(&self) -> bool {
        matches!(self, Self::Call { source: RenderError::Late(_), .. } | Self::Compile(CompileError::Late { .. }))
    }

    pub(super) fn may_be_of_a_template(&self) -> bool {
        matches!(self, Self::Worse { .. } | Self::Call { step: "prepare" | "render", .. })
    }
}

/// Why a component could not be compiled. A message about a limit names its configuration key.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// The compiler's message.
    #[error("cannot be compiled: {0}")]
    Refused(String),
    #[error("compiling it took more than {s} s of processor time (compile_cpu_s_max)")]
    Cpu { s: u64 },
    /// Only before the server listens.
    #[error("compiling it did not finish within {s} s of processor time")]
    Late { s: u64 },
    /// The compiler got too little processor time, or hung.
    #[error("compiling it did not finish within {s} s, ten times compile_cpu_s_max")]
    Slow { s: u64 },
    #[error("compiling it took more than {bytes_max} bytes of memory (compile_memory_bytes_max)")]
    Memory { bytes_max: u64 },
    #[error("its machine code is larger than {bytes_max} bytes (code_bytes_max)")]
    Size { bytes_max: u64 },
    #[error("the compiler was killed; if the machine ran out of memory, the system killed it")]
    Killed,
    #[error("crashed the compiler: {0}")]
    Broke(String),
    /// The cause is not the component.
    #[error("the compiler cannot run: {0}")]
    Unable(String),
}

impl CompileError {
    fn limit(&self) -> Option<&'static str> {
        match self {
            Self::Cpu { .. } | Self::Slow { .. } => Some(keys::COMPILE_CPU),
            Self::Memory { .. } => Some(keys::COMPILE_MEMORY),
            Self::Size { .. } => Some(keys::CODE),
            Self::Late { .. } | Self::Refused(_) | Self::Killed | Self::Broke(_) | Self::Unable(_) => None,
        }
    }
}

/// A file that was not loaded, and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{} {error}", DisplayPath(file))]
pub struct LoadFailure {
    pub file: PathBuf,
    pub error: LoadError,
    /// The version that was loaded from this file before stays active.
    pub old_serves: bool,
    /// The template folders that it failed with; empty if no template can be the cause.
    pub folders: Vec<String>,
}

impl LoadFailure {
    pub(super) fn new(file: &Path, error: LoadError) -> Self {
        Self { file: file.to_owned(), error, old_serves: false, folders: Vec::new() }
    }

    /// The plugin's name if it is not known: the file's name without its extension.
    pub fn plugin(&self) -> Cow<'_, str> {
        self.file.file_stem().unwrap_or_default().to_string_lossy()
    }
}

/// Why the engine could not be created.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("WebAssembly cannot be run on this machine: {0:#}")]
    Machine(wasmtime::Error),
    #[error("the cache of compiled plugins, {}", folder.display())]
    Cache { folder: PathBuf, source: std::io::Error },
}
