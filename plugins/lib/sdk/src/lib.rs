//! What a Dialplate vendor plugin is made of.
//!
//! A plugin is a type that implements [`Vendor`] and one line that exports it:
//!
//! ```ignore
//! struct Acme;
//!
//! impl dialplate_sdk::Vendor for Acme {
//!     fn describe(&self) -> dialplate_sdk::types::Description { … }
//! }
//!
//! dialplate_sdk::export!(Acme);
//! ```
//!
//! Everything else (the template language, FusionPBX's variables, escaping, the default file) comes from here and
//! is FusionPBX's behaviour until a method of [`Vendor`] says otherwise.

pub mod bindings;
mod component;
mod escape;
mod heap;
mod host;
mod library;
mod row;
pub mod testing;
mod variables;
mod vendor;
mod xml;

pub use bindings::dialplate::provision::types;
pub use component::{describe, prepare, render};
pub use dialplate_smarty::php;
pub use vendor::{
    Answer, DEFAULT_FILES, KeySubject, KeyText, PLAIN, Vendor, XML, address_agent, model_agent, upper_case, vendor,
};

/// Makes a component of a [`Vendor`]. Once per crate.
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
