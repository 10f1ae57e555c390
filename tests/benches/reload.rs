//! The time of a start with and without cache, and the time until a change is live, with all vendors and the recorded
//! templates: `cargo bench --workspace --bench reload`.

#![allow(clippy::print_stdout, reason = "a command-line program")]

use dialplate_tests::corpus;
use dialplate_tests::server::{CLOCK, Server, root};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;
const TARGET: &str = "/app/provision/?mac=0015652ac38a&file=%7B$mac%7D.cfg";

fn main() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    copy(&corpus.join("templates"), &path("templates"));
    copy(&root().join("target/plugins"), &path("plugins"));
    let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql"]);
    let (templates, plugins, cache) = (path("templates"), path("plugins"), path("cache"));
    let settings = [
        ("DIALPLATE_DATABASE", database.as_str()),
        ("DIALPLATE_TEMPLATES", templates.as_str()),
        ("DIALPLATE_PLUGINS", plugins.as_str()),
        ("DIALPLATE_CACHE", cache.as_str()),
        ("DIALPLATE_CLOCK", CLOCK),
    ];
    println!("start to first answer, all vendors:");
    let mut server = None;
    for cache in ["cold", "warm", "warm again"] {
        drop(server.take());
        let begun = Instant::now();
        let started = server.insert(Server::start(&settings));
        answer(started);
        println!("  cache {cache:<12} {:>8} ms", begun.elapsed().as_millis());
    }
    let Some(server) = server else { return };
    thread::sleep(Duration::from_secs(2));
    edits(&server, &Path::new(&templates).join("yealink/t46u/{$mac}.cfg"));
    components(&server, &Path::new(&plugins).join("yealink.wasm"));
}

fn copy(from: &Path, to: &str) {
    let done = Command::new("cp").arg("-r").arg(from).arg(to).status();
    assert!(done.is_ok_and(|status| status.success()), "cp");
}

fn answer(server: &Server) -> String {
    let answer = server.get("alpha.example.net", TARGET);
    assert_eq!(answer.status, 200);
    answer.text()
}

fn edits(server: &Server, template: &Path) {
    println!("an edited template of the largest vendor, until it is live:");
    let text = std::fs::read(template).expect("a template");
    for round in 0..ROUNDS {
        let mark = format!("## edit {round}");
        let begun = Instant::now();
        std::fs::write(template, [&text[..], mark.as_bytes(), b"\n"].concat()).expect("written");
        while !answer(server).contains(&mark) {
            thread::sleep(Duration::from_millis(2));
        }
        println!("  {:>8} ms", begun.elapsed().as_millis());
    }
    let begun = Instant::now();
    while !server.log().contains("prepared with the changed templates") {
        thread::sleep(Duration::from_millis(10));
    }
    println!("  its plugin is prepared {} ms later", begun.elapsed().as_millis());
}

/// One more custom section makes another component with the same behaviour.
fn components(server: &Server, component: &Path) {
    println!("a changed component of the largest vendor, until it is live:");
    let bytes = std::fs::read(component).expect("a component");
    for round in 0..3 {
        let loads = server.log().matches("plugin loaded").count();
        let begun = Instant::now();
        let beside = component.with_extension("new");
        std::fs::write(&beside, [&bytes[..], &[0, 2, 1, b'0' + round]].concat()).expect("written");
        std::fs::rename(&beside, component).expect("renamed");
        while server.log().matches("plugin loaded").count() == loads {
            thread::sleep(Duration::from_millis(10));
        }
        println!("  {:>8} ms", begun.elapsed().as_millis());
    }
}
