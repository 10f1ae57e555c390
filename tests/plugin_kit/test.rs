//! `dialplate plugin test`.

use super::{err, json, out, own, plugin, shown, succeeds};
use dialplate_tests::guests;
use dialplate_tests::server::root;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

const DEVICE: &str = "vendor = 'minimal'\naddress = '02aabb000001'\nfolder = 'minimal/one'\nfile = 'a.cfg'\n";

/// A project with the guest `minimal` and a case of this name.
fn project(folder: &Path, case: &str, device: &str) -> PathBuf {
    let case = folder.join("tests/cases").join(case);
    fs::create_dir_all(&case).unwrap();
    fs::copy(guests::built("minimal"), folder.join("minimal.wasm")).unwrap();
    fs::write(case.join("device.toml"), device).unwrap();
    fs::write(case.join("a.cfg"), "reads x").unwrap();
    case
}

fn test(folder: &Path, more: &[&str], settings: &[(&str, &str)]) -> Output {
    plugin(&[&["test", &shown(folder)], more].concat(), settings)
}

#[test]
fn cases_of_every_own_plugin_pass_in_the_engine() {
    for name in ["cisco-spa", "generic", "grandstream", "polycom", "yealink", "zoiper"] {
        let folder = root().join("plugins").join(name);
        let found = json(&succeeds(&["test", &shown(&folder), "--component", &shown(&own(name)), "--json"], &[]));
        let cases = fs::read_dir(folder.join("tests/cases")).unwrap().count();
        assert_eq!((found["passed"].as_u64(), found["failed"].as_u64()), (Some(cases as u64), Some(0)), "{found}");
        for case in found["cases"].as_array().unwrap() {
            let figures = &case["figures"];
            assert!(figures["instructions"].as_u64() > Some(1_000), "{case}");
            assert!(figures["time_us"].as_u64() > Some(0) && figures["memory_bytes"].is_u64(), "{case}");
        }
    }
}

