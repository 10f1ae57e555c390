//! The admin endpoint, and the commands that use it.

use super::*;
use dialplate_tests::client;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

#[test]
fn sighup_and_reload_command_reload_at_once() {
    let site = Site::minimal();
    let server = site.start();
    site.write("templates/yealink/t46u/a.cfg", "edition 2");
    let said = ask(&server, &["reload"]);
    assert!(said.status.success(), "{said:?}");
    assert!(text(&server).starts_with("edition 2"), "live when the command ends");
    site.write("templates/yealink/t46u/a.cfg", "edition 3");
    server.signal("HUP");
    until_served(&server, "edition 3");
    server.until_logged(&["the configuration is only read at the start"]);

    site.write("plugins/minimal.wasm", "broken");
    let said = ask(&server, &["reload"]);
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(!said.status.success() && out.contains("minimal.wasm is not a WebAssembly component"), "{out}{err}");
    assert!(out.contains("the previous version stays active") && err.starts_with("dialplate: reloaded, except for 1"));
    assert_eq!(file(&server, "a.cfg").status, 200);
}

#[test]
fn plugin_list_shows_version_state_time_and_file() {
    let site = Site::minimal();
    site.write("templates/yealink/t46u/b.cfg", "fault on purpose");
    let server = site.start();
    assert_eq!(file(&server, "a.cfg").status, 200);
    let answer = server.get("localhost", &format!("/app/provision/?mac={DEVICE}&file=a.cfg&do=panic"));
    assert_eq!(answer.status, 500);

    let listing = listed(&server);
    let plugin = &listing["plugins"][0];
    let hash = std::process::Command::new("sha256sum").arg(site.path("plugins/minimal.wasm")).output().unwrap();
    let hash = String::from_utf8(hash.stdout).unwrap();
    assert_eq!(plugin["sha256"].as_str(), hash.split(' ').next());
    assert_eq!(plugin["file"].as_str(), site.path("plugins/minimal.wasm").to_str());
    assert_eq!((plugin["templates"].as_u64(), plugin["template_faults"].as_u64()), (Some(2), Some(1)));
    assert_eq!((plugin["renders"].as_u64(), plugin["failures"].as_u64()), (Some(2), Some(1)));
    assert_eq!((&plugin["last_failure"]["kind"], &plugin["state"]), (&"trap".into(), &"ok".into()));
    assert_eq!(listing["templates"]["wrong"][0]["old_serves"], false);

    let table = String::from_utf8(ask(&server, &["plugin", "list"]).stdout).unwrap();
    let row = table.lines().find(|line| line.starts_with("minimal ")).expect("a row");
    for cell in ["0.1.0", "ok", &hash[..12], site.path("plugins/minimal.wasm").to_str().unwrap()] {
        assert!(row.contains(cell), "{cell} in {table}");
    }
    assert!(table.contains("yealink/t46u/b.cfg:1:1") && table.contains("failed last at"), "{table}");
}

#[test]
fn command_without_server_names_the_address() {
    let address = format!("127.0.0.1:{}", server::free_port());
    // The list is then that of the folder.
    for (words, succeeds) in [(&["plugin", "list"][..], true), (&["reload"], false)] {
        let mut command = server::command(words[0], &[("DIALPLATE_ADMIN_LISTEN", &address)]);
        let said = command.args(&words[1..]).output().unwrap();
        let error = String::from_utf8_lossy(&said.stderr);
        assert_eq!(said.status.success(), succeeds, "{error}");
        assert!(error.contains(&address) && error.contains("--admin-listen"), "{error}");
    }
}

