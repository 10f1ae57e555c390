//! What `serve --dev` is given, and servers that start with a mistake.

use super::author::Author;
use super::server::DevServer;
use dialplate_tests::author::{Machine, succeed};
use dialplate_tests::wait;
use std::fs;

#[test]
fn mistake_at_start_is_mended_without_another_start() {
    let Some(author) = Author::of_c() else { return };
    let slow = author.slow_compiler();
    author.edit("src/plugin.c", "#include", "}\n#include");
    let mut server = DevServer::start(&author.machine, &author.folder, &author.project, "dialplate serve --dev .");
    // Nothing is installed, so there is nothing to serve yet.
    server.until(&["the build failed", "no build of the plugin is served yet\n", "waiting for a save\n"]);
    author.edit("src/plugin.c", "}\n#include", "#include");
    server.until(&["serving acme 0.1.0 (build 2)\n", "nothing_set  "]);

    // A build ends with the server, however that ends.
    fs::write(&slow, "").unwrap();
    author.edit("src/plugin.c", "0.1.0", "0.1.1");
    let is_building = |server: &DevServer| server.processes().iter().any(|line| line.starts_with("sleep 3000"));
    wait::until(|| is_building(&server), || format!("{:?}", server.processes()));

    // A save during a build starts it again.
    fs::remove_file(&slow).unwrap();
    author.edit("src/plugin.c", "0.1.1", "0.1.2");
    server.until(&["a source was saved during the build, which starts again\n", "serving acme 0.1.2 (build 4)\n"]);
    fs::write(&slow, "").unwrap();
    author.edit("src/plugin.c", "0.1.2", "0.1.3");
    wait::until(|| is_building(&server), || format!("{:?}", server.processes()));
    server.signal("KILL");
    assert_eq!(server.end(), Err(9));
}

#[test]
fn component_that_something_else_builds_is_served_on_change() {
    let Some(author) = Author::of_c() else { return };
    let build = || succeed(&mut author.machine.shell(&author.project, "dialplate plugin build ."));
    build();
    let command = "dialplate serve --dev build/acme.wasm --data ../data";
    let mut server = DevServer::start(&author.machine, &author.folder, &author.project, command);
    server.until(&["serving acme 0.1.0\n", "front_desk  ", "label = Front desk\n", "nothing_set  "]);
    author.edit("src/plugin.c", "0.1.0", "0.2.0");
    build();
    let shown = server.until(&["saved: build/acme.wasm\n", "serving acme 0.2.0\n", "front_desk  ", ": unchanged\n"]);
    assert!(!shown.contains("building"), "{shown}");
    fs::write(author.project.join("build/acme.wasm"), "no component").unwrap();
    server.until(&["build/acme.wasm", "acme 0.2.0 is still served\n"]);
    server.signal("TERM");
    assert_eq!(server.end(), Ok(0));
}

#[test]
fn path_without_a_plugin_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::without_sdk(&folder.path().join("machine"));
    let work = machine.folder("work");
    fs::write(work.join("notes.txt"), "").unwrap();
    for (path, why) in
        [("absent", "cannot read absent"), ("notes.txt", "notes.txt is neither"), (".", ". is no plugin")]
    {
        let serve = format!("DIALPLATE_LISTEN=127.0.0.1:0 DIALPLATE_ADMIN_LISTEN=off dialplate serve --dev {path}");
        let output = machine.shell(&work, &serve).output().unwrap();
        let printed = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && printed.contains(why), "{printed}");
    }
}
