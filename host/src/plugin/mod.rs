//! Vendor plugins: WebAssembly components, loaded, prepared once, and forked for every request.
//!
//! Nothing outside this room sees wasmtime, and nothing outside the folder of its version sees a type of the interface. A plugin may
//! import that interface and nothing else; what a call of it may use is in `Config`.

mod binary;
mod build;
mod cache;
mod call;
mod check;
mod claims;
mod compiler;
mod description;
mod digest;
mod document;
mod draft;
mod engine;
mod error;
mod examine;
mod health;
mod host_calls;
mod inspect;
mod instrument;
mod interface;
mod job;
mod limit_counters;
mod limits;
mod load;
mod load_log;
mod narrow;
mod off_the_path;
mod permissions;
#[allow(clippy::module_inception, reason = "the room holds plugins, and this file is one")]
mod plugin;
mod purpose;
mod remark;
mod set;
mod snapshot;
mod source;
#[cfg(test)]
mod tests;
mod trial;
mod turns;
mod v0_1;
mod v0_2;

pub use compiler::{COMMAND as COMPILE, compile_for_parent, own_program};
pub use description::{Action, Description, UserAgent, Vendor, is_name};
pub use document::Document;
pub use engine::Engine;
pub use error::{EngineError, LoadError, LoadFailure, RenderError};
pub use examine::{Examined, clash, examine};
pub use host_calls::{Asked, HostCalls};
pub use job::{
    BoxFuture, DeviceScope, Faulty, Job, JobSettings, Moment, Reads, RenderGroup, ScopeError, TemplateFault,
};
pub use limit_counters::LimitCounters;
pub use limits::Config;
pub use load::{COMPONENTS_MAX, LoadPlan, Share};
pub use off_the_path::{OffThePath, off_the_path};
pub use permissions::{ANY_VENDOR, Permissions};
pub use plugin::{Plugin, Usage};
pub use remark::Remark;
pub use set::{Choice, Plugins, files};
pub use trial::{default_file, try_file};