#[test]
fn command_gives_up_on_a_hanging_server() {
    let site = Site::minimal();
    let server = site.start();
    server.signal("STOP");
    let started = Instant::now();
    let said = ask(&server, &["plugin", "list"]);
    let error = String::from_utf8_lossy(&said.stderr);
    assert!(!said.status.success() && error.contains("has not answered within 10 s: it is stopped"), "{error}");
    assert!(error.contains(&server.admin().to_string()) && !error.contains("no server"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
}

#[test]
fn answer_of_another_program_is_an_error() {
    let whole = r#"{"version":"0.1.0","plugins":[],"refused":[],"templates":{"folders":0,"files":0,"wrong":[]},"reload":{"polling_because":null,"trouble":null,"swaps":0,"last":null}}"#;
    let answer = |head: &str, body: &str| format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{body}");
    let json = |length: usize| format!("200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}");
    let chunked = "200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked";
    for (answer, expected) in [
        (answer("200 OK\r\nContent-Type: text/html", whole), "does not answer with JSON"),
        (answer(&json(2), "{}"), "is not dialplate, or of another version"),
        (answer(&json(whole.len()), &whole[..40]), "no whole answer"),
        (answer(&json(whole.len()).replace("Content-Length", "X"), &whole[..40]), "is not dialplate"),
        (answer(chunked, &format!("{:x}\r\n{whole}\r\n", whole.len())), "no whole answer"),
        (answer(chunked, &format!("{:x}\r\n{whole}\r\n0\r\n\r\n", whole.len())), ""),
        (answer(&json(whole.len()), whole), ""),
        ("SSH-2.0-OpenSSH_9.2\r\n".to_owned(), "no whole answer"),
    ] {
        for words in [&["plugin", "list", "--json"][..], &["plugin", "list"]] {
            let said = ask_another(&answer, words);
            let (out, error) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
            if expected.is_empty() {
                assert!(said.status.success() && out.contains("0.1.0"), "{answer}: {error}");
            } else {
                let told = error.contains(expected) && error.contains("--admin-listen");
                assert!(!said.status.success() && told && out.is_empty(), "{answer}: {out}{error}");
            }
        }
    }
}

/// Runs a command against a program that gives this answer to every request.
fn ask_another(answer: &str, words: &[&str]) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::scope(|scope| {
        scope.spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            // Closing a connection with unread data would discard the answer.
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                asked.push(byte[0]);
            }
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let mut command = server::command(words[0], &[("DIALPLATE_ADMIN_LISTEN", &address)]);
        command.args(&words[1..]).output().unwrap()
    })
}

#[test]
fn admin_endpoint_answers_this_machine_only() {
    let refused = server::run(&[("DIALPLATE_ADMIN_LISTEN", "0.0.0.0:8081"), ("DIALPLATE_LISTEN", "127.0.0.1:0")]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("DIALPLATE_ADMIN_LISTEN: 0.0.0.0:8081 can be reached"),
        "{said}"
    );

    let site = Site::minimal();
    let server = site.start();
    let admin = server.admin();
    let send = |method, path, headers: &[(&str, &str)]| client::send(admin, method, path, headers, b"");
    let local = ("Host", "localhost:8081");
    assert_eq!(send("GET", "/health", &[local]).status, 200);
    assert_eq!(send("GET", "/plugins", &[("Host", "rebound.example.net")]).status, 403);
    assert_eq!(send("GET", "/plugins", &[]).status, 403);
    assert_eq!(send("GET", "/plugins", &[local, ("Host", "rebound.example.net")]).status, 403);
    assert_eq!(send("POST", "/reload", &[local]).status, 403, "a page of another site could send this");
    assert_eq!(send("GET", "/reload", &[local, ("X-Dialplate-Caller", "test")]).status, 405);
    assert_eq!(send("POST", "/reload", &[local, ("X-Dialplate-Caller", "test")]).status, 200);
    assert_eq!(client::get(server.address, "localhost", "/plugins").status, 404, "phones cannot reach the page");
}

