//! `dialplate plugin check`.

use super::{err, json, out, own, plugin, shown, succeeds};
use dialplate_tests::guests;
use std::fs;
use std::path::Path;

#[test]
fn every_own_component_passes() {
    for name in ["cisco-spa", "generic", "grandstream", "polycom", "yealink", "zoiper"] {
        let found = json(&succeeds(&["check", &shown(&own(name)), "--json"], &[]));
        assert_eq!(found["passed"], true, "{found}");
        let points = found["points"].as_array().unwrap();
        assert!(points.iter().all(|point| point["verdict"] == "passed"), "{found}");
        let names: Vec<_> = points.iter().map(|point| point["name"].as_str().unwrap()).collect();
        let expected =
            ["imports", "description", "load", "bare", "same_bytes", "limits", "escaping", "malformed", "secrets"];
        assert_eq!(names, expected);
        let malformed = points.iter().find(|point| point["name"] == "malformed").unwrap();
        assert!(malformed["summary"].as_str().unwrap().starts_with("200 of 200 jobs survived"), "{malformed}");
    }
}

/// The guest `careless` with a fault, and a case with a template of each format.
fn careless(folder: &Path, fault: &str) {
    let mut component = fs::read(guests::built("careless")).unwrap();
    let planted = b"planted: nothing                ";
    let at = component.windows(planted.len()).position(|part| part == planted).expect("the text is in the component");
    let text = format!("planted: {fault:23}");
    component[at..at + planted.len()].copy_from_slice(text.as_bytes());
    fs::write(folder.join("careless.wasm"), component).unwrap();
    let vendor = if fault == "takes-vendor" { "yealink" } else { "careless" };
    let templates = folder.join("templates").join(vendor).join("one");
    fs::create_dir_all(&templates).unwrap();
    for format in ["cfg", "xml", "json"] {
        fs::write(templates.join(format!("{{$mac}}.{format}")), "x").unwrap();
    }
}

/// Checks the guest with a fault: the status, and the report as JSON.
fn checked(fault: &str) -> (Option<i32>, serde_json::Value, String) {
    let folder = tempfile::tempdir().unwrap();
    careless(folder.path(), fault);
    let output = plugin(&["check", &shown(folder.path()), "--json"], &[]);
    (output.status.code(), json(&out(&output)), err(&output))
}

#[test]
fn faultless_guest_passes_in_three_formats() {
    let (status, found, _) = checked("nothing");
    assert_eq!((status, &found["passed"]), (Some(0), &true.into()), "{found:#}");
    let escaping = found["points"].as_array().unwrap().iter().find(|point| point["name"] == "escaping").unwrap();
    assert!(escaping["summary"].as_str().unwrap().ends_with("1 JSON, 1 XML, 1 lines"), "{escaping}");
}

#[test]
fn each_fault_fails_its_own_point() {
    for (fault, point, finding) in [
        ("no-version", "description", "the version is empty"),
        ("no-reboot", "description", "vendor \"careless\" has no event for reboot"),
        (
            "takes-vendor",
            "description",
            "claims vendor \"yealink\" as \"careless\", which the plugin \"yealink\" serves",
        ),
        ("takes-oui", "description", "the OUI 001565 is one of the plugin \"yealink\" as well"),
        ("oui-twice", "description", "vendor \"careless\" has the OUI 02ccdd twice"),
        ("oui-of-two-vendors", "description", "the OUI 02ccdd belongs to two vendors, \"careless\" and \"heedless\""),
        ("oui-of-groups", "description", "the OUI 03ccdd of groups"),
        ("event-twice", "description", "vendor \"careless\" has 2 events for resync"),
        ("event-with-blanks", "description", "has blanks around it"),
        ("vendor-spelt-again", "description", "the vendor \"care-less\" is \"careless\" in another spelling"),
        ("pattern-twice", "description", "the User-Agent pattern \"^Careless One\" is there twice"),
        ("pattern-spelt-again", "description", "is \"^Careless [0-9]\" in another spelling"),
        ("pattern-swallows", "description", "is never used, because \"^Careless\" before it matches the same phones"),
        ("counts-templates", "same_bytes", "the file differs if the job carries its templates"),
        ("slow", "limits", "did not finish within 5000 ms (render_timeout_ms)"),
        ("hungry", "limits", "(render_memory_bytes_max)"),
        ("unescaped", "escaping", "the line ends"),
        ("evaluates", "escaping", "the value was evaluated"),
        ("needs-a-line", "bare", "the device has no line"),
        ("logs-password", "secrets", "a log line contains the device's password"),
        ("fails-with-password", "secrets", "the message of a failure contains the device's password"),
        ("trusts-columns", "malformed", "crashed"),
    ] {
        let (status, found, said) = checked(fault);
        assert_eq!((status, &found["passed"]), (Some(1), &false.into()), "{fault}: {found:#}");
        assert!(said.contains("does not keep to the contract of the plugin interface"), "{fault}: {said}");
        let points = found["points"].as_array().unwrap();
        let failed: Vec<_> = points.iter().filter(|point| point["verdict"] != "passed").collect();
        let names: Vec<_> = failed.iter().map(|point| point["name"].as_str().unwrap()).collect();
        assert_eq!(names, [point], "{fault}: {found:#}");
        let findings = failed[0]["findings"].to_string().replace("\\\"", "\"");
        assert!(findings.contains(finding), "{fault}: {findings}");
        // The report on escaping shows excerpts of files, with the made-up password of the check's own device.
        assert!(point == "escaping" || !found.to_string().contains("kit-s3cret"), "{fault}: {found:#}");
    }
}

