//! Template folders that are in no order: not to be read, empty, half written, full of other programs' files.

use super::*;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::Command;

/// The demonstration's Grandstream, which the guest serves as well.
const NEIGHBOUR: &str = "000b82002170";
/// Longer than a file is taken to be written for what the system told of it.
const SILENCE: Duration = Duration::from_secs(6);
const OWN: &str = "custom/localhost/yealink/t46u/a.cfg";

/// Starts a server that may not read everything.
fn start_unprivileged(site: &Site) -> Server {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if is_root {
        let done = Command::new("chown").args(["-R", "65534:65534"]).arg(site.path("")).status();
        assert!(done.is_ok_and(|status| status.success()), "chown");
    }
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env"];
    let mut words: Vec<_> = nobody[if is_root { 0 } else { 4 }..].iter().map(|word| (*word).to_owned()).collect();
    words.push(format!("DIALPLATE_CACHE={}", site.path("cache").display()));
    site.start_within(&words)
}

fn start_with_custom(site: &Site) -> Server {
    fs::create_dir_all(site.path("custom")).unwrap();
    let custom = site.path("custom").display().to_string();
    site.start_with(&site.path("templates"), &[("DIALPLATE_CUSTOM_TEMPLATES", &custom)])
}

fn chmod(site: &Site, name: &str, mode: u32) {
    fs::set_permissions(site.path(name), fs::Permissions::from_mode(mode)).unwrap();
}

fn neighbours(server: &Server) -> String {
    server.get("localhost", &format!("/app/provision/?mac={NEIGHBOUR}&file=a.cfg")).text()
}

fn trouble(server: &Server) -> String {
    listed(server)["reload"]["trouble"].as_str().unwrap_or_default().to_owned()
}

fn until_trouble(server: &Server, so: impl Fn(&str) -> bool) {
    wait::until(|| so(&trouble(server)), || trouble(server));
}

#[test]
fn what_cannot_be_read_is_named_and_holds_up_nothing_else() {
    let site = Site::minimal();
    site.write("templates/grandstream/gxp2170/a.cfg", "edition 1");
    site.write("templates/yealink/t46u/large.cfg", vec![b'x'; 5 << 20]);
    fs::create_dir(site.path("templates/lost+found")).unwrap();
    chmod(&site, "templates/lost+found", 0);
    let server = start_unprivileged(&site);
    server.until_logged(&["could not be reloaded", "lost+found", "large.cfg"]);
    assert!(text(&server).starts_with("edition 1"), "the rest of its folder serves");

    // A folder, a vendor's folder that may be listed and no more, a single file: what was loaded of them serves on.
    for (name, mode) in
        [("grandstream/gxp2170", 0), ("grandstream", 0), ("grandstream", 0o600), ("grandstream/gxp2170/a.cfg", 0)]
    {
        let name = format!("templates/{name}");
        let before = fs::metadata(site.path(&name)).unwrap().permissions().mode();
        chmod(&site, &name, mode);
        until_trouble(&server, |trouble| trouble.contains("grandstream"));
        site.write("templates/yealink/t46u/a.cfg", format!("edition {name} {mode}"));
        until_served(&server, &format!("edition {name} {mode}"));
        assert!(neighbours(&server).starts_with("edition 1"), "{name} {mode}: {}", neighbours(&server));
        chmod(&site, &name, before);
        until_trouble(&server, |trouble| !trouble.contains("grandstream"));
    }
    chmod(&site, "templates/lost+found", 0o755);
    fs::remove_file(site.path("templates/yealink/t46u/large.cfg")).unwrap();
    until_trouble(&server, str::is_empty);
}

