//! `dialplate doctor`: what it finds about servers, databases, proxies and files that are in order, and about broken ones.

use dialplate_tests::nginx::Nginx;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{self, Server, demo_url, free_port, root};
use serde_json::Value as Json;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const SCHEMA: &str = include_str!("../host/src/directory/embedded/schema.sql");

/// The findings of the command, and whether it ended well.
fn examine(settings: &[(&str, &str)], arguments: &[&str]) -> (Vec<Json>, bool) {
    let output = server::command("doctor", settings).arg("--json").args(arguments).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let json: Json = serde_json::from_str(&said)
        .unwrap_or_else(|error| panic!("{error}: {said}{}", String::from_utf8_lossy(&output.stderr)));
    (json["findings"].as_array().unwrap().clone(), output.status.success())
}

/// Whether there is a finding of this check and level whose message or advice has the words.
fn has(findings: &[Json], check: &str, level: &str, words: &str) -> bool {
    let text = |finding: &Json, part: &str| finding[part].as_str().unwrap_or_default().to_owned();
    findings.iter().any(|finding| {
        let said = text(finding, "message") + " " + &text(finding, "advice");
        finding["check"] == check && finding["level"] == level && said.contains(words)
    })
}

fn expect(findings: &[Json], check: &str, level: &str, words: &str) {
    assert!(has(findings, check, level, words), "{check} {level} {words}: {findings:#?}");
}

/// The settings of a demonstration whose data lie in this folder.
struct Demo {
    folder: tempfile::TempDir,
    database: String,
    data: String,
    templates: String,
}

impl Demo {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = demo_url(folder.path());
        let output = server::command("db", &[]).args(["init", &database]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let data = folder.path().display().to_string();
        Self { database, data, templates: root().join("templates").display().to_string(), folder }
    }

    fn settings<'a>(&'a self, others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let own = [
            ("DIALPLATE_DATABASE", self.database.as_str()),
            ("DIALPLATE_DATA", self.data.as_str()),
            ("DIALPLATE_UPLOADS", self.data.as_str()),
            ("DIALPLATE_TEMPLATES", self.templates.as_str()),
        ];
        [&own, others].concat()
    }

    /// A running server on these ports of 127.0.0.1.
    fn serve(&self, port: u16, admin: u16, others: &[(&str, &str)]) -> Server {
        let (listen, admin) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{admin}"));
        let own = [("DIALPLATE_LISTEN", listen.as_str()), ("DIALPLATE_ADMIN_LISTEN", admin.as_str())];
        Server::start(&self.settings(&[&own, others].concat()))
    }
}

#[test]
fn healthy_server_behind_nginx_has_no_errors() {
    let demo = Demo::new();
    let (port, admin, front) = (free_port(), free_port(), free_port());
    let _server = demo.serve(port, admin, &[("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1")]);
    let site = |headers: &str| {
        format!("server {{ listen 127.0.0.1:{front}; location / {{ proxy_pass http://127.0.0.1:{port}; {headers} }} }}")
    };
    let all = "proxy_set_header Host $host; proxy_set_header X-Forwarded-For 127.0.0.9; \
        proxy_set_header X-Forwarded-Proto $scheme; proxy_set_header X-Original-URI $request_uri;";
    let Some(nginx) = Nginx::start(front, &site(all)) else { return };
    let (listen, admin) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{admin}"));
    let settings = demo.settings(&[
        ("DIALPLATE_LISTEN", &listen),
        ("DIALPLATE_ADMIN_LISTEN", &admin),
        ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1"),
    ]);
    let url = format!("http://127.0.0.1:{front}/provision/");
    let (findings, is_ok) = examine(&settings, &["--url", &url]);
    assert!(is_ok, "{findings:#?}");
    for (check, words) in [
        ("configuration", "no configuration file"),
        ("database", "SQLite"),
        ("indexes", "every index exists"),
        ("settings", "can be used"),
        ("files", "may write to"),
        ("disk", "MB and"),
        ("ports", "the server listens on"),
        ("server", "is running"),
        ("plugins", "yealink"),
        ("templates", "every default file"),
        ("cache", "compiled plugins"),
    ] {
        expect(&findings, check, "ok", words);
    }
    // The proxy named another client than this one.
    expect(&findings, "proxy", "warning", "arrived as from 127.0.0.9");

    drop(nginx);
    let own = all.replace("127.0.0.9", "$remote_addr");
    let Some(nginx) = Nginx::start(front, &site(&own)) else { return };
    expect(&examine(&settings, &["--url", &url]).0, "proxy", "ok", "the client's address arrives (127.0.0.1)");
    drop(nginx);
    let Some(_nginx) = Nginx::start(front, &site("return 404;")) else { return };
    let (findings, is_ok) = examine(&settings, &["--url", &url]);
    assert!(!is_ok);
    expect(&findings, "proxy", "error", "does not lead to this server: nginx");
}

