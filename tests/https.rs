//! TLS of the server's own, and client certificates, with openssl's certificates, and curl and `openssl s_client` as phones.

use dialplate_tests::authority::{Certificates, Kind};
use dialplate_tests::client::{self, parse};
use dialplate_tests::database;
use dialplate_tests::nginx::Nginx;
use dialplate_tests::server::{self, Server, demo_url, free_port};
use dialplate_tests::setting::{digest, set};
use dialplate_tests::wait;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The file of the demonstration's Yealink.
const FILE: &str = "/provision/001565000046.cfg";
const CLIENT: &str = "extendedKeyUsage=clientAuth";

/// A server with TLS, and its certificates.
struct Stage {
    server: Server,
    certificates: Certificates,
    folder: tempfile::TempDir,
}

impl Stage {
    /// Starts a server with `server.pem` and these settings, in which `@` stands for the folder of the certificates.
    fn start(settings: &[(&str, &str)]) -> Option<Self> {
        Self::start_with(Certificates::make()?, settings)
    }

    fn start_with(certificates: Certificates, settings: &[(&str, &str)]) -> Option<Self> {
        let here = certificates.folder().display().to_string();
        let own = [
            ("DIALPLATE_TLS_LISTEN", "127.0.0.1:0"),
            ("DIALPLATE_TLS_CERT", "@/server.pem"),
            ("DIALPLATE_TLS_KEY", "@/server.key"),
        ];
        let all: Vec<_> = own.iter().chain(settings).map(|(key, value)| (*key, value.replace('@', &here))).collect();
        let all: Vec<_> = all.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path(), &all);
        Some(Self { server, certificates, folder })
    }

    /// A server that takes client certificates, by this policy.
    fn with_clients(policy: &str) -> Option<Self> {
        let certificates = Certificates::make()?;
        phones(&certificates);
        let settings =
            [("DIALPLATE_CLIENT_CERTIFICATES", policy), ("DIALPLATE_CLIENT_CERTIFICATE_ROOTS", "@/ours.pem")];
        Self::start_with(certificates, &settings)
    }

    fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.server.tls().port())
    }

    fn status(&self, path: &str, certificate: Option<&str>, arguments: &[&str]) -> u16 {
        self.certificates.status(&self.url(path), certificate, arguments)
    }

    fn sql(&self, sql: &str) {
        database::run_blocking(&demo_url(self.folder.path()), sql);
    }

    /// An open connection of `openssl s_client`.
    fn client(&self, arguments: &[&str]) -> Child {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-quiet", "-connect", &self.server.tls().to_string()]).args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// Certificates of phones: of the demonstration's, of another one, and so on.
fn phones(certificates: &Certificates) {
    let phone = Kind { subject: "/O=Maker/CN=001565000046", authority: "ours", days: 30, extensions: CLIENT };
    for (name, kind) in [
        ("phone", phone),
        ("old", Kind { extensions: "", ..phone }),
        ("cisco", Kind { subject: "/OU=SPA-962/L=88012BA01234/ST=001565000046", ..phone }),
        ("serial", Kind { subject: "/OU=SPA-962/serialNumber=00:15:65:00:00:46", ..phone }),
        ("unit", Kind { subject: "/OU=001565000046/L=x", ..phone }),
        ("other", Kind { subject: "/CN=001565000047", ..phone }),
        ("generic", Kind { subject: "/OU=cisco.com/L=ciscogeneric/ST=ciscogeneric", ..phone }),
        ("expired", Kind { days: -1, ..phone }),
        ("old-expired", Kind { days: -1, extensions: "", ..phone }),
        ("foreign", Kind { authority: "theirs", ..phone }),
        ("old-foreign", Kind { authority: "theirs", extensions: "", ..phone }),
        ("web", Kind { extensions: "extendedKeyUsage=serverAuth", ..phone }),
    ] {
        certificates.certificate(name, kind);
    }
}

/// The answer to one request on an open connection.
fn ask(client: &mut Child, path: &str) -> client::Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.stdin.as_mut().unwrap().write_all(request.as_bytes()).unwrap();
    let output = client.stdout.as_mut().unwrap();
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        output.read_exact(&mut byte).expect("an answer");
        head.push(byte[0]);
    }
    let length = parse(&head).header("content-length").parse().unwrap_or(0);
    let mut body = vec![0; length];
    output.read_exact(&mut body).expect("the body");
    parse(&[head, body].concat())
}

