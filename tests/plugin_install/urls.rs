//! Components from a server with TLS, whose certificate an authority has signed that openssl made.

use super::*;
use dialplate_tests::authority::Certificates;
use dialplate_tests::nginx::Nginx;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

/// A site with the components of a maker.
pub struct Site {
    pub host: Host,
    pub certificates: Certificates,
    nginx: Nginx,
    plain: u16,
}

impl Site {
    pub fn start() -> Option<Self> {
        let (host, certificates) = (Host::new(), Certificates::make()?);
        fs::create_dir(host.path("www")).unwrap();
        let (port, plain) = (server::free_port(), server::free_port());
        let (root, pem, key) = (host.text("www"), certificates.text("server.pem"), certificates.text("server.key"));
        let nginx = Nginx::start(
            port,
            &format!(
                "server {{ listen 127.0.0.1:{plain}; root {root}; }}\n\
                 server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {pem}; ssl_certificate_key {key}; root {root};\n\
                 location = /moved.wasm {{ return 302 https://localhost:{port}/acme.wasm; }}\n\
                 location = /plain.wasm {{ return 302 http://127.0.0.1:{plain}/acme.wasm; }}\n\
                 location = /loop.wasm {{ return 301 /loop.wasm; }}\n\
                 location = /closed.wasm {{ return 403; }} }}"
            ),
        )?;
        Some(Self { host, certificates, nginx, plain })
    }

