//! Installations that are killed, and several at once.

use super::*;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Instant;

fn spawn(host: &Host, component: &str) -> Child {
    let mut command = host.program("plugin", None, &["install", component, "--no-check"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Kills within one installation, each a twentieth of its time later. On a busy machine one may take several times as long as the
/// first, so there are more until one was not in time.
const STEPS_MIN: u32 = 24;
const STEPS_MAX: u32 = 200;

#[test]
fn killed_installation_leaves_a_whole_version() {
    let host = Host::new();
    let (one, two) = (host.component("1.wasm", &first()), host.component("2.wasm", &second()));
    host.does(None, &["install", &one, "--no-check"]);
    let started = Instant::now();
    host.does(None, &["install", &two, "--no-check"]);
    let whole = started.elapsed();
    let (mut old, mut new) = (0, 0);
    for step in 0..STEPS_MAX {
        host.does(None, &["install", &one, "--no-check"]);
        let mut child = spawn(&host, &two);
        thread::sleep(whole * step / 20);
        child.kill().unwrap();
        child.wait().unwrap();
        let found = host.installed("careless.wasm");
        assert!(found == first() || found == second(), "step {step}: {} bytes", found.len());
        if found == first() {
            old += 1
        } else {
            new += 1
        }
        let names: Vec<_> = fs::read_dir(host.path("plugins")).unwrap().map(|it| it.unwrap().file_name()).collect();
        let components = names
            .iter()
            .filter(|name| !name.as_encoded_bytes().starts_with(b".") && name.as_encoded_bytes().ends_with(b".wasm"));
        assert_eq!(components.count(), 2, "{names:?}");
        if step >= STEPS_MIN && new > 0 {
            break;
        }
    }
    assert!(old > 0 && new > 0, "killed before {old} times, and after {new} times");
    host.does(None, &["install", &two, "--no-check"]);
    let drafts: Vec<_> = host.files().into_keys().filter(|name| name.contains(".new-")).collect();
    assert!(drafts.is_empty(), "{drafts:?}");
}

#[test]
fn installations_at_once_take_turns() {
    let host = Host::new();
    let (one, two) = (host.component("1.wasm", &first()), host.component("2.wasm", &second()));
    let mut running: Vec<_> = [&one, &two, &one, &two].into_iter().map(|component| spawn(&host, component)).collect();
    for child in &mut running {
        assert!(child.wait().unwrap().success());
    }
    let found = host.installed("careless.wasm");
    assert!(found == first() || found == second());
    host.does(None, &["rollback", "careless"]);
    assert!(host.installed("careless.wasm") != found);
}
