//! The complete nginx site and the example configurations for other proxies, run in the real programs.

use crate::nginx::{UPSTREAM, example, forwarded, has};
use dialplate_tests::echo::Echo;
use dialplate_tests::nginx::Nginx;
use dialplate_tests::proxy::Proxy;
use dialplate_tests::server::free_port;
use dialplate_tests::site::{HOST, Site};
use dialplate_tests::skip;
use std::path::Path;
use std::process::Command;

/// Creates in `folder` an authority, a server certificate, a phone certificate, and a self-signed certificate.
fn certificates(folder: &Path) -> bool {
    let script = "
        new() { openssl req -newkey rsa:2048 -nodes -keyout $1.key -subj /CN=$2 \"${@:3}\" 2>/dev/null; }
        new authority authority -x509 -out authority.pem &&
        new stranger stranger -x509 -out stranger.pem &&
        new server 127.0.0.1 -x509 -out server.pem &&
        new phone 001565be5fd7 | openssl x509 -req -CA authority.pem -CAkey authority.key -CAcreateserial -out phone.pem &&
        cat server.pem server.key > both.pem";
    let made = Command::new("bash").args(["-c", script]).current_dir(folder).output();
    let made = made.is_ok_and(|made| made.status.success()) && Command::new("curl").arg("-V").output().is_ok();
    if !made {
        skip("openssl or curl is not installed");
    }
    made
}

/// The body that curl receives, followed by the status.
fn curl(folder: &Path, url: &str, arguments: &[&str]) -> String {
    let mut command = Command::new("curl");
    command.current_dir(folder).args(["-s", "-k", "-w", " %{http_code}", "-H", &format!("Host: {HOST}")]);
    let output = command.args(arguments).arg(url).output().expect("curl runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

const CERTIFICATE: &str = "/etc/ssl/certs/dialplate.pem";
const KEY: &str = "/etc/ssl/private/dialplate.key";

#[test]
fn nginx_site_serves_http_https_and_client_certificates() {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path()) {
        return;
    }
    let files = [("templates/yealink/t46u/{$mac}.cfg", "default {$mac}")];
    let Some(site) = Site::start("", &files, &[]) else { return };
    let here = folder.path().display().to_string();
    let (echo, http, https) = (Echo::start(), free_port(), free_port());
    let start = |upstream: &str| {
        let text = example(
            "dialplate.conf",
            &[
                (UPSTREAM, upstream),
                ("listen 80;", &format!("listen 127.0.0.1:{http};")),
                ("listen 443 ssl;", &format!("listen 127.0.0.1:{https} ssl;")),
                (CERTIFICATE, &format!("{here}/server.pem")),
                (KEY, &format!("{here}/server.key")),
                ("/etc/dialplate/phone-authorities.pem", &format!("{here}/authority.pem")),
            ],
        );
        Nginx::start(http, &text)
    };
    let (plain, secure) = (format!("http://127.0.0.1:{http}"), format!("https://127.0.0.1:{https}"));
    let Some(nginx) = start(&site.server.address.to_string()) else { return };
    for base in [&plain, &secure] {
        // These URLs work without rewrites.
        for path in ["provision/001565be5fd7.cfg", "provision/00-15-65-be-5f-d7.cfg", "001565be5fd7.cfg"] {
            assert_eq!(
                curl(folder.path(), &format!("{base}/{path}"), &[]),
                "default 001565be5fd7 200",
                "{base}/{path}"
            );
        }
        let large = format!("--data-binary @{here}/large");
        std::fs::write(folder.path().join("large"), "x".repeat(65 << 10)).unwrap();
        let answer = curl(folder.path(), &format!("{base}/provision/"), &large.split(' ').collect::<Vec<_>>());
        assert!(answer.ends_with(" 413"), "{answer}");
    }
    drop(nginx);

    let Some(_nginx) = start(&echo.address.to_string()) else { return };
    let url = format!("{secure}/provision/x");
    let shown = |arguments: &[&str]| {
        assert_eq!(curl(folder.path(), &url, arguments), "echo 200");
        String::from_utf8_lossy(&echo.head()).to_ascii_lowercase()
    };
    let head = shown(&["--cert", "phone.pem", "--key", "phone.key", "-H", "X-SSL-Client-S-DN: untrue"]);
    assert!(has(&head, "x-ssl-client-verify: success") && has(&head, "x-ssl-client-s-dn: cn=001565be5fd7"), "{head}");
    assert!(has(&head, "x-forwarded-proto: https") && !head.contains("untrue"), "{head}");
    let head = shown(&["-H", "X-SSL-Client-S-DN: untrue"]);
    assert!(has(&head, "x-ssl-client-verify: none") && !head.contains("untrue"), "{head}");
    let refused = curl(folder.path(), &url, &["--cert", "stranger.pem", "--key", "stranger.key"]);
    assert!(refused.ends_with(" 400"), "{refused}");
}

/// Checks that a proxy forwards the request target unchanged and sets the client's address itself.
fn check(proxy: &Proxy, echo: &Echo, proto: &str) {
    let (line, headers) = forwarded(proxy.address, echo);
    assert_eq!(line, "GET /provision/%3001565aabbcc.cfg?file={$mac}.cfg HTTP/1.1");
    assert!(
        headers.contains("host: alpha.example.net") && has(&headers, "authorization: digest uri=\"/x\""),
        "{headers}"
    );
    assert!(has(&headers, "x-forwarded-for: 127.0.0.1") && has(&headers, proto), "{headers}");
    assert!(!headers.contains("untrue") && !headers.contains("203.0.113.7"), "{headers}");
}

#[test]
fn apache_example_forwards_requests() {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path()) {
        return;
    }
    let (echo, port) = (Echo::start(), free_port());
    let changes = [
        (UPSTREAM, echo.address.to_string()),
        ("<VirtualHost *:443>", format!("<VirtualHost 127.0.0.1:{port}>")),
        // This test does not cover Apache's TLS.
        ("SSLEngine on", "SSLEngine off".to_owned()),
        (CERTIFICATE, folder.path().join("server.pem").display().to_string()),
        (KEY, folder.path().join("server.key").display().to_string()),
    ];
    let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    let modules = ["mpm_event", "authz_core", "proxy", "proxy_http", "headers", "ssl", "socache_shmcb"];
    let load = |name: &&str| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n");
    let modules: String = modules.iter().map(load).collect();
    let here = folder.path().display();
    let text = format!(
        "ServerRoot {here}\nPidFile {here}/pid\nErrorLog {here}/log\nServerName x\nUser nobody\nGroup nogroup\n\
         {modules}Listen 127.0.0.1:{port}\n{}",
        example("apache.conf", &changes)
    );
    std::fs::write(folder.path().join("apache.conf"), text).unwrap();
    let mut command = Command::new("/usr/sbin/apache2");
    command.arg("-X").arg("-f").arg(folder.path().join("apache.conf"));
    let Some(proxy) = Proxy::start(&mut command, port, &folder.path().join("log")) else { return };
    check(&proxy, &echo, "x-forwarded-proto: https");
}

#[test]
fn caddy_example_forwards_requests() {
    let folder = tempfile::tempdir().unwrap();
    let (echo, port) = (Echo::start(), free_port());
    let upstream = echo.address.to_string();
    let address = format!("http://:{port}");
    let changes = [(UPSTREAM, upstream.as_str()), ("http://pbx.example.net, https://pbx.example.net", &address)];
    let text = format!("{{\n\tadmin off\n}}\n{}", example("Caddyfile", &changes));
    std::fs::write(folder.path().join("Caddyfile"), text).unwrap();
    let mut command = Command::new("/usr/bin/caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(folder.path().join("Caddyfile"));
    command.env("HOME", folder.path());
    let Some(proxy) = Proxy::start(&mut command, port, &folder.path().join("log")) else { return };
    check(&proxy, &echo, "x-forwarded-proto: http");
}

#[test]
fn haproxy_example_forwards_requests() {
    let folder = tempfile::tempdir().unwrap();
    if !certificates(folder.path()) {
        return;
    }
    let (echo, port, secure) = (Echo::start(), free_port(), free_port());
    let changes = [
        (UPSTREAM, echo.address.to_string()),
        ("bind :80\n", format!("bind 127.0.0.1:{port}\n")),
        ("bind :443 ", format!("bind 127.0.0.1:{secure} ")),
        ("/etc/haproxy/dialplate.pem", folder.path().join("both.pem").display().to_string()),
    ];
    let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    let text = example("haproxy.cfg", &changes);
    let start = |text: String| {
        std::fs::write(folder.path().join("haproxy.cfg"), text).unwrap();
        let mut command = Command::new("/usr/sbin/haproxy");
        command.arg("-db").arg("-f").arg(folder.path().join("haproxy.cfg"));
        Proxy::start(&mut command, port, &folder.path().join("log"))
    };
    let Some(proxy) = start(text.clone()) else { return };
    check(&proxy, &echo, "x-forwarded-proto: http");
    assert_eq!(curl(folder.path(), &format!("https://127.0.0.1:{secure}/x"), &[]), "echo 200");
    assert!(has(&String::from_utf8_lossy(&echo.head()).to_ascii_lowercase(), "x-forwarded-proto: https"));
    drop(proxy);
    let server = format!("server first {}", echo.address);
    let Some(proxy) = start(text.replace(&server, &format!("{server} send-proxy-v2"))) else { return };
    assert_eq!(curl(folder.path(), &format!("http://{}/x", proxy.address), &[]), "echo 200");
    let head = echo.head();
    assert!(head.starts_with(b"\r\n\r\n\0\r\nQUIT\n"), "{}", String::from_utf8_lossy(&head));
}
