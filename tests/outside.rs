//! External services: FusionPBX's auth server, and fail2ban.

use dialplate_tests::app::TestApp;
use dialplate_tests::client;
use dialplate_tests::database;
use dialplate_tests::server::{Server, demo_url};
use dialplate_tests::setting::{digest, set};
use dialplate_tests::skip;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const PAGE: &str = "/app/provision/?mac=001565000046";

/// Starts an auth server that denies the secret `wrong` and allows all others. It sends its answer in two pieces.
fn auth_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            let mut piece = [0; 1024];
            while !String::from_utf8_lossy(&request).contains("secret=") {
                match stream.read(&mut piece) {
                    Ok(1..) => request.extend_from_slice(&piece),
                    _ => break,
                }
                piece = [0; 1024];
            }
            let says = if String::from_utf8_lossy(&request).contains("mac=001565000046&secret=wrong") {
                "false"
            } else {
                "true"
            };
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", says.len());
            let _ = stream.flush();
            let _ = stream.write_all(says.as_bytes());
        }
    });
    format!("http://{address}/check.php?key=k3y")
}

#[test]
fn auth_server_decides_first_and_is_required() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_AUTH_SERVER", &auth_server())]);
    assert_eq!(server.get("localhost", &format!("{PAGE}&secret=s3cret")).status, 200);
    assert_eq!(server.get("localhost", PAGE).status, 200);
    database::run_blocking(&demo_url(folder.path()), &set("password", "text", "pass1"));
    let refused = server.get("localhost", &format!("{PAGE}&secret=wrong"));
    assert_eq!(refused.status, 404, "the auth server decides before the password check");
    let form = [("Host", "localhost"), ("Content-Type", "application/x-www-form-urlencoded")];
    let posted = client::send(server.address, "POST", "/provision/001565000046.cfg", &form, b"secret=wrong");
    assert_eq!((posted.status, posted.body), (404, refused.body));
    assert_eq!(server.get("localhost", &format!("{PAGE}&secret=s3cret")).status, 403);
    let log = server.log();
    assert!(
        log.contains("the auth server refused the request") && !log.contains("s3cret") && !log.contains("k3y"),
        "{log}"
    );

    // No test listens on port 1.
    let nobody = "http://127.0.0.1:1/?key=k3y";
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_AUTH_SERVER", nobody)]);
    let answer = server.get("localhost", &format!("{PAGE}&secret=s3cret"));
    assert_eq!((answer.status, answer.header("retry-after")), (503, "5"));
    let log = server.log();
    assert!(
        log.contains("the auth server cannot be reached") && !log.contains("s3cret") && !log.contains("k3y"),
        "{log}"
    );
}

/// The number of lines that fail2ban matches for the test's address. `None`, with a visible line, if fail2ban is
/// absent.
fn matched(lines: &Path, filter: &str) -> Option<usize> {
    let Ok(output) = Command::new("fail2ban-regex").arg("--out=ip").arg(lines).arg(filter).output() else {
        skip("fail2ban is not installed");
        return None;
    };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.lines().all(|line| line == "127.0.0.1"), "{said}");
    Some(said.lines().count())
}

/// Writes the received messages to `file` as rsyslog does: without the priority, with the host name. Returns their
/// number.
fn written(daemon: &UnixDatagram, file: &Path) -> usize {
    let mut lines = String::new();
    let mut bytes = [0; 2048];
    while let Ok(length) = daemon.recv(&mut bytes) {
        let line = String::from_utf8(bytes[..length].to_vec()).unwrap();
        let line = line.split_once('>').unwrap().1;
        let (time, rest) = line.split_at("Jul  1 12:00:00".len());
        lines += &format!("{time} pbx{rest}\n");
    }
    std::fs::write(file, &lines).unwrap();
    lines.lines().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn fail2ban_matches_only_bad_passwords_and_addresses() {
    // The patterns of the filters that FusionPBX's installers create.
    let passwords = r".* FusionPBX: \[<HOST>\] provision attempt bad password for";
    let addresses = r"\[<HOST>\] invalid mac address ";
    let folder = tempfile::tempdir().unwrap();
    let (socket, lines) = (folder.path().join("log"), folder.path().join("auth.log"));
    let daemon = UnixDatagram::bind(&socket).unwrap();
    daemon.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let app = TestApp::init().with_config("syslog", socket.to_str().unwrap()).build().await;
    let ask = async |query: &str, authorization: &str| {
        let headers = [("Host", "localhost"), ("Authorization", authorization)];
        let headers = if authorization.is_empty() { &headers[..1] } else { &headers };
        app.send("GET", &format!("{PAGE}{query}"), headers, b"").await.status
    };
    let expect = |wrote: usize, filter: &str, found: usize| {
        assert_eq!(written(&daemon, &lines), wrote);
        if let Some(matches) = matched(&lines, filter) {
            assert_eq!(matches, found, "{}", std::fs::read_to_string(&lines).unwrap());
        }
    };
    app.run_sql(&set("password", "text", "pass1")).await;
    assert_eq!(ask("&password=nope", "").await, 403);
    expect(1, passwords, 1);
    assert_eq!(ask("&password=pass1", "").await, 200);
    expect(0, passwords, 0);
    let basic = set("password", "text", "") + &digest() + &set("http_auth_type", "text", "basic");
    app.run_sql(&basic).await;
    assert_eq!(ask("", "").await, 401);
    assert_eq!(ask("", "Basic cGhvbmU6c2VjcmV0MQ==").await, 200);
    expect(0, passwords, 0);
    assert_eq!(ask("", "Basic cGhvbmU6YmFk").await, 401);
    expect(1, passwords, 1);
    app.run_sql(&set("cidr", "array", "10.0.0.0/8")).await;
    assert_eq!(ask("", "Basic cGhvbmU6YmFk").await, 404);
    expect(1, passwords, 0);
    app.run_sql(&(set("cidr", "array", "") + &set("http_auth_enabled", "boolean", "false"))).await;
    let forged = "&mac=x%0AJul%20%201%2012:00:00%20pbx%20FusionPBX:%20[192.0.2.1]%20provision%20attempt%20bad%20password%20for%20z";
    assert_eq!(ask(forged, "").await, 403);
    expect(1, passwords, 0);
    assert_eq!(ask("&mac=00156500", "").await, 403);
    expect(1, addresses, 1);
}