#[test]
fn taken_default_admin_port_warns_explicit_one_fails() {
    let site = Site::minimal();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = server::run(&[("DIALPLATE_ADMIN_LISTEN", &address), ("DIALPLATE_LISTEN", "127.0.0.1:0")]);
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains(&address) && said.contains("admin_listen"), "{said}");
    // Two servers with the default port: at least one of them runs without an admin endpoint.
    let servers = [(); 2].map(|()| site.start_with(&site.path("templates"), &[("DIALPLATE_ADMIN_LISTEN", "")]));
    until("one without", || servers.iter().any(|server| server.log().contains("no admin endpoint")));
    assert!(servers.iter().all(|server| file(server, "a.cfg").status == 200));
}

#[test]
fn metrics_count_requests_renders_failures_and_reloads() {
    let site = Site::minimal();
    let server = site.start();
    file(&server, "a.cfg");
    server.get("localhost", &format!("/app/provision/?mac={DEVICE}&file=a.cfg&do=panic"));
    server.get("localhost", "/provision/001565ffffff.cfg");
    site.write("templates/yealink/t46u/a.cfg", "edition 2");
    until_served(&server, "edition 2");
    let answer = client::get(server.admin(), "localhost", "/metrics");
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = answer.text();
    for line in [
        "dialplate_requests_total{status=\"500\",outcome=\"trap\",plugin=\"minimal\"} 1",
        "dialplate_requests_total{status=\"403\",outcome=\"refused\",plugin=\"\"} 1",
        "dialplate_plugin_failures_total{plugin=\"minimal\",kind=\"trap\"} 1",
        "dialplate_reloads_total{outcome=\"swapped\"} 1",
        "dialplate_plugin_failing{plugin=\"minimal\"} 0",
        "dialplate_requests_in_flight 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(text.contains("dialplate_render_seconds_bucket{le=\"5.0\",plugin=\"minimal\"}"));
}

#[test]
fn reload_is_answered_while_files_keep_changing() {
    let site = Site::minimal();
    let server = site.start();
    let first = fs::read(site.path("plugins/minimal.wasm")).unwrap();
    let versions = [another_version(&first), first];
    let stop = AtomicBool::new(false);
    let on_and_on = |mut write: Box<dyn FnMut() + Send>, reloads: usize, said: &dyn Fn(&Output)| {
        thread::scope(|scope| {
            let stop = &stop;
            let writer = scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    write();
                    thread::sleep(Duration::from_millis(50));
                }
            });
            thread::sleep(Duration::from_secs(1));
            let answers: Vec<_> = (0..reloads).map(|_| ask(&server, &["reload"])).collect();
            stop.store(true, Ordering::Relaxed);
            writer.join().unwrap();
            answers.iter().for_each(said);
        });
        stop.store(false, Ordering::Relaxed);
    };
    let (at, beside, over) = (site.path("plugins"), site.path("new~"), site.path("plugins/minimal.wasm"));
    let mut components = versions.iter().cycle().cloned();
    let replace = move || {
        fs::write(&beside, components.next().unwrap()).unwrap();
        fs::rename(&beside, &over).unwrap();
    };
    on_and_on(Box::new(replace), 3, &|said| assert!(said.status.success(), "{said:?}"));
    let mut endless = fs::File::create(at.join("endless.wasm")).unwrap();
    on_and_on(Box::new(move || endless.write_all(b"more").unwrap()), 1, &|said| {
        let out = String::from_utf8_lossy(&said.stdout);
        assert!(!said.status.success() && out.contains("endless.wasm is being written, and left out"), "{out}");
    });
    // The reload retries the refused file although its folder is gone.
    server.until_logged(&["endless.wasm", "plugin refused"]);
    fs::rename(site.path("plugins"), site.path("away")).unwrap();
    let said = ask(&server, &["reload"]);
    let out = String::from_utf8_lossy(&said.stdout);
    assert!(!said.status.success() && out.contains("cannot read the plugin folder"), "{out}");
    assert_eq!(file(&server, "a.cfg").status, 200);
}
