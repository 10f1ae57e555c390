//! The bindings that wasmtime generates from the interface.

wasmtime::component::bindgen!({
    path: "../wit/0.2.1",
    world: "plugin",
    imports: {
        "dialplate:provision/host.insert-microtime": trappable,
        "dialplate:provision/host.log": trappable,
        default: async | trappable,
    },
    exports: { default: async },
});
