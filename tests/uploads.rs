//! Files that phones send back: Polycom's logs, overrides, directory and call lists.

use crate::nginx::{UPSTREAM, example};
use dialplate_tests::app::{TestApp, TestAppBuilder};
use dialplate_tests::client::{self, Answer};
use dialplate_tests::nginx::Nginx;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{Server, free_port, new_demo_url, root};
use dialplate_tests::setting::{digest, set};
use dialplate_tests::wait::PATIENCE;
use dialplate_tests::{database, unshared};
use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Instant;

const PHONE: &str = "0004f2aabbcc";
/// A Polycom of the demonstration database.
const DEMO_POLYCOM: &str = "0004f2000450";
const SCHEMA: &str = include_str!("../host/src/directory/embedded/schema.sql");
const LOCALHOST: [(&str, &str); 1] = [("Host", "localhost")];

/// The names after the address, and whether the phone gets the file back.
const ENDINGS: [(&str, bool); 6] = [
    ("-app.log", false),
    ("-boot.log", false),
    ("-phone.cfg", true),
    ("-web.cfg", true),
    ("-directory.xml", true),
    ("-calls.xml", true),
];

/// A builder of a server with a Polycom, where uploads are off.
fn polycom() -> TestAppBuilder {
    TestApp::init()
        .with_device(PHONE, "polycom/desk")
        .with_template("polycom/desk/{$mac}.cfg", "main {$mac}")
        .with_template("polycom/desk/{$mac}-directory.xml", "contacts of {$mac}")
        .with_config("uploads", "@/uploads")
}

/// The same with the setting on.
fn permitted() -> TestAppBuilder {
    polycom().with_sql(&set("polycom_uploads", "boolean", "true"))
}

async fn put(app: &TestApp, target: &str, body: &str) -> Answer {
    app.send("PUT", target, &LOCALHOST, body.as_bytes()).await
}

