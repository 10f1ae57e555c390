//! Plugins that are refused before they serve anybody. A start that meets one ends, and says of each what is wrong
//! with it; nothing that a file does keeps it from ending, or costs more than the limits allow.

use dialplate_tests::{guests, heavy, server};
use std::path::Path;
use std::time::{Duration, Instant};

/// Refused for what they are: no code of theirs is run, some is compiled.
const REFUSED: [(&str, &str); 17] = [
    ("start-loops", "failed in `describe`: not done after 4000 ms (prepare_timeout_ms)"),
    ("start-traps", "failed in `describe`: broke down"),
    ("describe-loops", "failed in `describe`: not done after 4000 ms (prepare_timeout_ms)"),
    ("describe-recurses", "failed in `describe`: went beyond stack_bytes_max"),
    ("describe-eats-memory", "failed in `describe`: wanted"),
    ("describe-grows-a-table", "unsupported `table.grow`"),
    ("describe-forges", "failed in `describe`: broke down"),
    ("describe-repeats", "failed in `describe`: went beyond prepare_output_bytes_max"),
    ("memory-of-4-gib", "(prepare_memory_bytes_max)"),
    ("table-of-millions", "went beyond table_entries_max"),
    ("memory-of-64-bits", "memor"),
    ("memory-shared", "shared"),
    ("memories-of-two", "multiple memories"),
    ("future", "is made for dialplate:provision 9.9.0; this server speaks 0.1.0"),
    ("greedy", "asks for what no plugin gets: guests:greedy/files, clock"),
    ("too-large", "is larger than 4194304 bytes"),
    ("torn", "is no WebAssembly component"),
];

/// Components without code, for what they ask of the host; `T` stands for what makes them one of ours.
const ASKING: [(&str, &str, &str); 6] = [
    ("asks-wasi", "(import \"wasi:random/random@0.2.6\" (instance (export \"f\" (func (result u64)))))", "wasi:random"),
    ("asks-module", "(import \"m\" (core module))", "m (core module)"),
    ("asks-function", "(import \"clock\" (func (result u64)))", "clock"),
    ("asks-component", "(import \"x\" (component))", "x (component)"),
    ("asks-more", "(import \"dialplate:provision/host@0.1.0\" (instance (export \"secrets\" (func))))", "secrets"),
    ("asks-later", "(import \"dialplate:provision/host@0.1.9\" (instance (export \"later\" (func))))", "later"),
];

fn install_asking(folder: &Path) {
    for (name, import, _) in ASKING {
        let text = format!("(component (import \"dialplate:provision/types@0.1.0\" (instance)) {import})");
        std::fs::write(folder.join(format!("{name}.wasm")), guests::component(&text)).expect("a step of the test");
    }
    for (name, depth) in [("nested-200", 200), ("nested-100000", 100_000)] {
        let mut text =
            String::from("(component (import \"dialplate:provision/types@0.1.0\" (instance)) (type $t0 (list u8))");
        (0..depth).for_each(|of| text += &format!("(type $t{} (list $t{of}))", of + 1));
        text += &format!("(import \"f\" (func (param \"x\" $t{depth}))))");
        std::fs::write(folder.join(format!("{name}.wasm")), guests::component(&text)).expect("a step of the test");
    }
}

fn install(folder: &Path, minimal: &Path) {
    for name in guests::texts() {
        std::fs::write(folder.join(format!("{name}.wasm")), guests::of_text(&name, minimal))
            .expect("a step of the test");
    }
    for name in ["future", "greedy"] {
        let built = guests::built(name).expect("minimal is built, so this is");
        std::fs::copy(built, folder.join(format!("{name}.wasm"))).expect("a step of the test");
    }
    let whole = std::fs::read(minimal).expect("a step of the test");
    std::fs::write(folder.join("torn.wasm"), &whole[..whole.len() / 2]).expect("a step of the test");
    install_asking(folder);
    std::fs::File::create(folder.join("too-large.wasm"))
        .expect("a step of the test")
        .set_len((4 << 20) + 1)
        .expect("a step of the test");
}

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
    install(&plugins, &minimal);
    let settings = [("DIALPLATE_PREPARE_TIMEOUT_MS", "4000"), ("DIALPLATE_COMPONENT_BYTES_MAX", "4194304")];
    let (said, took) = refusal(folder.path(), &plugins, &settings);
    let nested = ["nested-200", "nested-100000"].map(|name| (name, "type nesting is too deep"));
    let asking = ASKING.map(|(name, _, reason)| (name, reason));
    for (name, reason) in REFUSED.into_iter().chain(asking).chain(nested) {
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

#[test]
fn what_is_too_much_to_compile_ends_the_start_with_the_limits_name() {
    let Some(minimal) = guests::built("minimal") else { return };
    let folder = tempfile::tempdir().unwrap();
    let plugins = folder.path().join("plugins");
    for made in [&plugins, &folder.path().join("templates")] {
        std::fs::create_dir_all(made).unwrap();
    }
    for (name, component) in [
        ("tangled", heavy::tangled(&minimal, 1_000, 300)),
        ("at-once", heavy::tangled_at_once(&minimal, 1_000, 300)),
        ("offering", heavy::offering(1_000)),
        ("doubling", heavy::nested(60, 2)),
    ] {
        std::fs::write(plugins.join(format!("{name}.wasm")), component).unwrap();
    }
    // What another test has had compiled would be no work.
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
            // What takes long before it is large is no case of this one.
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
