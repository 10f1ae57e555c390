//! A plugin for a version of the interface that does not exist.

wit_bindgen::generate!({
    inline: r#"
        package dialplate:provision@9.9.0;
        interface types { record description { name: string } }
        interface host { log: func(message: string); }
        world plugin {
            use types.{description};
            import host;
            export describe: func() -> description;
        }
    "#,
    world: "plugin",
});

struct Future;
export!(Future);

impl Guest for Future {
    fn describe() -> Description {
        dialplate::provision::host::log("from the future");
        Description { name: "future".into() }
    }
}
