//! A server that cannot start reports the reason and the remedy in one line.

use dialplate_tests::server::{self, Server, root};
use std::net::TcpListener;

fn refusal(settings: &[(&str, &str)]) -> String {
    let output = server::run(settings);
    assert!(!output.status.success(), "it started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = said.lines().last().unwrap_or_default().to_owned();
    assert!(last.starts_with("dialplate: "), "{said}");
    last
}

fn demo(folder: &std::path::Path) -> (String, String) {
    (server::new_demo_url(folder), root().join("templates").display().to_string())
}

#[test]
fn taken_port_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(&[("DIALPLATE_LISTEN", &address)]);
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
}

#[test]
fn absent_database_is_named_without_password() {
    let port = server::free_port();
    let url = format!("postgres://fusionpbx:s3cret@127.0.0.1:{port}/fusionpbx");
    let said = refusal(&[("DIALPLATE_DATABASE", &url), ("DIALPLATE_DATABASE_WAIT_MS", "0")]);
    assert!(said.contains(&format!("127.0.0.1:{port}")) && !said.contains("s3cret"), "{said}");
}

#[test]
fn folder_without_plugins_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (database, templates) = demo(folder.path());
    let plugins = folder.path().display().to_string();
    let said = refusal(&[
        ("DIALPLATE_DATABASE", &database),
        ("DIALPLATE_TEMPLATES", &templates),
        ("DIALPLATE_PLUGINS", &plugins),
    ]);
    assert!(said.contains(&plugins) && said.contains("make plugins"), "{said}");
}

#[test]
fn invalid_component_is_named_and_stops_start() {
    let folder = tempfile::tempdir().unwrap();
    let (database, templates) = demo(folder.path());
    let plugins = folder.path().join("plugins");
    std::fs::create_dir(&plugins).unwrap();
    std::fs::write(plugins.join("acme.wasm"), "no component at all").unwrap();
    let said = refusal(&[
        ("DIALPLATE_DATABASE", &database),
        ("DIALPLATE_TEMPLATES", &templates),
        ("DIALPLATE_PLUGINS", &plugins.display().to_string()),
    ]);
    assert!(said.contains("acme.wasm"), "{said}");
}

#[test]
fn check_names_faulty_template_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let (database, templates) = demo(folder.path());
    let settings = [("DIALPLATE_DATABASE", database.as_str()), ("DIALPLATE_TEMPLATES", &templates)];
    // This server creates the database. Its own templates compile.
    assert_eq!(Server::start(&settings).stop(), Some(0));
    let checked = server::command("check", &settings).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let broken = folder.path().join("templates/acme/a1");
    std::fs::create_dir_all(&broken).unwrap();
    std::fs::write(broken.join("{$mac}.cfg"), "{if $x}").unwrap();
    let templates = folder.path().join("templates").display().to_string();
    let settings = [("DIALPLATE_DATABASE", database.as_str()), ("DIALPLATE_TEMPLATES", &templates)];
    let checked = server::command("check", &settings).output().unwrap();
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(!checked.status.success() && said.contains("acme/a1/{$mac}.cfg:1"), "{said}");
}

#[test]
fn faulty_template_gives_500_and_one_log_line() {
    let folder = tempfile::tempdir().unwrap();
    let (database, ours) = demo(folder.path());
    let broken = folder.path().join("templates/yealink/t46u");
    std::fs::create_dir_all(&broken).unwrap();
    std::fs::write(broken.join("{$mac}.cfg"), "one\n{if $x}\ntwo\n").unwrap();
    let templates = format!("{}:{ours}", folder.path().join("templates").display());
    let server = Server::start(&[("DIALPLATE_DATABASE", &database), ("DIALPLATE_TEMPLATES", &templates)]);
    let answer = server.get("localhost", "/provision/001565000046.cfg");
    assert_eq!(answer.status, 500);
    assert!(!answer.text().contains("one"), "half a file was sent");
    let log = server.log();
    assert!(log.contains("yealink/t46u/{$mac}.cfg:2"), "{log}");
    assert_eq!(server.stop(), Some(0));
}
