//! Components that a start refuses. If it refuses all of them, it ends with an error that gives the reason for each file, and
//! each file costs at most what the limits allow.

use dialplate_tests::{database, guests, heavy, server};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder with one for plugins and one for templates.
fn place() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let made = ["plugins", "templates"].map(|name| folder.path().join(name));
    made.iter().for_each(|made| std::fs::create_dir(made).unwrap());
    let [plugins, templates] = made;
    (folder, plugins, templates)
}

/// The errors of a start with only these plugins, and its duration.
fn refusal(folder: &Path, plugins: &Path, settings: &[(&str, &str)]) -> (String, Duration) {
    let database = server::new_demo_url(folder);
    let (templates, plugins) = (folder.join("templates").display().to_string(), plugins.display().to_string());
    let own = [
        ("DIALPLATE_DATABASE", database.as_str()),
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
fn hostile_file_is_refused_by_name_in_bounded_time() {
    let minimal = guests::built("minimal");
    let (folder, plugins, _) = place();
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
fn hostile_description_delays_a_start_by_seconds() {
    let minimal = guests::built("minimal");
    let (folder, plugins, templates) = place();
    std::fs::copy(&minimal, plugins.join("minimal.wasm")).unwrap();
    for name in ["describe-loops", "start-loops"] {
        std::fs::write(plugins.join(format!("{name}.wasm")), guests::of_text(name, &minimal)).unwrap();
    }
    let text = |path: &Path| path.display().to_string();
    let began = Instant::now();
    let server = server::Server::start(&[
        ("DIALPLATE_DATABASE", &server::new_demo_url(folder.path())),
        ("DIALPLATE_TEMPLATES", &text(&templates)),
        ("DIALPLATE_PLUGINS", &text(&plugins)),
    ]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    for name in ["describe-loops", "start-loops"] {
        server.until_logged(&["plugin refused", name, "(render_timeout_ms)"]);
    }
}

/// A guest whose `prepare` loops is put off: the server listens, serves the other vendors, and goes on building it.
#[test]
fn looping_prepare_delays_no_other_vendor() {
    let (folder, plugins, templates) = place();
    std::fs::copy(guests::built("minimal"), plugins.join("minimal.wasm")).unwrap();
    std::fs::copy(server::root().join("target/plugins/yealink.wasm"), plugins.join("yealink.wasm")).unwrap();
    for (file, text) in [("minimal/one/prepare-loops", "x"), ("yealink/t46u/{$mac}.cfg", "mac = {$mac}")] {
        let file = templates.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let text = |path: &Path| path.display().to_string();
    let sections = folder.path().join("dialplate.toml");
    std::fs::write(&sections, "[plugins.minimal]\ncontacts = false\n[plugins.absent]\ncontacts = false\n").unwrap();
    let server = server::Server::start(&[
        ("DIALPLATE_CONFIG", &text(&sections)),
        ("DIALPLATE_DATABASE", &server::new_demo_url(folder.path())),
        ("DIALPLATE_TEMPLATES", &text(&templates)),
        ("DIALPLATE_PLUGINS", &text(&plugins)),
        // Long enough for the processor time after which it is put off, also on a busy machine.
        ("DIALPLATE_PREPARE_TIMEOUT_MS", "20000"),
    ]);
    let row = "update v_devices set device_vendor = 'minimal', device_template = 'minimal/one' \
               where device_address = '0004f2000450'";
    database::run_blocking(&server::demo_url(folder.path()), row);
    let log = server.log();
    assert!(log.contains("plugin not ready") && log.contains("minimal.wasm"), "{log}");
    assert!(!log.contains("plugin refused"), "{log}");
    // Its section is one of a plugin that is there.
    let unknown: Vec<_> =
        log.lines().filter(|line| line.contains("a section for a plugin that is not loaded")).collect();
    assert!(unknown.len() == 1 && unknown[0].contains("plugin.name=\"absent\""), "{unknown:?}");
    assert_eq!(server.get("localhost", "/provision/001565000046.cfg").text(), "mac = 001565000046");
    let waiting = server.get("localhost", "/app/provision/?mac=0004f2000450&file=prepare-loops");
    assert_eq!((waiting.status, waiting.header("retry-after")), (503, "5"), "{}", server.log());
    server.until_logged(&["plugin refused", "minimal.wasm", "(prepare_timeout_ms)"]);
    assert_eq!(server.get("localhost", "/provision/001565000046.cfg").status, 200);
}

#[test]
fn misbehaving_prepare_is_refused_naming_the_limit() {
    let minimal = guests::built("minimal");
    let (folder, plugins, templates) = place();
    let templates = templates.join("minimal/one");
    std::fs::create_dir_all(&templates).unwrap();
    std::fs::copy(&minimal, plugins.join("minimal.wasm")).unwrap();
    let settings = [("DIALPLATE_PREPARE_TIMEOUT_MS", "4000"), ("DIALPLATE_PREPARE_MEMORY_BYTES_MAX", "33554432")];
    for (action, expected) in [
        ("prepare-loops", "(prepare_timeout_ms)"),
        ("prepare-eats-memory", "(prepare_memory_bytes_max)"),
        ("prepare-panics", "crashed"),
        ("prepare-asks-contacts", "there is no device"),
        ("prepare-reads-time", "there is no device"),
    ] {
        let template = templates.join(action);
        std::fs::write(&template, "x").unwrap();
        let (said, took) = refusal(folder.path(), &plugins, &settings);
        std::fs::remove_file(template).unwrap();
        let last = said.lines().last().unwrap_or_default();
        assert!(last.contains("minimal.wasm failed in `prepare`") && last.contains(expected), "{action}: {last}");
        assert!(took < Duration::from_secs(30), "{action}: {took:?}");
    }
}

#[test]
fn compile_beyond_a_limit_ends_the_start_naming_it() {
    let minimal = guests::built("minimal");
    let (folder, plugins, _) = place();
    for (name, component) in [
        ("tangled", heavy::tangled(&minimal, 1_000, 300)),
        ("at-once", heavy::tangled_at_once(&minimal, 1_000, 300)),
        ("offering", heavy::offering(1_000)),
        ("doubling", heavy::nested(60, 2)),
    ] {
        std::fs::write(plugins.join(format!("{name}.wasm")), component).unwrap();
    }
    // Not the shared cache: components that another test compiled would cost nothing.
    let cache = folder.path().join("cache").display().to_string();
    let time = [("tangled", "compile_cpu_s_max"), ("at-once", "compile_cpu_s_max")];
    let memory = [("tangled", "(compile_memory_bytes_max)"), ("at-once", "(compile_memory_bytes_max)")];
    let code = [("tangled", "(code_bytes_max)"), ("at-once", "(code_bytes_max)")];
    let always = [("offering", "no export `describe` found"), ("doubling", "effective type size exceeds the limit")];
    for (setting, expected) in [
        (("DIALPLATE_COMPILE_CPU_S_MAX", "1"), time),
        (("DIALPLATE_COMPILE_MEMORY_BYTES_MAX", "100000000"), memory),
        (("DIALPLATE_CODE_BYTES_MAX", "1048576"), code),
    ] {
        if expected == code {
            // Components whose code is large before compiling takes long.
            std::fs::write(plugins.join("tangled.wasm"), heavy::long(&minimal, 1_000)).unwrap();
            std::fs::write(plugins.join("at-once.wasm"), heavy::full(&minimal, 2 << 20)).unwrap();
        }
        let expected = expected.into_iter().chain(if expected == code { Vec::new() } else { always.to_vec() });
        let (said, took) = refusal(folder.path(), &plugins, &[setting, ("DIALPLATE_CACHE", &cache)]);
        for (name, reason) in expected {
            let found = said.split(&plugins.display().to_string()).find(|part| part.contains(&format!("{name}.wasm ")));
            assert!(found.is_some_and(|part| part.contains(reason)), "{name}, {reason}: {said}");
        }
        assert!(took < Duration::from_secs(60), "{took:?}");
    }
}
