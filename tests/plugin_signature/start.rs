//! What a starting server does with each component.

use super::*;
use crate::reload::{another_version, listed};

/// The name of a component's file, the component, and its signature.
type Signed = (&'static str, Vec<u8>, Option<Vec<u8>>);

/// Components with every kind of signature, each in a file of its own. The first is unsigned.
fn damaged(site: &Site, publisher: &Publisher, other: &Publisher) -> [Signed; 5] {
    let (one, two) = (first(site), another_version(&first(site)));
    let signature = publisher.signature(&one, &[]);
    let expired = publisher.signature(&one, &["--expires", "2024-01-31"]);
    let foreign = other.signature(&one, &[]);
    [
        ("unsigned", one.clone(), None),
        ("tampered", two, Some(signature)),
        ("foreign", one.clone(), Some(foreign)),
        ("expired", one.clone(), Some(expired)),
        ("broken", one, Some(b"untrusted comment: nothing\n".to_vec())),
    ]
}

/// The reasons for which a server refuses these, whether it requires signatures or not.
fn reasons(publisher: &Publisher, other: &Publisher) -> [(&'static str, String); 4] {
    let (key, foreign) = (key_id(publisher), key_id(other));
    [
        ("tampered", format!("does not match its signature by key {key}")),
        ("foreign", format!("is signed with key {foreign}, which is not among plugins_trusted_keys")),
        ("expired", format!("has a signature by key {key} that expired after 2024-01-31")),
        ("broken", "has a signature that cannot be parsed".to_owned()),
    ]
}

#[test]
fn start_refuses_each_bad_signature_for_its_reason() {
    let (publisher, other) = (Publisher::new(), Publisher::new());
    for required in [true, false] {
        let site = site(&publisher);
        let components = damaged(&site, &publisher, &other);
        fs::remove_file(site.path(COMPONENT)).unwrap();
        for (name, component, signature) in components {
            site.write(&format!("plugins/{name}.wasm"), component);
            if let Some(signature) = signature {
                site.write(&format!("plugins/{name}.wasm.minisig"), signature);
            }
        }
        let server = start(&site, &publisher, required);
        let found = listed(&server);
        for (name, reason) in reasons(&publisher, &other) {
            let refused = refusal(&found, &format!("{name}.wasm"));
            assert!(refused.contains(&reason), "{name}: {refused}\n{}", server.log());
            server.until_logged(&["plugin refused; nothing is loaded from its file", &format!("{name}.wasm"), &reason]);
        }
        let unsigned = refusal(&found, "unsigned.wasm");
        assert_eq!(unsigned.contains("has no signature, and plugins_require_signature is set"), required, "{unsigned}");
        assert_eq!(serves(&server, "address"), !required);
        assert_eq!(listed_signature(&found, "zoiper")["state"], "valid", "the other plugin serves: {found}");
    }
}

#[test]
fn signed_component_serves_and_its_signature_is_listed() {
    let publisher = Publisher::new();
    let site = site(&publisher);
    site.write(SIGNATURE, publisher.signature(&first(&site), &["--expires", "2999-12-31"]));
    let server = start(&site, &publisher, true);
    assert!(serves(&server, "address"));
    let (key, found) = (key_id(&publisher), listed(&server));
    let signature = listed_signature(&found, "minimal");
    assert_eq!(signature["state"], "valid", "{found}");
    assert_eq!((&signature["key"], &signature["expires"]), (&key.as_str().into(), &"2999-12-31".into()));
    let shown = list(&server);
    assert!(shown.contains(&format!("minimal is signed with key {key}, valid through 2999-12-31")), "{shown}");
    server.until_logged(&["plugin loaded", "plugin.name=\"minimal\"", &key]);
}

#[test]
fn server_without_trusted_keys_looks_at_no_signature() {
    let publisher = Publisher::new();
    let site = Site::minimal();
    site.write(SIGNATURE, "nobody can read this");
    let server = site.start();
    assert!(serves(&server, "address"));
    assert_eq!(listed_signature(&listed(&server), "minimal"), serde_json::Value::Null);
    assert!(!list(&server).contains("signed"), "{}", list(&server));
    drop(server);
    let refusing = start(&super::site(&publisher), &publisher, false);
    assert!(list(&refusing).contains("minimal is not signed"), "{}", list(&refusing));
}

#[test]
fn start_refuses_version_older_than_the_one_before() {
    let publisher = Publisher::new();
    let site = site(&publisher);
    let (one, two) = (first(&site), another_version(&first(&site)));
    let put = |component: &[u8]| {
        site.write(COMPONENT, component);
        site.write(SIGNATURE, publisher.signature(component, &[]));
    };
    put(&two);
    let server = start(&site, &publisher, true);
    assert!(serves(&server, "ADDRESS"));
    crate::reload::until("the record of versions", || site.path("data/plugin-versions.json").exists());
    drop(server);
    put(&one);
    let server = start(&site, &publisher, true);
    let refused = refusal(&listed(&server), "minimal.wasm");
    assert!(
        refused.contains("is version 0.1.0 of minimal, older than version 0.2.0 that served before it"),
        "{refused}"
    );
    assert!(!serves(&server, "address"));
    drop(server);
    // Without the key, the operator decides alone.
    assert!(serves(&start(&site, &publisher, false), "address"));
}

#[test]
fn server_without_acceptable_plugin_does_not_start_and_says_why() {
    let publisher = Publisher::new();
    let (site, key) = (Site::minimal(), publisher.path("pub"));
    let more = [("DIALPLATE_PLUGINS_TRUSTED_KEYS", key.as_str()), ("DIALPLATE_PLUGINS_REQUIRE_SIGNATURE", "true")];
    for command in ["serve", "check"] {
        let output = site.with_settings(&site.path("templates"), |settings| {
            server::command(command, &[settings, &more].concat()).output().unwrap()
        });
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{command}: {said}");
        assert!(
            said.contains("minimal.wasm has no signature, and plugins_require_signature is set"),
            "{command}: {said}"
        );
    }
}
