//! Templates that are not served: `check`, `reload`, `plugin list` and the log name the same ones.

use super::{Site, listed, reload, text, until};
use dialplate_tests::server::{Server, command, root};
use std::fs;

const FOLDER: &str = "templates/yealink/live";
const LEFTOVER: &str = "{if $x}never closed";

/// A site with the real components of one vendor, and one folder that is served.
fn site() -> Site {
    let site = Site::new();
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    site.write(&format!("{FOLDER}/{{$mac}}.cfg"), "live {$user_id_1}\n");
    site
}

/// The exit status of `check`, and what it says.
fn check(site: &Site) -> (bool, String) {
    let checked = site.with_settings(&site.path("templates"), |settings| command("check", settings).output().unwrap());
    (checked.status.success(), String::from_utf8_lossy(&checked.stderr).into_owned())
}

/// All four name these files of the folder, and no others.
fn all_name(site: &Site, server: &Server, serves: bool, files: &[&str]) {
    let (reloaded, said) = reload(server);
    assert_eq!(reloaded, serves, "{said}");
    let (checked, said_by_check) = check(site);
    assert_eq!(checked, serves, "{said_by_check}");
    let list = listed(server)["templates"]["wrong"].clone();
    let listed: Vec<_> =
        list.as_array().unwrap().iter().map(|it| it["template"].as_str().unwrap().to_owned()).collect();
    let expected: Vec<_> = files.iter().map(|file| format!("yealink/live/{file}")).collect();
    assert_eq!(listed, expected);
    for file in &expected {
        let words = ["template", file.as_str()];
        assert!(said.contains(file.as_str()) && said_by_check.contains(file.as_str()), "{file}: {said}{said_by_check}");
        server.until_logged(&words);
    }
    assert_eq!(said.lines().filter(|line| line.contains("yealink/live/")).count(), expected.len(), "{said}");
}

#[test]
fn unserved_templates_are_named_alike_by_all_commands() {
    let site = site();
    site.write(&format!("{FOLDER}/{{$mac}}.sync-conflict-1.cfg"), LEFTOVER);
    let server = site.start();
    let first = "{$mac}.sync-conflict-1.cfg";
    all_name(&site, &server, true, &[first]);
    site.write(&format!("{FOLDER}/{{$mac}}.sync-conflict-2.cfg"), LEFTOVER);
    let second = "{$mac}.sync-conflict-2.cfg";
    all_name(&site, &server, true, &[first, second]);
    site.write(&format!("{FOLDER}/extra.cfg"), "{include file='absent.cfg'}");
    all_name(&site, &server, true, &["extra.cfg", first, second]);
    fs::remove_file(site.path(&format!("{FOLDER}/extra.cfg"))).unwrap();
    all_name(&site, &server, true, &[first, second]);
}

#[test]
fn template_that_does_not_render_at_start_is_named() {
    let site = site();
    site.write(&format!("{FOLDER}/extra.cfg"), "{include file='absent.cfg'}");
    let server = site.start();
    all_name(&site, &server, true, &["extra.cfg"]);
}

#[test]
fn line_that_the_sample_device_does_not_reach_is_named() {
    let site = site();
    let unreached = |line: &str| format!("{{if $user_id_9}}{line}{{/if}}live {{$user_id_1}}\n");
    site.write(&format!("{FOLDER}/{{$mac}}.cfg"), unreached("{include file='absent.cfg'}"));
    let server = site.start();
    all_name(&site, &server, true, &["{$mac}.cfg"]);
    assert!(reload(&server).1.contains("which is not there"));
    site.write(&format!("{FOLDER}/extra.cfg"), unreached("{fetch file='/etc/passwd'}"));
    all_name(&site, &server, true, &["extra.cfg", "{$mac}.cfg"]);
    // The file served before, so a text of it that fails is refused.
    site.write(&format!("{FOLDER}/{{$mac}}.cfg"), "{include file='absent.cfg'}");
    all_name(&site, &server, false, &["extra.cfg", "{$mac}.cfg"]);
    site.write(&format!("{FOLDER}/{{$mac}}.cfg"), unreached("none"));
    all_name(&site, &server, true, &["extra.cfg"]);
    fs::remove_file(site.path(&format!("{FOLDER}/extra.cfg"))).unwrap();
    all_name(&site, &server, true, &[]);
}

#[test]
fn default_file_that_does_not_serve_is_an_error() {
    for fault in [LEFTOVER, "{include file='absent.cfg'}"] {
        let site = site();
        site.write(&format!("{FOLDER}/{{$mac}}.cfg"), fault);
        site.write(&format!("{FOLDER}/README"), "a leftover: {if");
        let server = site.start();
        all_name(&site, &server, false, &["README", "{$mac}.cfg"]);
        assert!(reload(&server).1.contains("warning: yealink/live/README"), "the README alone is no error");
    }
}

#[test]
fn file_that_served_before_and_fails_now_is_an_error() {
    let site = site();
    site.write(&format!("{FOLDER}/extra.cfg"), "extra");
    let server = site.start();
    assert!(reload(&server).0);
    site.write(&format!("{FOLDER}/extra.cfg"), "{include file='absent.cfg'}");
    let (reloaded, said) = reload(&server);
    assert!(!reloaded && said.contains("yealink/live/extra.cfg") && said.contains("stays active"), "{said}");
    until("the end of it", || {
        text(&server).is_empty() || listed(&server)["templates"]["wrong"][0]["old_serves"] == true
    });
}