#[test]
fn description_that_a_server_refuses_fails_with_the_reason() {
    for (fault, reason) in [
        ("vendor-twice", "vendor \"careless\" twice"),
        ("oui-misspelt", "OUI \"02:CC:DD\" is not six lower-case hexadecimal digits"),
    ] {
        let (status, found, _) = checked(fault);
        assert_eq!((status, &found["passed"]), (Some(1), &false.into()), "{fault}: {found:#}");
        let failed = found["points"].as_array().unwrap().iter().find(|point| point["verdict"] == "failed").unwrap();
        assert_eq!(failed["name"], "description", "{fault}: {found:#}");
        assert!(failed["findings"][0].as_str().unwrap().contains(reason), "{fault}: {found:#}");
    }
}

#[test]
fn unescaped_value_is_found_in_each_format() {
    let (_, found, _) = checked("unescaped");
    let escaping = found["points"].as_array().unwrap().iter().find(|point| point["name"] == "escaping").unwrap();
    assert!(escaping["findings_count"].as_u64() > Some(20), "{escaping}");
    for format in ["cfg", "xml", "json"] {
        let folder = tempfile::tempdir().unwrap();
        careless(folder.path(), "unescaped");
        for other in ["cfg", "xml", "json"].iter().filter(|other| **other != format) {
            fs::remove_file(folder.path().join(format!("templates/careless/one/{{$mac}}.{other}"))).unwrap();
        }
        let output = plugin(&["check", &shown(folder.path())], &[]);
        assert_eq!(output.status.code(), Some(1), "{format}");
        let text = out(&output);
        assert!(text.contains("FAIL     lets no value escape its place"), "{format}: {text}");
        assert!(text.contains(&format!("careless/one/{{$mac}}.{format}")), "{format}: {text}");
        assert!(text.contains("The component fails."), "{text}");
    }
}

#[test]
fn component_that_no_server_loads_fails_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.wasm");
    for (component, point, reason) in [
        (fs::read(guests::built("greedy")).unwrap(), "imports", "imports items that no plugin may import"),
        (guests::component("(component)"), "imports", "is not a plugin"),
        (guests::of_text("start-traps", &guests::built("minimal")), "description", "failed in `describe`: crashed"),
    ] {
        fs::write(&file, component).unwrap();
        let output = plugin(&["check", &shown(&file), "--json"], &[]);
        let found = json(&out(&output));
        assert_eq!((output.status.code(), &found["passed"]), (Some(1), &false.into()));
        let points = found["points"].as_array().unwrap();
        let failed = points.iter().find(|point| point["verdict"] == "failed").unwrap();
        assert_eq!(failed["name"], point, "{found:#}");
        assert!(failed["findings"][0].as_str().unwrap().contains(reason), "{found:#}");
        assert!(points.iter().skip_while(|other| other["name"] != point).skip(1).all(|it| it["verdict"] == "skipped"));
    }
}

#[test]
fn plugin_without_a_template_is_not_passed_unseen() {
    let folder = tempfile::tempdir().unwrap();
    careless(folder.path(), "nothing");
    fs::remove_dir_all(folder.path().join("templates")).unwrap();
    let output = plugin(&["check", &shown(folder.path())], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains("no template belongs to its vendors"), "{}", out(&output));
}

#[test]
fn seed_changes_the_malformed_jobs() {
    let folder = tempfile::tempdir().unwrap();
    careless(folder.path(), "trusts-columns");
    let run = |seed: &str| out(&plugin(&["check", &shown(folder.path()), "--seed", seed], &[]));
    let (first, again, other) = (run("7"), run("7"), run("8"));
    let jobs = |text: &str| text.lines().filter(|line| line.contains("job ")).map(str::to_owned).collect::<Vec<_>>();
    assert!(!jobs(&first).is_empty(), "{first}");
    assert_eq!(jobs(&first), jobs(&again));
    assert_ne!(jobs(&first), jobs(&other));
}