#[test]
fn without_a_plugin_folder_templates_can_be_edited_and_without_a_root_plugins() {
    let site = Site::minimal();
    let server = site.start();
    fs::rename(site.path("plugins"), site.path("away")).unwrap();
    until_trouble(&server, |trouble| trouble.contains("plugin folder"));
    site.write("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    assert!(!ask(&server, &["reload"]).status.success());
    fs::rename(site.path("away"), site.path("plugins")).unwrap();
    until_trouble(&server, str::is_empty);
    server.until_logged(&["prepared with the changed templates"]);
    assert!(!server.log().contains("plugin refused"), "{}", server.log());

    fs::rename(site.path("templates"), site.path("away")).unwrap();
    until_trouble(&server, |trouble| trouble.contains("templates"));
    let second = another_version(&fs::read(site.path("plugins/minimal.wasm")).unwrap());
    site.replace("plugins/minimal.wasm", second);
    until("the second version", || text(&server).contains("ADDRESS"));
    assert!(text(&server).starts_with("edition 2"));
}

#[test]
fn an_emptied_root_is_taken_for_a_mistake_until_something_is_left_in_it() {
    let site = Site::minimal();
    let server = site.start();
    fs::remove_dir_all(site.path("templates/yealink")).unwrap();
    until_trouble(&server, |trouble| trouble.contains("is empty"));
    let said = ask(&server, &["reload"]);
    assert!(!said.status.success() && String::from_utf8_lossy(&said.stdout).contains("is empty"), "{said:?}");
    assert!(text(&server).starts_with("edition 1"), "{}", text(&server));
    fs::create_dir(site.path("templates/none")).unwrap();
    until("it is meant", || file(&server, "a.cfg").status == 404);
    assert!(ask(&server, &["reload"]).status.success());
}

/// Writes half of a file, keeps silent, and writes the rest; all that time what was there before serves.
fn written_with_a_pause(server: &Server, site: &Site, name: &str) {
    let edition = || text(server).lines().next().unwrap_or_default().to_owned();
    let before = edition();
    fs::create_dir_all(site.path(name).parent().unwrap()).unwrap();
    let mut file = fs::File::create(site.path(name)).unwrap();
    file.write_all(b"half").unwrap();
    // Somebody else has it open for a moment.
    drop(fs::File::options().append(true).open(site.path(name)).unwrap());
    let silent = Instant::now();
    while silent.elapsed() < SILENCE {
        assert_eq!(edition(), before, "{name} after {:?}", silent.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    file.write_all(format!(" and half of {name}").as_bytes()).unwrap();
    drop(file);
    until_served(server, &format!("half and half of {name}"));
}

#[test]
fn a_file_that_somebody_has_open_for_writing_is_not_served_however_long_he_is_silent() {
    let site = Site::minimal();
    let server = start_with_custom(&site);
    written_with_a_pause(&server, &site, "templates/yealink/t46u/a.cfg");
    // In folders that are new, and lie over the one that serves or take over from it.
    written_with_a_pause(&server, &site, "custom/yealink/t46u/a.cfg");
    written_with_a_pause(&server, &site, OWN);
    fs::remove_dir_all(site.path("custom/localhost")).unwrap();
    until_served(&server, "half and half of custom/yealink");
    written_with_a_pause(&server, &site, "templates/localhost/yealink/t46u/a.cfg");
}

#[test]
fn a_faulty_file_for_one_domain_leaves_the_one_for_all_serving() {
    let site = Site::new();
    site.write("templates/yealink/t46u/a.cfg", "for all {$device_label}\n");
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    let server = start_with_custom(&site);
    site.write(OWN, "own\n{if $x}\n");
    server.until_logged(&["the old text stays active", "localhost/yealink/t46u/a.cfg:2:1"]);
    assert_eq!(text(&server), "for all Ada\n");
    let wrong = &listed(&server)["templates"]["wrong"][0];
    assert_eq!(wrong["template"].as_str(), Some("localhost/yealink/t46u/a.cfg"));
    site.write(OWN, "own {$device_label}\n");
    until_served(&server, "own Ada");
    assert!(ask(&server, &["reload"]).status.success());
}

#[test]
fn hidden_files_and_folders_are_no_templates() {
    let site = Site::new();
    site.write("templates/yealink/t46u/a.cfg", "one {$device_label}\n");
    site.write("templates/yealink/t46u/.a.cfg.swp", b"b0VIM {if \xff");
    site.write("templates/yealink/t46u/..data/a.cfg", "{if $x}");
    site.write("templates/.git/yealink/t46u/a.cfg", "{if $x}");
    fs::copy(root().join("target/plugins/yealink.wasm"), site.path("plugins/yealink.wasm")).unwrap();
    let server = site.start();
    let said = ask(&server, &["reload"]);
    assert!(said.status.success(), "{said:?}");
    let listed = listed(&server);
    assert_eq!((&listed["templates"]["files"], &listed["templates"]["folders"]), (&1.into(), &1.into()));
    assert_eq!(text(&server), "one Ada\n");
}
