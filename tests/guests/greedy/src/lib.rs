//! A plugin that imports more than the interface offers: the host's files and clock.

wit_bindgen::generate!({
    path: "../../../wit/0.2.1",
    inline: r#"
        package guests:greedy;
        interface files { read: func(path: string) -> list<u8>; }
        world greedy {
            include dialplate:provision/plugin@0.2.1;
            import files;
            import clock: func() -> u64;
        }
    "#,
    world: "guests:greedy/greedy",
    generate_all,
});

struct Greedy;
export!(Greedy);

impl Guest for Greedy {
    fn describe() -> Description {
        let name = String::from_utf8(guests::greedy::files::read("/etc/hostname")).unwrap_or_default();
        Description { name, version: clock().to_string(), vendors: vec![], user_agents: vec![], any: false }
    }

    fn prepare(_: Vec<Template>) -> Vec<Prepared> {
        Vec::new()
    }

    fn render(_: Job) -> Result<Document, Failure> {
        Err(Failure::Other(String::new()))
    }
}