#[test]
fn instructions_are_counted_alike_on_each_run() {
    let folder = root().join("plugins/zoiper");
    let run = || {
        let found = json(&succeeds(&["test", &shown(&folder), "--component", &shown(&own("zoiper")), "--json"], &[]));
        let cases = found["cases"].as_array().unwrap().clone();
        cases.iter().map(|case| case["figures"]["instructions"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

#[test]
fn bless_writes_what_is_absent_or_differs() {
    let folder = tempfile::tempdir().unwrap();
    let case = project(folder.path(), "one", &format!("{DEVICE}[settings]\nx = '7'\ny = 'unread'\n"));
    let absent = test(folder.path(), &[], &[]);
    assert_eq!(absent.status.code(), Some(1));
    assert!(out(&absent).contains("there is no file `expected`; --bless writes it"), "{}", out(&absent));
    assert!(err(&absent).contains("1 of 1 cases failed"), "{}", err(&absent));
    assert!(test(folder.path(), &["--bless"], &[]).status.success());
    let expected = fs::read_to_string(case.join("expected")).unwrap();
    assert_eq!(
        expected,
        "Content-Type: text/plain\nFile: a.cfg\n\nreads x\naddress 02aabb000001\nx = Value::Text(\"7\")\ny = Value::Text(\"unread\")\n"
    );
    assert!(test(folder.path(), &[], &[]).status.success());
    fs::write(case.join("expected"), expected.replace("address 02", "address 03")).unwrap();
    let differs = test(folder.path(), &[], &[]);
    let text = out(&differs);
    assert_eq!(differs.status.code(), Some(1));
    for line in ["FAIL", "-address 03aabb000001", "+address 02aabb000001", " reads x", "--bless"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let blessed = test(folder.path(), &["--bless"], &[]);
    assert!(blessed.status.success() && out(&blessed).contains("wrote"), "{}", out(&blessed));
    assert_eq!(fs::read_to_string(case.join("expected")).unwrap(), expected);
}

#[test]
fn templates_of_the_project_are_prepared_as_on_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let case = project(folder.path(), "one", &format!("{DEVICE}[settings]\nx = '7'\ny = 'unread'\n"));
    fs::remove_file(case.join("a.cfg")).unwrap();
    let without = test(folder.path(), &[], &[]);
    assert!(out(&without).contains("neither the case nor `templates/minimal/one` of the plugin has templates"));
    let templates = folder.path().join("templates/minimal/one");
    fs::create_dir_all(&templates).unwrap();
    fs::write(templates.join("a.cfg"), "reads x").unwrap();
    let found = test(folder.path(), &["--bless", "--json"], &[]);
    assert_eq!(json(&out(&found))["cases"][0]["figures"]["prepared"], true);
    // A prepared template gets the settings that it reads, and no others.
    let expected = fs::read_to_string(case.join("expected")).unwrap();
    assert!(expected.contains("x = ") && !expected.contains("unread"), "{expected}");
}

#[test]
fn crash_and_limit_fail_a_case_even_with_bless() {
    for (action, reason) in [
        ("panic", "the plugin crashed"),
        ("loop", "the plugin did not finish within 300 ms (render_timeout_ms)"),
        ("eat-memory", "(render_memory_bytes_max)"),
        ("write 2097152", "the plugin exceeded output_bytes_max"),
        ("contacts 1000000", "the plugin exceeded questions_max"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let case = project(folder.path(), "one", &format!("{DEVICE}[parameters]\ndo = '{action}'\n"));
        let settings = [("DIALPLATE_RENDER_TIMEOUT_MS", "300"), ("DIALPLATE_OUTPUT_BYTES_MAX", "1048576")];
        let output = test(folder.path(), &["--bless"], &settings);
        assert_eq!(output.status.code(), Some(1), "{action}");
        assert!(out(&output).contains(reason), "{action}: {}", out(&output));
        assert!(!case.join("expected").exists(), "{action}");
    }
}

#[test]
fn failure_of_the_plugin_can_be_expected() {
    let folder = tempfile::tempdir().unwrap();
    let case = project(folder.path(), "one", &format!("{DEVICE}[parameters]\ndo = 'fault'\n"));
    assert!(test(folder.path(), &["--bless"], &[]).status.success());
    let expected = fs::read_to_string(case.join("expected")).unwrap();
    assert_eq!(expected, "Failure: template\n\nminimal/one:3:7: asked to\n");
    assert!(test(folder.path(), &[], &[]).status.success());
}

#[test]
fn faulty_case_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let case = project(folder.path(), "one", &format!("{DEVICE}vendr = 'x'\n"));
    let text = out(&test(folder.path(), &[], &[]));
    assert!(text.contains(&shown(&case.join("device.toml"))) && text.contains("line 5"), "{text}");
    fs::write(case.join("device.toml"), DEVICE.replace("02aabb000001", "xyz")).unwrap();
    let text = out(&test(folder.path(), &[], &[]));
    assert!(text.contains("address \"xyz\": an address has 1 to"), "{text}");
}

#[test]
fn path_is_a_folder_a_component_or_a_case() {
    let folder = tempfile::tempdir().unwrap();
    let case = project(folder.path(), "one", DEVICE);
    project(folder.path(), "two", DEVICE);
    assert!(test(folder.path(), &["--bless"], &[]).status.success());
    for (path, cases) in [(folder.path().to_owned(), 2), (folder.path().join("minimal.wasm"), 2), (case, 1)] {
        let text = succeeds(&["test", &shown(&path)], &[]);
        assert!(text.contains(&format!("{cases} passed, 0 failed")), "{text}");
    }
    fs::copy(guests::built("minimal"), folder.path().join("other.wasm")).unwrap();
    let several = err(&test(folder.path(), &[], &[]));
    assert!(several.contains("several components") && several.contains("--component"), "{several}");
    fs::remove_file(folder.path().join("other.wasm")).unwrap();
    fs::write(folder.path().join("minimal.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let none = err(&test(folder.path(), &[], &[]));
    assert!(none.contains("there is no component in") && none.contains("--component"), "{none}");
    let absent = err(&test(&folder.path().join("absent"), &[], &[]));
    assert!(absent.contains("cannot read") && absent.contains("No such file"), "{absent}");
}

#[test]
fn plugin_without_cases_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(guests::built("minimal"), folder.path().join("minimal.wasm")).unwrap();
    let said = err(&test(folder.path(), &[], &[]));
    assert!(said.contains("there are no cases in") && said.contains("device.toml"), "{said}");
}
