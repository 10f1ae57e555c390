//! Components that want what others serve, or serve worse than what they are to replace.

use super::*;

/// The address of the guest's sample device in a trial.
const SAMPLE: &str = "02aabb000001";
const MINIMAL: &str = "plugins/minimal.wasm";

#[test]
fn a_new_component_takes_nothing_from_one_that_serves_whatever_its_file_is_called() {
    let site = Site::minimal();
    let server = site.start();
    site.replace("plugins/aaa.wasm", another_version(&fs::read(site.path(MINIMAL)).unwrap()));
    let (_, said) = reload(&server);
    assert!(said.contains("aaa.wasm serves") && said.contains("remove one of the two"), "{said}");
    assert!(text(&server).contains("\naddress "));
    // Nor does a component that is exchanged for one with another's name.
    site.write("templates/polycom/vvx450/a.cfg", "for {$device_label}\n");
    fs::copy(root().join("target/plugins/polycom.wasm"), site.path("plugins/polycom.wasm")).unwrap();
    fs::remove_file(site.path("plugins/aaa.wasm")).unwrap();
    assert_eq!(reload(&server).1, "everything on disk serves\n");
    let polycom = || server.get("localhost", "/app/provision/?mac=0004f2000450&file=a.cfg").text();
    assert_eq!(polycom(), "for Grace\n");
    site.replace(MINIMAL, swapped(&fs::read(site.path(MINIMAL)).unwrap(), b"minimal0.1.0", b"polycom0.2.0"));
    let (_, said) = reload(&server);
    assert!(said.contains("minimal.wasm serves") && said.contains("previous version stays active"), "{said}");
    assert_eq!(polycom(), "for Grace\n");
    assert!(text(&server).contains("\naddress "));
}

#[test]
fn what_a_broken_component_claims_is_free_for_a_sound_one() {
    let site = Site::minimal();
    let sound = fs::read(site.path(MINIMAL)).unwrap();
    fs::copy(root().join("target/plugins/polycom.wasm"), site.path("plugins/polycom.wasm")).unwrap();
    fs::remove_file(site.path(MINIMAL)).unwrap();
    let server = site.start();
    site.replace("plugins/aaa.wasm", planted(&sound, SAMPLE, "panic"));
    site.replace("plugins/bbb.wasm", &sound);
    let (_, said) = reload(&server);
    let [broken] = said.lines().collect::<Vec<_>>()[..] else { panic!("{said}") };
    assert!(broken.contains("aaa.wasm failed in `render`: broke down"), "{said}");
    assert!(text(&server).contains("\naddress "));
}

#[test]
fn a_component_that_gives_no_document_or_compiles_less_is_refused_in_its_trial() {
    let site = Site::minimal();
    let (good, server) = (fs::read(site.path(MINIMAL)).unwrap(), site.start());
    for (deed, why) in [("other", "asked to"), ("fault", "asked to"), ("limit", "limit reached: nesting")] {
        site.replace(MINIMAL, planted(&good, SAMPLE, deed));
        let (_, said) = reload(&server);
        assert!(said.contains(why) && said.contains("previous version stays active"), "{deed}: {said}");
        assert!(text(&server).contains("\naddress "), "{deed}");
    }
    // The guest takes any text, and Smarty does not.
    site.replace(MINIMAL, &good);
    site.write("templates/yealink/t46u/b.cfg", "{if $x");
    assert_eq!(reload(&server).1, "everything on disk serves\n");
    until("it is prepared with it", || {
        !server.log().contains("templates reloaded") || listed(&server)["plugins"][0]["templates"] == 2
    });
    site.replace(MINIMAL, fs::read(root().join("target/plugins/generic.wasm")).unwrap());
    let (_, said) = reload(&server);
    assert!(
        said.contains("compiled before: yealink/t46u/b.cfg:1") && said.contains("previous version stays active"),
        "{said}"
    );
    assert_eq!(file(&server, "b.cfg").status, 200);
}

#[test]
fn a_component_that_serves_is_prepared_with_an_edit_though_the_sample_device_gets_nothing() {
    let site = Site::minimal();
    site.replace(MINIMAL, planted(&fs::read(site.path(MINIMAL)).unwrap(), SAMPLE, "fault"));
    let server = site.start();
    site.write("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    server.until_logged(&["prepared with the changed templates"]);
    assert_eq!(reload(&server).1, "everything on disk serves\n");
}

#[test]
fn a_start_serves_with_what_can_be_served_and_lists_the_rest() {
    let site = Site::minimal();
    site.write("plugins/acme.wasm", "no component at all");
    site.write("plugins/other.wasm", another_version(&fs::read(site.path(MINIMAL)).unwrap()));
    let server = site.start();
    assert!(text(&server).contains("\naddress "));
    for file in ["acme.wasm", "other.wasm"] {
        server.until_logged(&[file, "plugin refused; nothing is loaded from its file"]);
        assert!(ask(&server, &["plugin", "list"]).stdout.windows(file.len()).any(|part| part == file.as_bytes()));
    }
    let (_, said) = reload(&server);
    assert_eq!(said.lines().count(), 2, "{said}");
    let settings = [
        ("DIALPLATE_DATABASE", format!("sqlite://{}", site.path("demo.db").display())),
        ("DIALPLATE_TEMPLATES", site.path("templates").display().to_string()),
        ("DIALPLATE_PLUGINS", site.path("plugins").display().to_string()),
    ];
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    let checked = server::command("check", &settings).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(
        !checked.status.success() && said.contains("acme.wasm") && said.contains("2 plugins cannot be served"),
        "{said}"
    );
    fs::remove_file(site.path("plugins/acme.wasm")).unwrap();
    fs::remove_file(site.path("plugins/other.wasm")).unwrap();
    assert_eq!(reload(&server).1, "everything on disk serves\n");
}

#[test]
fn a_pipe_among_the_plugins_is_refused_and_nothing_waits_for_it() {
    let site = Site::minimal();
    let pipe = |name: &str| {
        assert!(std::process::Command::new("mkfifo").arg(site.path(name)).status().unwrap().success());
    };
    pipe("plugins/first.wasm");
    let server = site.start();
    pipe("plugins/second.wasm");
    let (_, said) = reload(&server);
    assert_eq!(said.matches("no regular file").count(), 2, "{said}");
    site.replace(MINIMAL, another_version(&fs::read(site.path(MINIMAL)).unwrap()));
    reload(&server);
    assert!(text(&server).contains("\nADDRESS "));
    ["first", "second"].iter().for_each(|name| fs::remove_file(site.path(&format!("plugins/{name}.wasm"))).unwrap());
    assert_eq!(reload(&server).1, "everything on disk serves\n");
}
