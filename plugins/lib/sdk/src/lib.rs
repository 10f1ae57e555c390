//! Builds Dialplate vendor plugins.
//!
//! A plugin is a type that implements [`Vendor`], and one line that exports it:
//!
//! ```no_run
//! use dialplate_sdk::{Vendor, types::Description, vendor};
//!
//! struct Acme;
//!
//! impl Vendor for Acme {
//!     fn describe(&self) -> Description {
//!         let vendors = vec![vendor("acme", &["001565"], "check-sync", "check-sync;reboot=true")];
//!         Description { name: "acme".into(), version: "1".into(), vendors, user_agents: vec![], any: false }
//!     }
//! }
//!
//! dialplate_sdk::export!(Acme);
//! ```
//!
//! The SDK implements the rest as FusionPBX does: the template language, the template variables, escaping, the choice
//! of the default file. A plugin overrides methods of [`Vendor`] where its vendor differs. [`testing`] renders without a
//! server.

#![deny(missing_docs)]

// The bindings name this crate as a plugin does.
extern crate self as dialplate_sdk;

pub mod bindings;
mod component;
mod escape;
mod file_request;
mod heap;
mod host;
mod library;
mod row;
pub mod testing;
mod variables;
mod vendor;
mod xml;

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use bindings::dialplate::provision::types;
pub use component::{describe, prepare, render};
pub use dialplate_smarty::php;
pub use file_request::FileRequest;
pub use vendor::{
    DEFAULT_FILES, KeySubject, KeyText, PLAIN, RenderedFile, Vendor, XML, address_agent, login_agent, model_agent,
    vendor,
};
/// The crate whose runtime the generated bindings call.
#[doc(hidden)]
pub use wit_bindgen;

/// Exports a [`Vendor`] as the component's `describe`, `prepare` and `render`. Use it once per crate, which must be a
/// `cdylib`. The crate needs no dependency but this one.
#[macro_export]
macro_rules! export {
    ($vendor:expr) => {
        struct Exported;

        impl $crate::bindings::Guest for Exported {
            fn describe() -> $crate::types::Description {
                $crate::describe(&$vendor)
            }

            fn prepare(templates: Vec<$crate::types::Template>) -> Vec<$crate::types::Prepared> {
                $crate::prepare(&$vendor, templates)
            }

            fn render(job: $crate::types::Job) -> Result<$crate::types::Document, $crate::types::Failure> {
                $crate::render(&$vendor, job)
            }
        }

        $crate::bindings::export!(Exported with_types_in $crate::bindings);
    };
}