fn stop(mut client: Child) {
    let _ = client.kill();
    let _ = client.wait();
}

#[test]
fn phone_is_answered_over_each_version_of_tls() {
    let Some(stage) = Stage::start(&[]) else { return };
    for version in [["--tlsv1.2", "--tls-max", "1.2"], ["--tlsv1.3", "--tls-max", "1.3"]] {
        assert_eq!(stage.status(FILE, None, &version), 200, "{version:?}");
        assert!(stage.certificates.body().contains("account.1.user_name"), "{}", stage.certificates.body());
    }
    let plain = stage.server.get("localhost", FILE);
    assert_eq!((plain.status, plain.text()), (200, stage.certificates.body()), "plain http at the same time");
    assert_eq!(stage.certificates.status(&stage.url(FILE), None, &["--cacert", "theirs.pem"]), 0, "no other authority");
}

#[test]
fn request_over_tls_counts_as_https() {
    let Some(stage) = Stage::start(&[]) else { return };
    let method = "select device_provisioned_method from v_devices where device_address = '001565000046'";
    let url = demo_url(stage.folder.path());
    let is_noted = |expected: &str| {
        wait::until(|| database::value_blocking(&url, method) == expected, || stage.server.log());
    };
    assert_eq!(stage.status(FILE, None, &["-H", "X-Forwarded-Proto: http"]), 200);
    is_noted("https");
    stage.sql("update v_devices set device_provisioned_date = null");
    assert_eq!(stage.server.get("localhost", FILE).status, 200);
    is_noted("http");
}

#[test]
fn older_version_of_tls_is_refused_with_advice() {
    let Some(stage) = Stage::start(&[]) else { return };
    for offer in [["-tls1", "DEFAULT@SECLEVEL=0"], ["-tls1_1", "DEFAULT@SECLEVEL=0"], ["-tls1_2", "AES128-SHA"]] {
        let mut client = stage.client(&[offer[0], "-cipher", offer[1]]);
        assert!(!client.wait().unwrap().success(), "{offer:?}");
    }
    stage.server.until_logged(&["TLS handshake failed", "docs/tls.md", "client.address=127.0.0.1"]);
    assert_eq!(stage.status(FILE, None, &[]), 200);
}

