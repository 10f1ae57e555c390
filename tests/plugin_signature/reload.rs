//! What a running server does with each change of a component or its signature.

use super::*;
use crate::clock::{set_clock, with_clock};
use crate::reload::{another_version, listed, until};
use dialplate::plugin_signature::{LiveVersion, Versions};
use sha2::{Digest, Sha256};

/// A server on which version 0.1.0 serves with a signature, and what is needed to change that.
struct Running {
    server: Server,
    site: Site,
    publisher: Publisher,
    one: Vec<u8>,
    two: Vec<u8>,
}

impl Running {
    fn new(required: bool) -> Self {
        let publisher = Publisher::new();
        let site = site(&publisher);
        let (one, two) = (first(&site), another_version(&first(&site)));
        site.write(SIGNATURE, publisher.signature(&one, &[]));
        let server = start(&site, &publisher, required);
        assert!(serves(&server, "address"), "{}", server.log());
        Self { server, site, publisher, one, two }
    }

    fn until_serves(&self, version: &str) {
        until(version, || serves(&self.server, version));
        until("nothing is refused", || refusal(&listed(&self.server), "minimal.wasm").is_empty());
    }

    /// Waits until the component is refused for this reason, and the one before still serves.
    fn until_refused(&self, reason: &str, serving: &str) {
        until(reason, || refusal(&listed(&self.server), "minimal.wasm").contains(reason));
        self.server.until_logged(&["plugin refused; the previous version stays active", reason]);
        let found = listed(&self.server);
        assert!(serves(&self.server, serving), "{reason}: {found}");
        let plugins = found["plugins"].as_array().unwrap();
        let minimal = plugins.iter().find(|plugin| plugin["name"] == "minimal").unwrap();
        assert_eq!(minimal["state"], "old_serves", "{found}");
        assert!(minimal["because"].as_str().is_some_and(|because| because.contains(reason)), "{found}");
    }
}

#[test]
fn running_server_refuses_each_bad_signature() {
    for required in [true, false] {
        let running = Running::new(required);
        let Running { site, publisher, one, two, .. } = &running;
        let (stranger, key) = (Publisher::new(), key_id(publisher));
        let expired = publisher.signature(two, &["--expires", "2024-01-31"]);
        for (signature, reason) in [
            (publisher.signature(one, &[]), format!("does not match its signature by key {key}")),
            (stranger.signature(two, &[]), "which is not among plugins_trusted_keys".to_owned()),
            (expired, "that expired after 2024-01-31".to_owned()),
            (b"\xff\xfe".to_vec(), "has a signature that cannot be parsed".to_owned()),
        ] {
            site.replace(SIGNATURE, signature);
            site.replace(COMPONENT, two);
            running.until_refused(&reason, "address");
        }
        fs::remove_file(site.path(SIGNATURE)).unwrap();
        if required {
            running.until_refused("has no signature, and plugins_require_signature is set", "address");
        } else {
            running.until_serves("ADDRESS");
            assert_eq!(listed_signature(&listed(&running.server), "minimal")["state"], "unsigned");
        }
        site.replace(SIGNATURE, publisher.signature(two, &[]));
        running.until_serves("ADDRESS");
        until("the signature", || listed_signature(&listed(&running.server), "minimal")["state"] == "valid");
    }
}

#[test]
fn component_and_signature_may_come_in_either_order() {
    let running = Running::new(true);
    let Running { site, publisher, one, two, server } = &running;
    // The component first.
    site.replace(COMPONENT, two);
    running.until_refused("does not match its signature", "address");
    site.replace(SIGNATURE, publisher.signature(two, &[]));
    running.until_serves("ADDRESS");
    // The signature first.
    let three = crate::reload::swapped(one, b"minimal0.1.0", b"minimal0.3.0");
    site.write(SIGNATURE, publisher.signature(&three, &[]));
    running.until_refused("does not match its signature", "ADDRESS");
    site.write(COMPONENT, &three);
    running.until_serves("address");
    // Both at once settle without a refusal.
    let before = server.log().matches("plugin refused").count();
    let four = crate::reload::swapped(two, b"minimal0.2.0", b"minimal0.4.0");
    let signature = publisher.signature(&four, &[]);
    site.replace(COMPONENT, &four);
    site.replace(SIGNATURE, signature);
    running.until_serves("ADDRESS");
    assert_eq!(server.log().matches("plugin refused").count(), before, "{}", server.log());
}

#[test]
fn removed_signature_keeps_component_and_restored_one_settles() {
    let running = Running::new(true);
    let Running { site, publisher, one, .. } = &running;
    fs::remove_file(site.path(SIGNATURE)).unwrap();
    running.until_refused("has no signature", "address");
    site.write(SIGNATURE, publisher.signature(one, &["--expires", "2999-12-31"]));
    running.until_serves("address");
    until("the new signature", || listed_signature(&listed(&running.server), "minimal")["expires"] == "2999-12-31");
    running.server.until_logged(&["plugin has another signature", "2999-12-31"]);
}

#[test]
fn downgrade_is_refused_where_signatures_are_required() {
    for required in [true, false] {
        let running = Running::new(required);
        let Running { site, publisher, one, two, .. } = &running;
        site.replace(SIGNATURE, publisher.signature(two, &[]));
        site.replace(COMPONENT, two);
        running.until_serves("ADDRESS");
        site.replace(SIGNATURE, publisher.signature(one, &[]));
        site.replace(COMPONENT, one);
        if required {
            running.until_refused("is version 0.1.0 of minimal, older than version 0.2.0", "ADDRESS");
            // An operator goes back, and the server is asked to look again.
            let sha256 = Sha256::digest(one).iter().map(|byte| format!("{byte:02x}")).collect();
            let old = LiveVersion { name: "minimal".to_owned(), version: "0.1.0".to_owned(), sha256 };
            Versions::new(site.path("data")).allow_rollback(&old).unwrap();
            assert!(crate::reload::reload(&running.server).0);
        }
        running.until_serves("address");
    }
}

#[test]
fn signature_that_expires_while_serving_is_reported() {
    let clock = tempfile::tempdir().unwrap();
    let Some(fake) = with_clock(clock.path()) else { return };
    let fake: Vec<_> = fake.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let publisher = Publisher::new();
    let site = site(&publisher);
    site.write(SIGNATURE, publisher.signature(&first(&site), &["--expires", "2099-12-31"]));
    let server = start_with(&site, &publisher, true, &fake);
    let admin = server.admin().to_string();
    let says = |command: &str, arguments: &[&str]| {
        let output = server::command(command, &[("DIALPLATE_ADMIN_LISTEN", &admin)]).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!says("plugin", &["list"]).contains("expired"), "{}", says("plugin", &["list"]));
    set_clock(&clock.path().join("clock"), "+80y");
    for _ in 0..2 {
        says("reload", &[]);
    }
    let event = "the signature of a plugin expired";
    server.until_logged(&[event, "plugin.name=\"minimal\"", "expired_after=2099-12-31"]);
    assert_eq!(server.log().matches(event).count(), 1, "{}", server.log());
    assert!(serves(&server, "address"), "{}", server.log());
    for said in [says("plugin", &["list"]), says("doctor", &[])] {
        assert!(said.contains("minimal") && said.contains("expired after 2099-12-31"), "{said}");
    }
    assert!(says("plugin", &["list", "--json"]).contains("\"expired\": true"));
}
