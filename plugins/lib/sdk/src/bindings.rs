//! The interface's types and functions, generated from `wit/`.

#![allow(clippy::all, unsafe_code, missing_docs)]

wit_bindgen::generate!({
    path: "../../../wit/0.2.0",
    world: "plugin",
    pub_export_macro: true,
    default_bindings_module: "dialplate_sdk::bindings",
});
