//! Plugins that are refused before they serve anybody. A start that meets one ends, and says of each what is wrong
//! with it; nothing that a file does keeps it from ending, or costs more than the limits allow.

use dialplate_tests::{guests, server};
use std::path::Path;
use std::time::{Duration, Instant};

/// What a server says that has only these plugins, and how long it took to say it.
fn refusal(folder: &Path, plugins: &Path, settings: &[(&str, &str)]) -> (String, Duration) {
    let database = format!("sqlite://{}/demo.db?mode=rwc", folder.display());
    let (templates, plugins) = (folder.join("templates").display().to_string(), plugins.display().to_string());
    let own = [
        ("DIALPLATE_LISTEN", "127.0.0.1:0"),
        ("DIALPLATE_DATABASE", &database),
        ("DIALPLATE_TEMPLATES", &templates),
        ("DIALPLATE_PLUGINS", &plugins),
    ];
    let began = Instant::now();
    let output = server::run(&[&own, settings].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1), "{:?}: {said}", output.status);
    (said, began.elapsed())
}

#[test]
fn a_hostile_file_is_refused_by_name_and_reason_and_ends_the_start_in_bounded_time() {
    let Some(minimal) = guests::built("minimal") else { return };
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    for made in [&plugins, &folder.path().join("templates")] {
        std::fs::create_dir_all(made).unwrap();
    }
    let refused = guests::refused(&minimal);
    for guest in &refused {
        std::fs::write(plugins.join(format!("{}.wasm", guest.name)), &guest.component).unwrap();
    }
    let settings = [("DIALPLATE_PREPARE_TIMEOUT_MS", "4000"), ("DIALPLATE_COMPONENT_BYTES_MAX", guests::BYTES_MAX)];
    let (said, took) = refusal(folder.path(), &plugins, &settings);
    for guests::Refused { name, reason, .. } in &refused {
        let expected = format!("{name}.wasm ");
        let found = said.split(&plugins.display().to_string()).find(|part| part.contains(&expected));
        let found = found.unwrap_or_else(|| panic!("{name} is not named in {said}"));
        assert!(found.contains(reason), "{reason} is not in {found}");
    }
    assert!(took < Duration::from_secs(60), "{took:?}");
}

#[test]
fn a_prepare_that_misbehaves_is_refused_with_the_limits_name() {
    let Some(minimal) = guests::built("minimal") else { return };
    let folder = tempfile::tempdir().unwrap();
    let (plugins, templates) = (folder.path().join("plugins"), folder.path().join("templates/minimal/one"));
    for made in [&plugins, &templates] {
        std::fs::create_dir_all(made).unwrap();
    }
    std::fs::copy(&minimal, plugins.join("minimal.wasm")).unwrap();
    let settings = [("DIALPLATE_PREPARE_TIMEOUT_MS", "4000"), ("DIALPLATE_PREPARE_MEMORY_BYTES_MAX", "33554432")];
    for (deed, expected) in [
        ("prepare-loops", "(prepare_timeout_ms)"),
        ("prepare-eats-memory", "(prepare_memory_bytes_max)"),
        ("prepare-panics", "broke down"),
        ("prepare-asks-contacts", "there is no device"),
    ] {
        let template = templates.join(deed);
        std::fs::write(&template, "x").unwrap();
        let (said, took) = refusal(folder.path(), &plugins, &settings);
        std::fs::remove_file(template).unwrap();
        let last = said.lines().last().unwrap_or_default();
        assert!(last.contains("minimal.wasm failed in `prepare`") && last.contains(expected), "{deed}: {last}");
        assert!(took < Duration::from_secs(30), "{deed}: {took:?}");
    }
}