#[test]
fn new_certificate_is_used_without_closing_connections() {
    let Some(stage) = Stage::start(&[]) else { return };
    let serial = || {
        let connect = stage.server.tls().to_string();
        let script =
            format!("openssl s_client -connect {connect} </dev/null 2>/dev/null | openssl x509 -noout -serial");
        let output = Command::new("bash").args(["-c", &script]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let mut open = stage.client(&[]);
    assert_eq!(ask(&mut open, FILE).status, 200);
    let first = serial();
    stage.certificates.server("server");
    stage.server.until_logged(&["TLS certificate reloaded", "server.pem"]);
    let second = serial();
    assert!(!second.is_empty() && first != second, "{first} {second}");
    assert_eq!(ask(&mut open, FILE).status, 200, "the connection of before");

    for (file, names) in [("server.pem", "tls_cert"), ("server.key", "tls_key")] {
        let good = std::fs::read(stage.certificates.path(file)).unwrap();
        std::fs::write(stage.certificates.path(file), "-----BEGIN nothing").unwrap();
        stage.server.until_logged(&["ERROR", "not reloaded", names, file]);
        assert_eq!(serial(), second, "the old certificate stays");
        std::fs::write(stage.certificates.path(file), good).unwrap();
    }
    std::fs::copy(stage.certificates.path("theirs.key"), stage.certificates.path("server.key")).unwrap();
    stage.server.until_logged(&["not reloaded", "is not the key of the certificate"]);
    assert_eq!(serial(), second);
    assert_eq!(ask(&mut open, FILE).status, 200);
    stop(open);
}

#[test]
fn sighup_reloads_the_certificate() {
    let Some(stage) = Stage::start(&[]) else { return };
    let mut open = stage.client(&[]);
    assert_eq!(ask(&mut open, FILE).status, 200);
    // Nothing has changed, so only the signal can be the cause.
    stage.server.signal("HUP");
    stage.server.until_logged(&["TLS certificate reloaded"]);
    assert_eq!(ask(&mut open, FILE).status, 200);
    stop(open);
}

#[test]
fn slow_handshake_is_ended_and_delays_no_phone() {
    let Some(stage) = Stage::start(&[]) else { return };
    let started = Instant::now();
    let mut slow: Vec<_> = (0..50).map(|_| TcpStream::connect(stage.server.tls()).unwrap()).collect();
    for stream in &mut slow {
        // The begin of a record with a handshake.
        stream.write_all(&[22, 3, 1]).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    }
    assert_eq!(stage.status(FILE, None, &["--max-time", "5"]), 200);
    for stream in &mut slow {
        let _ = stream.read_to_end(&mut Vec::new());
    }
    let took = started.elapsed().as_secs();
    assert!((9..=18).contains(&took), "{took} s");
    stage.server.until_logged(&["TLS handshake failed"]);
}

#[test]
fn client_that_reads_nothing_over_tls_is_disconnected() {
    let Some(stage) = Stage::start(&[]) else { return };
    let started = Instant::now();
    let mut client = stage.client(&[]);
    let request = format!("GET {FILE} HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(2_000);
    let mut input = client.stdin.take().unwrap();
    // Nobody reads the client's output, so it stops reading from the connection.
    while input.write_all(request.as_bytes()).is_ok() {
        assert!(started.elapsed() < Duration::from_secs(60), "the server keeps serving");
    }
    assert!(started.elapsed() > Duration::from_secs(8), "{:?}", started.elapsed());
    stop(client);
}

#[test]
fn connections_of_both_listeners_share_the_limit() {
    let Some(certificates) = Certificates::make() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (certificates.text("server.pem"), certificates.text("server.key"));
    let settings =
        [("DIALPLATE_TLS_LISTEN", "127.0.0.1:0"), ("DIALPLATE_TLS_CERT", &certificate), ("DIALPLATE_TLS_KEY", &key)];
    // Half of the open files are for phones, and a quarter of these for one client network.
    let server = crate::slow::with_descriptors(folder.path(), "-n 256", &settings);
    let mut held: Vec<_> = (0..32).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    let url = format!("https://localhost:{}{FILE}", server.tls().port());
    assert_eq!(certificates.status(&url, None, &[]), 200);
    let is_closed = |stream: &mut TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        stream.read(&mut [0]).is_ok_and(|read| read == 0)
    };
    assert!(held.iter_mut().any(is_closed), "the connection that waited longest gives way");
}

#[test]
fn certificate_of_the_phone_replaces_the_password() {
    let Some(stage) = Stage::with_clients("accept") else { return };
    assert_eq!(stage.status(FILE, None, &[]), 200, "no credentials are demanded");
    stage.sql(&digest());
    for name in ["phone", "old", "cisco", "serial", "unit"] {
        for version in ["1.2", "1.3"] {
            assert_eq!(stage.status(FILE, Some(name), &["--tls-max", version]), 200, "{name} {version}");
        }
    }
    assert_eq!(stage.status(FILE, None, &[]), 401, "http_auth is unchanged");
    assert_eq!(stage.status(FILE, None, &["--digest", "-u", "phone:secret1"]), 200);
    assert_eq!(stage.server.get("localhost", FILE).status, 401, "plain http has no certificates");
    stage.sql(&set("password", "text", "pass1"));
    assert_eq!(stage.status(FILE, Some("phone"), &[]), 200);
}

#[test]
fn doubtful_certificate_is_refused_with_its_reason() {
    let Some(stage) = Stage::with_clients("accept") else { return };
    for (name, reason) in [
        ("other", "belongs to another phone, 001565000047"),
        ("generic", "generic client certificate"),
        ("expired", "it has expired"),
        ("old-expired", "it has expired"),
        ("foreign", "none of the trusted authorities has signed it"),
        ("old-foreign", "none of the trusted authorities has signed it"),
        ("web", "it is not made for clients"),
    ] {
        assert_eq!(stage.status(FILE, Some(name), &[]), 403, "{name}");
        stage.server.until_logged(&["refused", "device.address=\"001565000046\"", reason]);
    }
    stage.sql(&digest());
    for name in ["generic", "expired", "foreign"] {
        assert_eq!(stage.status(FILE, Some(name), &[]), 401, "{name}");
        assert_eq!(stage.status(FILE, Some(name), &["--digest", "-u", "phone:secret1"]), 200, "{name}");
    }
    assert_eq!(stage.status(FILE, Some("other"), &["--digest", "-u", "phone:secret1"]), 403);
    stage.server.until_logged(&["no credentials, and generic client certificate"]);
}

#[test]
fn required_certificate_is_demanded_of_every_request() {
    let Some(stage) = Stage::with_clients("require") else { return };
    assert_eq!(stage.status(FILE, Some("phone"), &[]), 200);
    assert_eq!(stage.status(FILE, None, &[]), 403);
    stage.server.until_logged(&["refused", "no client certificate"]);
    for name in ["other", "generic", "expired", "foreign"] {
        assert_eq!(stage.status(FILE, Some(name), &[]), 403, "{name}");
    }
    assert_eq!(stage.server.get("localhost", FILE).status, 403, "plain http has no certificates");
    stage.sql(&digest());
    assert_eq!(stage.status(FILE, None, &["--digest", "-u", "phone:secret1"]), 403);
    assert_eq!(stage.status(FILE, Some("phone"), &[]), 200);
}

#[test]
fn changed_authorities_hold_for_new_connections() {
    let Some(certificates) = Certificates::make() else { return };
    phones(&certificates);
    std::fs::create_dir(certificates.path("roots")).unwrap();
    let add = |name: &str| std::fs::copy(certificates.path(name), certificates.path("roots").join(name)).unwrap();
    add("theirs.pem");
    let settings = [("DIALPLATE_CLIENT_CERTIFICATES", "require"), ("DIALPLATE_CLIENT_CERTIFICATE_ROOTS", "@/roots")];
    let Some(stage) = Stage::start_with(certificates, &settings) else { return };
    assert_eq!(stage.status(FILE, Some("phone"), &[]), 403);
    std::fs::copy(stage.certificates.path("ours.pem"), stage.certificates.path("roots/ours.pem")).unwrap();
    stage.server.until_logged(&["TLS certificate reloaded"]);
    assert_eq!(stage.status(FILE, Some("phone"), &[]), 200);
    assert_eq!(stage.status(FILE, Some("foreign"), &[]), 200);
}

/// A server behind nginx's site for phones, with the certificates of [`phones`].
fn behind_nginx(headers: &[(&str, &str)], changes: &[(&str, &str)]) -> Option<(Stage, Nginx, u16)> {
    let certificates = Certificates::make()?;
    phones(&certificates);
    let proxies = [("DIALPLATE_CLIENT_CERTIFICATES", "accept"), ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1")];
    let stage = Stage::start_with(certificates, &[&proxies, headers].concat())?;
    stage.sql(&digest());
    let (http, https) = (free_port(), free_port());
    let here = stage.certificates.folder().display().to_string();
    let own = [
        (crate::nginx::UPSTREAM, stage.server.address.to_string()),
        ("listen 80;", format!("listen 127.0.0.1:{http};")),
        ("listen 443 ssl;", format!("listen 127.0.0.1:{https} ssl;")),
        ("/etc/ssl/certs/dialplate.pem", format!("{here}/server.pem")),
        ("/etc/ssl/private/dialplate.key", format!("{here}/server.key")),
        ("/etc/dialplate/phone-authorities.pem", format!("{here}/ours.pem")),
    ];
    let own = own.iter().map(|(from, to)| (*from, to.as_str()));
    let text = crate::nginx::example("dialplate.conf", &own.chain(changes.iter().copied()).collect::<Vec<_>>());
    let nginx = Nginx::start(http, &text)?;
    Some((stage, nginx, https))
}

#[test]
fn nginx_passes_the_certificate_in_headers() {
    let subject = "proxy_set_header X-SSL-Client-S-DN $ssl_client_s_dn;";
    let whole = "proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;";
    for (key, header, changes) in [
        ("DIALPLATE_CLIENT_SUBJECT_HEADER", "X-SSL-Client-S-DN", &[][..]),
        ("DIALPLATE_CLIENT_CERTIFICATE_HEADER", "X-SSL-Client-Cert", &[(subject, whole)]),
    ] {
        let headers = [("DIALPLATE_CLIENT_VERIFY_HEADER", "X-SSL-Client-Verify"), (key, header)];
        let Some((stage, nginx, https)) = behind_nginx(&headers, changes) else { return };
        let url = format!("https://localhost:{https}{FILE}");
        let status = |name: Option<&str>, arguments: &[&str]| stage.certificates.status(&url, name, arguments);
        for name in ["phone", "old", "cisco", "serial", "unit"] {
            assert_eq!(status(Some(name), &[]), 200, "{header} {name}");
        }
        assert_eq!(status(None, &[]), 401);
        assert_eq!(status(Some("other"), &[]), 403);
        assert_eq!(status(Some("generic"), &[]), 401);
        stage.server.until_logged(&["no credentials, and generic client certificate"]);
        for name in ["expired", "foreign"] {
            assert_eq!(status(Some(name), &[]), 400, "nginx itself refuses it");
        }
        let forged = ["-H", "X-SSL-Client-Verify: SUCCESS", "-H", "X-SSL-Client-S-DN: CN=001565000046"];
        assert_eq!(status(None, &forged), 401, "nginx replaces the headers");
        let plain = format!("http://{}{FILE}", nginx.address);
        assert_eq!(stage.certificates.status(&plain, None, &forged), 401, "over http it removes them");
    }
}

#[test]
fn forged_certificate_header_is_never_believed() {
    let Some(certificates) = Certificates::make() else { return };
    let headers = [
        ("DIALPLATE_CLIENT_CERTIFICATES", "require"),
        ("DIALPLATE_CLIENT_VERIFY_HEADER", "X-SSL-Client-Verify"),
        ("DIALPLATE_CLIENT_SUBJECT_HEADER", "X-SSL-Client-S-DN"),
        ("DIALPLATE_CLIENT_CERTIFICATE_ROOTS", "@/ours.pem"),
    ];
    let forged = [("Host", "localhost"), ("X-SSL-Client-Verify", "SUCCESS"), ("X-SSL-Client-S-DN", "CN=001565000046")];
    let Some(stage) =
        Stage::start_with(certificates, &[&headers[..], &[("DIALPLATE_TRUSTED_PROXIES", "192.0.2.1")]].concat())
    else {
        return;
    };
    let send = |headers: &[(&str, &str)]| client::send(stage.server.address, "GET", FILE, headers, b"").status;
    assert_eq!(send(&forged), 403, "not from a trusted proxy");
    let over_tls = ["-H", "X-SSL-Client-Verify: SUCCESS", "-H", "X-SSL-Client-S-DN: CN=001565000046"];
    assert_eq!(stage.status(FILE, None, &over_tls), 403);
    drop(stage);

    let Some(certificates) = Certificates::make() else { return };
    let trusted = [&headers[..], &[("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1")]].concat();
    let Some(stage) = Stage::start_with(certificates, &trusted) else { return };
    let send = |headers: &[(&str, &str)]| client::send(stage.server.address, "GET", FILE, headers, b"").status;
    assert_eq!(send(&forged), 200);
    assert_eq!(send(&[&forged[..], &[("X-SSL-Client-S-DN", "CN=001565000046")]].concat()), 403, "one of two is forged");
    assert_eq!(send(&[("Host", "localhost"), ("X-SSL-Client-S-DN", "CN=001565000046")]), 403, "no verification");
    assert_eq!(send(&forged[..2]), 403, "no subject");
}

#[test]
fn old_phones_connect_through_the_nginx_example() {
    let Some(certificates) = Certificates::make() else { return };
    let Some(stage) = Stage::start_with(certificates, &[("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1")]) else { return };
    // Key exchange by RSA needs a certificate with an RSA key.
    let rsa = "req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout rsa.key -out rsa.pem";
    stage.certificates.openssl(&rsa.split(' ').collect::<Vec<_>>());
    let here = stage.certificates.folder().display().to_string();
    let port = free_port();
    let text = crate::nginx::example(
        "old-phones.conf",
        &[
            (crate::nginx::UPSTREAM, &stage.server.address.to_string()),
            ("listen 8443 ssl;", &format!("listen 127.0.0.1:{port} ssl;")),
            ("/etc/ssl/certs/dialplate.pem", &format!("{here}/rsa.pem")),
            ("/etc/ssl/private/dialplate.key", &format!("{here}/rsa.key")),
        ],
    );
    let Some(_nginx) = Nginx::start(port, &text) else { return };
    for offer in [["-tls1", "AES128-SHA"], ["-tls1_1", "AES256-SHA"], ["-tls1_2", "AES128-SHA"]] {
        let mut command = Command::new("openssl");
        command.args(["s_client", "-quiet", "-connect", &format!("127.0.0.1:{port}"), offer[0]]);
        command.args(["-cipher", &format!("{}:@SECLEVEL=0", offer[1])]);
        let mut client = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        assert_eq!(ask(&mut client, FILE).status, 200, "{offer:?}");
        stop(client);
    }
}

/// What `dialplate check` prints with these settings, without its end.
fn refusal(settings: &[(&str, &str)]) -> String {
    let output = server::command("check", settings).output().unwrap();
    assert!(!output.status.success(), "{settings:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn faulty_tls_keys_are_named_at_the_start() {
    let Some(certificates) = Certificates::make() else { return };
    let (certificate, key) = (certificates.text("server.pem"), certificates.text("server.key"));
    let (cert, own) = (("DIALPLATE_TLS_CERT", certificate.as_str()), ("DIALPLATE_TLS_KEY", key.as_str()));
    let theirs = certificates.text("theirs.key");
    for (settings, expected) in [
        (&[cert][..], "tls_cert: needs tls_key"),
        (&[own], "tls_key: needs tls_cert"),
        (&[("DIALPLATE_TLS_LISTEN", "127.0.0.1:0")], "tls_listen: needs tls_cert and tls_key"),
        (&[("DIALPLATE_TLS_OLD_PHONES", "true")], "nginx/old-phones.conf"),
        (&[("DIALPLATE_CLIENT_CERTIFICATES", "sometimes")], "none of `off`, `accept` and `require`"),
        (&[("DIALPLATE_CLIENT_CERTIFICATES", "accept")], "needs TLS"),
        (&[cert, own, ("DIALPLATE_CLIENT_CERTIFICATES", "accept")], "client_certificate_roots"),
        (&[("DIALPLATE_CLIENT_VERIFY_HEADER", "X-V")], "client_subject_header"),
        (&[("DIALPLATE_CLIENT_SUBJECT_HEADER", "X-S")], "needs client_verify_header"),
        (&[("DIALPLATE_CLIENT_VERIFY_HEADER", "X-V"), ("DIALPLATE_CLIENT_SUBJECT_HEADER", "X-S")], "trusted_proxies"),
        (&[("DIALPLATE_CLIENT_VERIFY_HEADER", "X V")], "not the name of a header"),
    ] {
        let said = refusal(settings);
        assert!(said.contains(expected), "{settings:?}: {said}");
    }
    for (certificate, key, expected) in [
        ("/nowhere/c.pem", key.as_str(), "tls_cert: /nowhere/c.pem: cannot be read"),
        (&certificate, "/nowhere/k.pem", "tls_key: /nowhere/k.pem: cannot be read"),
        (&key, &key, "contains no certificate in PEM"),
        (&certificate, &certificate, "contains no private key in PEM"),
        (&certificate, &theirs, "is not the key of the certificate"),
    ] {
        let said = refusal(&[("DIALPLATE_TLS_CERT", certificate), ("DIALPLATE_TLS_KEY", key)]);
        assert!(said.contains(expected), "{certificate} {key}: {said}");
        assert!(!said.contains("PRIVATE KEY"), "{said}");
    }
}

#[test]
fn expired_certificate_of_the_server_is_reported() {
    let Some(certificates) = Certificates::make() else { return };
    let kind = Kind { subject: "/CN=localhost", authority: "ours", days: -1, extensions: "" };
    certificates.certificate("server", kind);
    let Some(stage) = Stage::start_with(certificates, &[]) else { return };
    stage.server.until_logged(&["ERROR", "the certificate of tls_cert has expired", "server.pem"]);
    assert_eq!(stage.status(FILE, None, &["-k"]), 200);
}
