//! The interface's types and functions, generated from `wit/provision.wit`, and the macro behind [`export!`](crate::export!).
//! [`types`](crate::types) re-exports the types, with the documentation that the WIT has of each; a plugin rarely needs
//! anything else from here.

#![allow(clippy::all, unsafe_code)]
// Only what the generator adds around the types has no documentation: a test reads the WIT for the types.
#![allow(missing_docs)]

wit_bindgen::generate!({
    path: "wit",
    world: "plugin",
    pub_export_macro: true,
    default_bindings_module: "dialplate_sdk::bindings",
    // The generated code of a plugin finds the runtime here, so its crate needs no dependency of its own.
    runtime_path: "dialplate_sdk::wit_bindgen::rt",
});
