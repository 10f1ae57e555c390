//! One author at work on a plugin in C, whose build takes a second.

use super::author::Author;
use super::server::DevServer;
use dialplate_tests::author::succeed;
use dialplate_tests::client;
use dialplate_tests::page::commands;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const GUIDE: &str = "docs/plugins/first-plugin.md";
const PLUGIN: &str = "src/plugin.c";
const TEMPLATE: &str = "templates/acme/one/{$mac}.cfg";
const CASE: &str = "tests/cases/front_desk/device.toml";
const FILE: &str = "/provision/02acce000001.cfg";

/// Between two requests of the phone.
const PAUSE: Duration = Duration::from_millis(10);

/// Asks for the phone's file again and again.
struct Phone {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<usize>,
}

impl Phone {
    fn start(server: std::net::SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut answers = 0;
            while !stopped.load(Ordering::Relaxed) {
                let answer = client::get(server, "127.0.0.1", FILE);
                assert_eq!(answer.status, 200, "{}", answer.text());
                answers += 1;
                thread::sleep(PAUSE);
            }
            answers
        });
        Self { stop, thread }
    }

    fn stop(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| (file.display().to_string(), fs::read(&file).unwrap())).collect()
}

#[test]
fn save_is_built_swapped_in_and_shown() {
    let Some(author) = Author::of_c() else { return };
    let slow = author.slow_compiler();
    // An older version of the same plugin is installed, under another name.
    succeed(&mut author.machine.shell(&author.project, "dialplate plugin build ."));
    DevServer::install_generic(&author.folder);
    fs::copy(author.project.join("build/acme.wasm"), author.folder.join("plugins/acme-1.wasm")).unwrap();
    let installed = contents(&author.folder.join("plugins"));
    author.edit(PLUGIN, "0.1.0", "0.1.1");
    let command = &commands(GUIDE, "console dev")[0].command;
    let mut server = DevServer::start(&author.machine, &author.folder, &author.project, command);

    // The first build, and the whole file of each case.
    let first =
        server.until(&["serving acme 0.1.1 (build 1)\n", "front_desk  ", " ms, ", " KB\n", "key.1 = blf 102\n"]);
    assert!(first.contains("account.1.user = 101\n") && !first.contains("+++") && !first.contains('\u{1b}'), "{first}");
    server.until(&["nothing_set  ", "label = \n"]);
    let address = server.address();
    let add = "dialplate device add 02acce000001 --template acme/one --label 'Front desk'";
    let mut add = author.machine.shell(&author.project, add);
    add.env("DIALPLATE_DATABASE", "sqlite://build/dev/dialplate.db").env("DIALPLATE_CONFIG", "");
    succeed(add.env("DIALPLATE_TEMPLATES", "templates"));
    let phone = Phone::start(address);
    // A line for the request, and the whole file the first time.
    let fetched = server.until(&["02acce000001 fetched ", ": 200\n", "label = Front desk\n"]);
    assert!(!fetched.contains("+++"), "{fetched}");

    check_saves(&author, &mut server);
    check_mistakes(&author, &mut server);
    assert!(phone.stop() > 0, "the phone got nothing");
    assert_eq!(contents(&author.folder.join("plugins")), installed, "the operator's folder was changed");
    check_stop(&author, server, &slow);
}

/// A save of a source, of a template and of a case.
fn check_saves(author: &Author, server: &mut DevServer) {
    author.edit(PLUGIN, "TEXT(\"text/plain;charset=UTF-8\")", "TEXT(\"text/x-acme\")");
    let shown = server.until(&["saved: src/plugin.c\n", "serving acme 0.1.1 (build 2)\n", "nothing_set  "]);
    let diff =
        "\n--- before\n+++ now\n@@ -1,4 +1,4 @@\n-Content-Type: text/plain;charset=UTF-8\n+Content-Type: text/x-acme\n";
    assert!(shown.contains(", not as `expected`\n--- before") && shown.contains(diff), "{shown}");

    author.edit(TEMPLATE, "label = ", "name = ");
    let shown = server.until(&[
        "saved: templates/acme/one/{$mac}.cfg\n",
        "-label = Front desk\n+name = Front desk\n",
        "nothing_set  ",
    ]);
    assert!(!shown.contains("building"), "{shown}");
    let served = client::get(server.address(), "127.0.0.1", FILE).text();
    assert!(served.starts_with("name = Front desk\n"), "{served}");

    author.edit(CASE, "Front desk", "Reception");
    let shown = server.until(&[
        "saved: tests/cases/front_desk/device.toml\n",
        "+name = Reception\n",
        "nothing_set  ",
        ": unchanged\n",
    ]);
    assert!(!shown.contains("building"), "{shown}");
}

/// What cannot be built, is refused, or fails.
fn check_mistakes(author: &Author, server: &mut DevServer) {
    author.edit(PLUGIN, "#include \"text.h\"\n", "#include \"text.h\"\n}\n");
    let why = ["error:", "the build failed: exit status: 1\n", "acme 0.1.1 (build 2) is still served\n"];
    let shown = server.until(&why);
    assert!(shown.contains("src/plugin.c:6:1: error"), "{shown}");
    author.edit(PLUGIN, "#include \"text.h\"\n}\n", "#include \"text.h\"\n");
    server.until(&["saved: src/plugin.c\n", "the component is the same as before\n"]);

    // A component that describes itself wrongly, and one that crashes.
    author.edit(PLUGIN, "TEXT(\"02acce\")", "TEXT(\"02ac\")");
    server.until(&["acme.wasm", "\"02ac\"", "acme 0.1.1 (build 2) is still served\n"]);
    author.edit(PLUGIN, "TEXT(\"02ac\")", "TEXT(\"02acce\")");
    server.until(&["the component is the same as before\n"]);
    author.edit(PLUGIN, "  document->content_type", "  abort();\n  document->content_type");
    server.until(&[
        "the server refused acme 0.1.1 (build 7), which ",
        "render",
        "acme 0.1.1 (build 2) is still served\n",
    ]);
    let served = client::get(server.address(), "127.0.0.1", FILE).text();
    assert!(served.starts_with("name = Front desk\n"), "{served}");
    author.edit(PLUGIN, "  abort();\n", "");
    server.until(&["serving acme 0.1.1 (build 8)\n"]);

    author.edit(TEMPLATE, "{/foreach}", "");
    server.until(&["{$mac}.cfg", "a foreach cannot contain another one", "(the previous version stays active)"]);
}

/// Ctrl-C during a build.
fn check_stop(author: &Author, server: DevServer, slow: &Path) {
    let mut server = server;
    fs::write(slow, "").unwrap();
    author.edit(PLUGIN, "0.1.1", "0.1.2");
    server.until(&["building ...\n"]);
    let is_building = || server.processes().iter().any(|line| line.starts_with("sleep 3000"));
    dialplate_tests::wait::until(is_building, || format!("{:?}", server.processes()));
    server.signal("INT");
    assert_eq!(server.end(), Ok(0));
    assert!(DevServer::temporary(&author.folder).is_empty(), "{:?}", DevServer::temporary(&author.folder));
}