#[test]
fn header_that_a_proxy_forgets_is_named() {
    let demo = Demo::new();
    let (port, admin, front) = (free_port(), free_port(), free_port());
    let _server = demo.serve(port, admin, &[("DIALPLATE_TRUSTED_PROXIES", "127.0.0.2")]);
    // The request comes from an address of its own, so that proxy and client differ.
    let site = format!(
        "server {{ listen 127.0.0.1:{front}; location / {{ proxy_bind 127.0.0.2; proxy_pass http://127.0.0.1:{port}; }} }}"
    );
    let Some(_nginx) = Nginx::start(front, &site) else { return };
    let admin = format!("127.0.0.1:{admin}");
    let settings = demo.settings(&[("DIALPLATE_ADMIN_LISTEN", &admin)]);
    let url = format!("http://127.0.0.1:{front}/provision/");
    let (findings, is_ok) = examine(&settings, &["--url", &url]);
    assert!(!is_ok);
    expect(&findings, "proxy", "error", "let it set X-Forwarded-For");
    expect(&findings, "proxy", "warning", "X-Original-URI");
}

#[test]
fn proxy_that_is_not_trusted_is_named() {
    let demo = Demo::new();
    let (port, admin, front) = (free_port(), free_port(), free_port());
    let _server = demo.serve(port, admin, &[]);
    let site = format!(
        "server {{ listen 127.0.0.1:{front}; location / {{ proxy_bind 127.0.0.2; proxy_pass http://127.0.0.1:{port}; \
         proxy_set_header X-Forwarded-For $remote_addr; }} }}"
    );
    let Some(_nginx) = Nginx::start(front, &site) else { return };
    let admin = format!("127.0.0.1:{admin}");
    let settings = demo.settings(&[("DIALPLATE_ADMIN_LISTEN", &admin)]);
    let (findings, is_ok) = examine(&settings, &["--url", &format!("http://127.0.0.1:{front}/")]);
    assert!(!is_ok);
    expect(&findings, "proxy", "error", "trusted_proxies = \"127.0.0.2\"");
}

#[test]
fn broken_parts_are_errors_with_advice() {
    let demo = Demo::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let admin = format!("127.0.0.1:{}", free_port());
    let templates = demo.folder.path().join("templates");
    fs::create_dir_all(templates.join("acme/a1")).unwrap();
    fs::write(templates.join("acme/a1/{$mac}.cfg"), "{if $x}").unwrap();
    let mut settings = demo.settings(&[("DIALPLATE_LISTEN", &listen), ("DIALPLATE_ADMIN_LISTEN", &admin)]);
    let templates = templates.display().to_string();
    settings.push(("DIALPLATE_TEMPLATES", &templates));
    let (findings, is_ok) = examine(&settings, &[]);
    assert!(!is_ok);
    expect(&findings, "ports", "error", "another program listens on");
    expect(&findings, "ports", "error", "ss -ltnp");
    expect(&findings, "templates", "error", "acme/a1/{$mac}.cfg:1");
    expect(&findings, "server", "warning", "systemctl start dialplate");
    assert!(findings.iter().all(|finding| (finding["level"] == "ok") == finding["advice"].is_null()), "{findings:#?}");
}

#[test]
fn unreachable_database_is_an_error_without_password() {
    let demo = Demo::new();
    let url = format!("postgres://fusionpbx:s3cret@127.0.0.1:{}/fusionpbx", free_port());
    let mut settings = demo.settings(&[]);
    settings.push(("DIALPLATE_DATABASE", &url));
    let (findings, is_ok) = examine(&settings, &[]);
    assert!(!is_ok && !format!("{findings:?}").contains("s3cret"));
    expect(&findings, "database", "error", "cannot reach database");
}

#[test]
fn invalid_configuration_is_a_finding() {
    let (findings, is_ok) = examine(&[("DIALPLATE_LISTEN", "everywhere")], &[]);
    assert!(!is_ok);
    expect(&findings, "configuration", "error", "DIALPLATE_LISTEN");
}

#[test]
fn secret_that_everybody_may_read_is_named() {
    let demo = Demo::new();
    let file = demo.folder.path().join("dialplate.toml");
    fs::write(&file, "nonce_key = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'\n").unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(&file, 0o644);
    let arguments = ["--config", file.to_str().unwrap()];
    let (findings, _) = examine(&demo.settings(&[]), &arguments);
    expect(&findings, "files", "warning", "chmod o-r");
    assert!(!format!("{findings:?}").contains("00112233"));
    mode(&file, 0o600);
    let (findings, _) = examine(&demo.settings(&[]), &arguments);
    assert!(!has(&findings, "files", "warning", "chmod o-r"), "{findings:#?}");
}

#[test]
fn text_report_has_levels_checks_and_advice() {
    let demo = Demo::new();
    let output = server::command("doctor", &demo.settings(&[])).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let line = |start: &str| said.lines().any(|line| line.starts_with(start));
    assert!(
        line("ok       database ") && line("warning  server ") && line("                        -> start it"),
        "{said}"
    );
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_is_examined_with_rights_and_clock() {
    let Some(postgres) = Postgres::start().await else { return };
    let demo = Demo::new();
    let url = postgres.database("fusionpbx", &[SCHEMA]).await;
    let mut settings = demo.settings(&[]);
    settings.push(("DIALPLATE_DATABASE", &url));
    let (findings, is_ok) = tokio::task::block_in_place(|| examine(&settings, &[]));
    assert!(is_ok, "{findings:#?}");
    expect(&findings, "database", "ok", "PostgreSQL");
    expect(&findings, "rights", "ok", "may note when a device was provisioned");
    expect(&findings, "clock", "ok", "clock equals the database's");
    expect(&findings, "triggers", "ok", "dialplate db install-triggers");
}