/// A device setting of the phone.
fn device_setting(value: &str) -> String {
    format!(
        "insert into v_device_settings (device_setting_uuid, device_uuid, device_setting_category, \
         device_setting_subcategory, device_setting_name, device_setting_value, device_setting_enabled) select \
         'c0ffee00-0000-4000-8000-000000000001', device_uuid, 'provision', 'polycom_uploads', 'boolean', '{value}', true \
         from v_devices where device_address = '{PHONE}'"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_off_by_default() {
    let app = polycom().build().await;
    for address in [PHONE, "0004f2ffffff"] {
        for (ending, _) in ENDINGS {
            let target = format!("/provision/{address}{ending}");
            let answer = put(&app, &target, "text").await;
            assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, POST"), "{target}");
            assert_eq!(app.get(&format!("/provision/upload/{address}{ending}")).await.says(), "nginx 404", "{target}");
        }
    }
    assert_eq!(app.get(&format!("/provision/{PHONE}-phone.cfg")).await.says(), format!("main {PHONE}"));
    assert!(!app.path("uploads").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn uploaded_file_is_stored_and_returned_unless_a_log() {
    let app = permitted().build().await;
    for folder in ["/provision/", "/app/provision/upload/"] {
        for (ending, is_returned) in ENDINGS {
            let target = format!("{folder}0004F2AABBCC{ending}");
            let first = put(&app, &target, "first").await;
            let second = put(&app, &target, &format!("second {target}")).await;
            let expected = if folder == "/provision/" { [201, 204] } else { [204, 204] };
            assert_eq!([first.status, second.status], expected, "{target}");
            let stored = app.path(&format!("uploads/localhost/{PHONE}{ending}"));
            assert_eq!(fs::read_to_string(&stored).unwrap(), format!("second {target}"));
            let got = app.get(&target).await;
            let head = app.send("HEAD", &target, &LOCALHOST, b"").await;
            assert_eq!(head.status, got.status, "{target}");
            if is_returned {
                assert_eq!(got.says(), format!("second {target}"));
                assert_eq!(head.header("content-length"), got.body.len().to_string(), "{target}");
            } else {
                assert_eq!(got.says(), "nginx 404", "{target}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_own_file_precedes_template_until_removed() {
    let app = permitted().build().await;
    let directory = format!("/provision/{PHONE}-directory.xml");
    assert_eq!(app.get(&directory).await.says(), format!("contacts of {PHONE}"));
    assert_eq!(put(&app, &directory, "<directory/>").await.status, 201);
    assert_eq!(app.get(&directory).await.says(), "<directory/>");
    fs::remove_file(app.path(&format!("uploads/localhost/{PHONE}-directory.xml"))).unwrap();
    assert_eq!(app.get(&directory).await.says(), format!("contacts of {PHONE}"));
    // FusionPBX's answer, the whole configuration, is not what a user has changed.
    assert_eq!(app.get(&format!("/provision/{PHONE}-phone.cfg")).await.says(), "nginx 404");
    assert_eq!(app.get(&format!("/provision/upload/{PHONE}-calls.xml")).await.says(), "nginx 404");
}

#[tokio::test(flavor = "multi_thread")]
async fn setting_counts_of_domain_and_of_device() {
    let log = format!("/provision/{PHONE}-app.log");
    for (value, status) in [("true", 201), ("false", 405)] {
        let app = polycom().with_sql(&device_setting(value)).build().await;
        assert_eq!(put(&app, &log, "text").await.status, status, "of the device: {value}");
    }
    // On for all devices but this one.
    let app = permitted().with_sql(&device_setting("false")).build().await;
    assert_eq!(put(&app, &log, "text").await.status, 405);
    assert_eq!(app.get(&format!("/provision/{PHONE}-phone.cfg")).await.says(), format!("main {PHONE}"));
    let domain = "insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category, \
        domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled) select \
        'c0ffee00-0000-4000-8000-000000000002', domain_uuid, 'provision', 'polycom_uploads', 'boolean', 'true', true \
        from v_domains where domain_name = 'localhost'";
    let app = polycom().with_sql(domain).build().await;
    assert_eq!(put(&app, &log, "text").await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_passes_the_gate_like_every_request() {
    let unknown = "/provision/0004f2ffffff-app.log";
    let known = format!("/provision/{PHONE}-app.log");
    let app = permitted().with_sql(&set("http_domain_filter", "boolean", "true")).build().await;
    assert_eq!(put(&app, unknown, "text").await.status, 403);
    assert_eq!(app.send("PUT", &known, &[("Host", "other.example.net")], b"text").await.status, 403);
    app.run_sql(&set("auto_insert_enabled", "boolean", "true")).await;
    assert_eq!(put(&app, unknown, "text").await.status, 403);
    assert_eq!(app.get("/provision/upload/0004f2ffffff-calls.xml").await.says(), "nginx 404");
    assert_eq!(app.value("select count(*) from v_devices where device_address = '0004f2ffffff'").await, "0");
    app.run_sql(&set("cidr", "array", "192.0.2.0/24")).await;
    assert_eq!(put(&app, &known, "text").await.status, 404);
    let app = permitted().with_sql(&digest()).build().await;
    for target in [unknown, &known] {
        let answer = put(&app, target, "text").await;
        assert!(answer.status == 401 && answer.header("www-authenticate").starts_with("Digest "), "{target}");
    }
    assert!(!app.path("uploads").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_uploads_are_counted_as_guesses() {
    let app = permitted().with_config("trusted_proxies", "127.0.0.1").with_config("guesses_per_network_max", "3");
    let (app, headers) = (app.build().await, [("Host", "localhost"), ("X-Forwarded-For", "192.0.2.1")]);
    let mut statuses = Vec::new();
    for number in 0..5 {
        statuses.push(app.send("PUT", &format!("/provision/0004f2fffff{number}-app.log"), &headers, b"x").await.status);
    }
    assert_eq!(statuses, [403, 403, 403, 429, 429]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whole_files_of_six_names_are_stored() {
    let app = permitted().with_config("upload_bytes_max", "1024").with_config("upload_files_max", "2").build().await;
    let target = |ending: &str| format!("/provision/{PHONE}{ending}");
    for name in ["-now-app.log", ".cfg", "-license.cfg", "-app.log/../../x", ""] {
        assert_eq!(put(&app, &target(name), "text").await.status, 405, "{name}");
    }
    assert_eq!(put(&app, &format!("/provision/upload/..%2f..%2f{PHONE}-app.log"), "text").await.status, 405);
    let long = "a".repeat(1025);
    assert_eq!(put(&app, &target("-app.log"), &long).await.status, 413);
    let chunked = [("Host", "localhost"), ("Content-Range", "bytes 0-3/8")];
    assert_eq!(app.send("PUT", &target("-app.log"), &chunked, b"text").await.status, 400);
    assert!(!app.path("uploads").exists());
    let mut statuses = Vec::new();
    for ending in ["-app.log", "-boot.log", "-web.cfg", "-app.log"] {
        statuses.push(put(&app, &target(ending), &long[..1024]).await.status);
    }
    assert_eq!(statuses, [201, 201, 507, 204]);
}

#[tokio::test(flavor = "multi_thread")]
async fn folder_that_cannot_be_written_fails_uploads_only() {
    let app = permitted().with_file("uploads", "a file in place of the folder").build().await;
    assert_eq!(put(&app, &format!("/provision/{PHONE}-app.log"), "text").await.status, 500);
    assert_eq!(app.get(&format!("/provision/{PHONE}.cfg")).await.says(), format!("main {PHONE}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn file_of_one_domain_is_no_other_domains() {
    let other = "insert into v_domains (domain_uuid, domain_name, domain_enabled) values \
        ('d0000000-0000-4000-8000-00000000000b', 'other.example.net', true); \
        insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled) \
        values ('de51ce00-0000-4000-8000-00000000000b', 'd0000000-0000-4000-8000-00000000000b', '0004f2aabbcc', \
        'polycom', 'polycom/desk', true)";
    let app = permitted().with_sql(&set("http_domain_filter", "boolean", "true")).with_sql(other).build().await;
    let target = format!("/provision/{PHONE}-calls.xml");
    assert_eq!(put(&app, &target, "calls of one").await.status, 201);
    let theirs = app.send("GET", &target, &[("Host", "other.example.net")], b"").await;
    assert_eq!((theirs.status, app.get(&target).await.says().as_str()), (404, "calls of one"));
}

/// As many uploads as are read at the same time.
const AT_ONCE: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn uploads_at_the_same_time_are_bounded() {
    let app = permitted().build().await;
    let server = app.listen().await;
    let target = format!("/provision/{PHONE}-app.log");
    let head = format!("PUT {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nConnection: close\r\n\r\n");
    let begin = || {
        let mut stream = TcpStream::connect(server).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        stream
    };
    let mut slow: Vec<_> = (0..AT_ONCE).map(|_| begin()).collect();
    let patience = Instant::now() + PATIENCE;
    let mut refused = put(&app, &target, "text").await;
    while refused.status != 503 {
        assert!(Instant::now() < patience, "{}", refused.status);
        // One of them may have come while this file was read.
        slow.push(begin());
        refused = put(&app, &target, "text").await;
    }
    assert!(!refused.header("retry-after").is_empty());
    let mut answers = Vec::new();
    for mut stream in slow {
        // Fails if the server has refused the upload and closed the connection.
        let _ = stream.write_all(b"slow");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        answers.push(answer);
    }
    assert_eq!(answers.iter().filter(|answer| answer.starts_with(b"HTTP/1.1 20")).count(), AT_ONCE);
    assert_eq!(put(&app, &target, "text").await.status, 204);
}

/// Runs curl against a server, as a phone with digest credentials, and returns the status.
async fn curl(server: SocketAddr, target: &str, more: &[&str]) -> String {
    let url = format!("http://{server}{target}");
    let mut command = Command::new("curl");
    command.args(["-s", "--digest", "-u", "phone:secret1", "-H", "Host: localhost", "-w", "%{http_code}"]);
    command.args(more).arg(url);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("curl runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A phone's round with a real client: a log of 300 KB, overrides, and what comes back.
async fn upload_by_curl(builder: TestAppBuilder) {
    let log = "0123456789".repeat(30_000);
    let app = builder.with_sql(&digest()).with_file("app.log", &log).with_file("phone.cfg", "<PHONE/>").build().await;
    let (server, file) = (app.listen().await, |name: &str| app.path(name).display().to_string());
    let send = async |name: &str| {
        let target = format!("/provision/{PHONE}-{name}");
        curl(server, &target, &["-o", &file("body"), "-T", &file(name)]).await
    };
    assert_eq!([send("app.log").await, send("phone.cfg").await, send("phone.cfg").await], ["201", "201", "204"]);
    let stored = app.path(&format!("uploads/localhost/{PHONE}-app.log"));
    assert_eq!(fs::read_to_string(&stored).unwrap(), log);
    assert_eq!(fs::metadata(&stored).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(curl(server, &format!("/provision/{PHONE}-phone.cfg"), &[]).await, "<PHONE/>200");
    assert!(curl(server, &format!("/provision/{PHONE}-phone.cfg"), &["-I"]).await.ends_with("200"));
    assert!(curl(server, &format!("/provision/{PHONE}-app.log"), &[]).await.ends_with("404"));
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_uploads_with_digest_on_sqlite() {
    upload_by_curl(permitted()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_uploads_with_digest_on_postgresql() {
    let Some(postgres) = Postgres::start().await else { return };
    let rows = include_str!("cases/common.sql").replace("pbx.example.net", "localhost");
    let url = postgres.database("uploads", &[SCHEMA, &rows]).await;
    upload_by_curl(permitted().with_database(&url)).await;
}

/// FusionPBX's site rewrites the name of a file that phones request, also where a phone sends it.
#[tokio::test(flavor = "multi_thread")]
async fn uploads_pass_the_nginx_snippet_and_rewrites() {
    let app = permitted().with_config("trusted_proxies", "127.0.0.1").with_file("app.log", &"x".repeat(900_000));
    let app = app.with_sql(&digest()).build().await;
    let (server, port) = (app.listen().await, free_port());
    let snippet = example("fusionpbx.conf", &[(UPSTREAM, &server.to_string())]);
    let rewrite = r#"rewrite "^.*/provision/([A-Fa-f0-9]{12})-phone.cfg$" "/app/provision/?mac=$1";"#;
    let site = format!("server {{ listen 127.0.0.1:{port}; {rewrite} {snippet} }}");
    let Some(nginx) = Nginx::start(port, &site) else { return };
    let file = app.path("app.log").display().to_string();
    let mut said = Vec::new();
    for (ending, folder) in [("-phone.cfg", ""), ("-app.log", "upload/"), ("-phone.cfg", "")] {
        said.push(curl(nginx.address, &format!("/provision/{folder}{PHONE}{ending}"), &["-T", &file]).await);
    }
    assert_eq!(said, ["201", "201", "204"], "{}", nginx.log());
    let returned = curl(nginx.address, &format!("/provision/{PHONE}-phone.cfg"), &[]).await;
    assert_eq!(returned, "x".repeat(900_000) + "200");
}

#[test]
fn full_disk_fails_the_upload_only_and_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let uploads = folder.path().join("uploads");
    fs::create_dir(&uploads).unwrap();
    let mount = format!("mount -t tmpfs -o mode=700,size=64k none {}", uploads.display());
    let Some(words) = unshared("-Urm", &mount) else { return };
    let database = new_demo_url(folder.path());
    let settings = [("DIALPLATE_DATABASE", database.as_str()), ("DIALPLATE_UPLOADS", uploads.to_str().unwrap())];
    let templates = root().join("templates").display().to_string();
    let server =
        Server::start_within(&words, &[&settings[..], &[("DIALPLATE_TEMPLATES", templates.as_str())]].concat());
    database::run_blocking(&database, &set("polycom_uploads", "boolean", "true"));
    let put = |body: &[u8]| {
        client::send(server.address, "PUT", &format!("/provision/{DEMO_POLYCOM}-app.log"), &LOCALHOST, body).status
    };
    assert_eq!([put(&[b'x'; 20_000]), put(&[b'x'; 200_000]), put(&[b'x'; 20_000])], [201, 507, 204]);
    assert_eq!(server.get("localhost", &format!("/provision/{DEMO_POLYCOM}.cfg")).status, 200);
    server.until_logged(&["ERROR", "full", uploads.to_str().unwrap(), "error.kind=\"uploads\""]);
}