    pub fn publish(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.host.path("www").join(name), bytes).unwrap();
        self.url(name)
    }

    pub fn url(&self, name: &str) -> String {
        format!("https://localhost:{}/{name}", self.nginx.address.port())
    }

    /// The arguments, and the authority that the command trusts.
    fn trusting(&self, arguments: &[&str]) -> Vec<String> {
        let own = ["--plugins-ca".to_owned(), self.certificates.text("ours.pem")];
        arguments.iter().map(|it| (*it).to_owned()).chain(own).collect()
    }

    fn does(&self, server: Option<&Server>, arguments: &[&str]) -> String {
        let arguments = self.trusting(arguments);
        self.host.does(server, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn refuses(&self, arguments: &[&str]) -> String {
        let (before, arguments) = (self.host.files(), self.trusting(arguments));
        let said = self.host.refuses(None, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(self.host.files() == before, "{arguments:?} changed something");
        said
    }
}

#[test]
fn component_is_fetched_and_updated_on_a_running_server() {
    let Some(site) = Site::start() else { return };
    let host = &site.host;
    let server = host.start();
    let url = site.publish("acme.wasm", &first());
    let said = site.does(Some(&server), &["install", &format!("{url}?token=s3cret")]);
    assert!(said.contains("installed careless 1.0.0") && said.contains("the running server serves it"), "{said}");
    assert!(file(&server).contains("label.0 = Front desk"));
    let said = site.does(Some(&server), &["update"]);
    assert!(said.contains("careless 1.0.0") && said.contains("is in place already"), "{said}");
    site.publish("acme.wasm", &second());
    let said = site.does(Some(&server), &["update", "careless"]);
    assert!(said.contains("installed careless 2.0.0") && said.contains("replaces 1.0.0"), "{said}");
    assert!(file(&server).contains("LABEL.0 = Front desk"));
    let listed = host.does(Some(&server), &["list"]);
    assert!(listed.contains(&format!("careless is from {url}\n")), "the query may be secret: {listed}");
    let listed = host.does(Some(&server), &["list", "--json"]);
    assert!(listed.contains(&url) && !listed.contains("s3cret"), "{listed}");
    host.does(Some(&server), &["rollback", "careless"]);
    assert!(host.installed("careless.wasm") == first());
    site.does(Some(&server), &["update"]);
    assert!(host.installed("careless.wasm") == second(), "the version that was rolled back to has the URL as well");
}

#[test]
fn signature_of_a_url_comes_along() {
    let Some(site) = Site::start() else { return };
    let url = site.publish("acme.wasm", &first());
    site.publish("acme.wasm.minisig", b"a signature");
    site.does(None, &["install", &url, "--no-check"]);
    assert_eq!(site.host.installed("careless.wasm.minisig"), b"a signature");
    site.publish("acme.wasm.minisig", b"another one");
    site.does(None, &["update", "--no-check"]);
    assert_eq!(site.host.installed("careless.wasm.minisig"), b"another one");
    site.publish("large.wasm", &second());
    site.publish("large.wasm.minisig", &[b'x'; 40_000]);
    assert!(site.refuses(&["install", &site.url("large.wasm"), "--no-check"]).contains("larger than 32768 bytes"));
}

#[test]
fn redirects_are_followed_over_tls_alone() {
    let Some(site) = Site::start() else { return };
    site.publish("acme.wasm", &first());
    for (name, part) in [
        ("plain.wasm", "which is not https; nothing was fetched from there"),
        ("loop.wasm", "redirects more than 5 times"),
        ("closed.wasm", "answers with status 403"),
        ("absent.wasm", "there is no file at https://localhost"),
    ] {
        let said = site.refuses(&["install", &site.url(name)]);
        assert!(said.contains(part), "{name}: {said}");
    }
    site.does(None, &["install", &site.url("moved.wasm"), "--no-check"]);
    assert!(site.host.installed("careless.wasm") == first());
}

#[test]
fn unencrypted_and_untrusted_servers_are_refused() {
    let Some(site) = Site::start() else { return };
    let url = site.publish("acme.wasm", &first());
    let said = site.refuses(&["install", "http://plugins.example.net/acme.wasm"]);
    assert!(said.contains("is not encrypted") && said.contains("use https"), "{said}");
    let theirs = site.certificates.text("theirs.pem");
    for authorities in [&["--plugins-ca", &*theirs][..], &[]] {
        let said = site.host.refuses(None, &[&["install", &*url], authorities].concat());
        assert!(said.contains("cannot reach https://localhost") && said.contains("certificate"), "{said}");
    }
    let said = site.host.refuses(None, &["install", &url, "--plugins-ca", "/absent.pem"]);
    assert!(said.contains("plugins_ca"), "{said}");
    site.does(None, &["install", &format!("http://127.0.0.1:{}/acme.wasm", site.plain), "--no-check"]);
}

#[test]
fn wrong_hash_and_oversize_of_a_download_are_refused() {
    let Some(site) = Site::start() else { return };
    let url = site.publish("acme.wasm", &first());
    let said = site.refuses(&["install", &url, "--sha256", &sha256(&second())]);
    assert!(said.contains(&format!("has the SHA-256 {}", sha256(&first()))), "{said}");
    let said = site.refuses(&["install", &url, "--component-bytes-max", "60000"]);
    assert!(said.contains("is larger than 60000 bytes"), "{said}");
    site.does(None, &["install", &url, "--sha256", &sha256(&first()), "--no-check"]);
}

/// A server whose answer has no length and no end.
fn endless() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[0; 4096]).is_ok() {}
    });
    port
}

#[test]
fn endless_answer_is_cut_off() {
    let host = Host::new();
    let url = format!("http://127.0.0.1:{}/a.wasm", endless());
    let said = host.refuses(None, &["install", &url, "--component-bytes-max", "1000000"]);
    assert!(said.contains("is larger than 1000000 bytes"), "{said}");
}

#[test]
fn update_installs_nothing_that_fails() {
    let Some(site) = Site::start() else { return };
    let host = &site.host;
    let url = site.publish("acme.wasm", &first());
    site.does(None, &["install", &url]);
    for (bytes, part) in [
        (faulty("unescaped"), "does not keep to the contract"),
        (b"hello".to_vec(), "is not a WebAssembly component"),
        (fs::read(guests::built("minimal")).unwrap(), "has the plugin minimal now, and not careless"),
    ] {
        site.publish("acme.wasm", &bytes);
        let arguments = site.trusting(&["update"]);
        let ran = host.plugin(None, &arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(!ran.success && ran.out.contains(part), "{part}: {}{}", ran.out, ran.err);
        assert!(host.installed("careless.wasm") == first());
    }
    assert!(host.refuses(None, &["update", "generic"]).contains("did not come from a URL"));
    let others = Host::new();
    assert_eq!(others.does(None, &["update"]), "no plugin came from a URL\n");
}
