//! The log lines of refused requests: what was asked, what is wrong with it, and no secret.

use dialplate_tests::client;
use dialplate_tests::server::Server;

/// The log line of a request.
fn line(server: &Server, host: &str, target: &str) -> String {
    let before = server.log().len();
    client::send(server.address, "GET", target, &[("Host", host)], b"");
    let log = server.log();
    log[before..].lines().filter(|line| line.contains("access_log")).collect()
}

#[test]
fn refused_request_is_logged_with_path_device_and_fault() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let long = format!("/{}", "a".repeat(3_000));
    for (host, target, words) in [
        ("localhost", "/prov/83/da44-0000-0000-0002.xml", &["path=\"/prov/83/da44-0000-0000-0002.xml\""][..]),
        ("localhost", "/cloud?cloud_username=101&cloud_password=hunter2", &["path=\"/cloud\"", "no provisioning URL"]),
        ("localhost", "/cloud%3Fpassword=hunter2", &["path=\"/cloud\""]),
        ("localhost", "/cloud&password=hunter2", &["path=\"/cloud\""]),
        (
            "localhost",
            "/app/provision/?mac=80:5e:c0:7a:00&password=hunter2",
            &["\"80:5e:c0:7a:00\"", "no device has this address"],
        ),
        ("localhost", "/app/provision/?mac=xyz&secret=hunter2", &["\"xyz\"", "no hexadecimal digits"]),
        ("localhost", "/app/provision/?ext=hunter", &["\"hunter\"", "no device has this extension"]),
        ("localhost", "/app/provision/?x=hunter2", &["the request names no device"]),
        ("nowhere", "/app/provision/?mac=805ec07a0001", &["the host is not a domain", "domain.name=\"nowhere\""]),
        ("localhost", "/app/provision/?mac=%1b%0astatus=200%1b", &["device.given=\"??status=200?\""]),
        ("localhost", &long, &["aaa…\""]),
    ] {
        let line = line(&server, host, target);
        assert_eq!(line.matches("refused").count(), 1, "{target}: {line}");
        assert!(!line.contains("hunter2") && line.len() < 800, "{target}: {line}");
        words.iter().for_each(|word| assert!(line.contains(word), "{word} is not in {line}"));
    }
}

#[test]
fn request_that_is_not_http_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    client::exchange(server.address, b"GET /\x01?password=hunter2 HTTP/1.1\r\n\r\n");
    server.until_logged(&["refused", "status=400", "client.address=127.0.0.1"]);
    assert!(!server.log().contains("hunter2"), "{}", server.log());
}
