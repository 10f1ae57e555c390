//! A host that requires signatures.

use super::*;
use crate::plugin_signature::Publisher;
use std::process::Command;

/// A host whose server loads nothing without the publisher's signature.
struct Demanding {
    host: Host,
    publisher: Publisher,
}

impl Demanding {
    fn new() -> Self {
        let (host, publisher) = (Host::new(), Publisher::new());
        let generic = host.installed("generic.wasm");
        fs::write(host.path("plugins/generic.wasm.minisig"), publisher.signature(&generic, &[])).unwrap();
        Self { host, publisher }
    }

    fn settings(&self) -> [(&'static str, String); 3] {
        [
            ("DIALPLATE_PLUGINS_TRUSTED_KEYS", self.publisher.path("pub")),
            ("DIALPLATE_PLUGINS_REQUIRE_SIGNATURE", "true".to_owned()),
            ("DIALPLATE_DATA", self.host.text("data")),
        ]
    }

    fn start(&self) -> Server {
        let settings = self.settings();
        self.host.start_with(&settings.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    fn run(&self, server: Option<&Server>, arguments: &[&str]) -> Ran {
        let mut command: Command = self.host.program("plugin", server, arguments);
        run(command.envs(self.settings()))
    }

    /// Writes a component with its signature, and returns the component's path.
    fn signed(&self, name: &str, component: &[u8]) -> String {
        let signature = self.publisher.signature(component, &[]);
        self.host.component(&format!("{name}.minisig"), &signature);
        self.host.component(name, component)
    }
}

#[test]
fn install_brings_signature_and_refuses_without_valid_one() {
    let demanding = Demanding::new();
    let unsigned = demanding.host.component("unsigned.wasm", &first());
    let refused = demanding.run(None, &["install", &unsigned, "--no-check"]);
    assert!(
        !refused.success && refused.err.contains("has no signature, and plugins_require_signature"),
        "{}",
        refused.err
    );
    let tampered = demanding.signed("tampered.wasm", &first());
    fs::write(&tampered, second()).unwrap();
    let refused = demanding.run(None, &["install", &tampered, "--no-check"]);
    assert!(!refused.success && refused.err.contains("does not match its signature"), "{}", refused.err);
    assert!(!demanding.host.path("plugins/careless.wasm").exists());
    let signed = demanding.signed("1.wasm", &first());
    let installed = demanding.run(None, &["install", &signed, "--no-check"]);
    assert!(installed.success, "{}", installed.err);
    let server = demanding.start();
    assert!(file(&server).contains("label.0 = Front desk"), "{}", server.log());
}

#[test]
fn older_version_is_installed_by_rollback_alone() {
    let demanding = Demanding::new();
    let server = demanding.start();
    let [one, two] = [("1.wasm", first()), ("2.wasm", second())].map(|(name, it)| demanding.signed(name, &it));
    for component in [&one, &two] {
        let installed = demanding.run(Some(&server), &["install", component, "--no-check"]);
        assert!(installed.success, "{}", installed.err);
    }
    let record = demanding.host.path("data/plugin-versions.json");
    let has_two = || fs::read_to_string(&record).is_ok_and(|text| text.contains("2.0.0"));
    dialplate_tests::wait::until(has_two, || "the record of versions".to_owned());
    let refused = demanding.run(Some(&server), &["install", &one, "--no-check"]);
    assert!(
        !refused.success && refused.err.contains("is version 1.0.0 of careless, older than version 2.0.0"),
        "{}",
        refused.err
    );
    let back = demanding.run(Some(&server), &["rollback", "careless"]);
    assert!(back.success && back.out.contains("careless 1.0.0"), "{}{}", back.out, back.err);
    assert!(demanding.host.installed("careless.wasm") == first());
    drop(server);
    // The record outlives the server.
    let server = demanding.start();
    assert!(file(&server).contains("label.0 = Front desk"), "{}", server.log());
}
