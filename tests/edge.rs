//! Request parsing: methods, targets, hosts, bodies, and the limit of each.

use dialplate_tests::app::TestApp;
use dialplate_tests::client::{Answer, exchange, parse};
use dialplate_tests::setting;
use std::net::SocketAddr;

const PAGE: &str = "/app/provision/?mac=001565000046";
const KIB: usize = 1024;

/// Starts a server that provisions a device only at the host name of its domain.
async fn filtering() -> TestApp {
    TestApp::init().with_sql(&setting::set("http_domain_filter", "boolean", "true")).build().await
}

/// Sends a request with this head, extended by `Connection: close`, and this body.
fn send(server: SocketAddr, head: &str, body: &[u8]) -> Answer {
    let bytes = exchange(server, &[head.as_bytes(), b"\r\nConnection: close\r\n\r\n", body].concat());
    assert!(!bytes.is_empty(), "no answer to {}", &head[..head.len().min(200)]);
    parse(&bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_limit_has_its_status() {
    let app = TestApp::init().build().await;
    let server = app.listen().await;
    let target = |bytes: usize| format!("{PAGE}&x={}", "a".repeat(bytes - PAGE.len() - 3));
    let get =
        |target: &str, headers: &str| send(server, &format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1{headers}"), b"");
    assert_eq!(get(&target(8 * KIB), "").status, 200);
    for bytes in [8 * KIB + 1, 20 * KIB, 60 * KIB] {
        assert_eq!(get(&target(bytes), "").status, 414, "{bytes} bytes of target");
    }
    let header = |bytes: usize| format!("\r\nX: {}", "a".repeat(bytes));
    assert_eq!(get(PAGE, &header(31 * KIB)).status, 200);
    for bytes in [32 * KIB, 60 * KIB, 200 * KIB] {
        assert_eq!(get(PAGE, &header(bytes)).status, 431, "{bytes} bytes of header");
    }
    assert_eq!(get(PAGE, &header(1).repeat(98)).status, 200);
    assert_eq!(get(PAGE, &header(1).repeat(110)).status, 431);
    let post = format!("POST {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded");
    let form = |bytes: usize| format!("x={}", "a".repeat(bytes - 2));
    for (bytes, status) in [(64 * KIB, 200), (64 * KIB + 1, 413), (900 * KIB, 413)] {
        let sized = send(server, &format!("{post}\r\nContent-Length: {bytes}"), form(bytes).as_bytes());
        assert_eq!(sized.status, status, "{bytes} bytes of body");
        let chunked = format!("{bytes:x}\r\n{}\r\n0\r\n\r\n", form(bytes));
        let chunked = send(server, &format!("{post}\r\nTransfer-Encoding: chunked"), chunked.as_bytes());
        assert_eq!(chunked.status, status, "{bytes} bytes of body in chunks");
    }
    let announced = send(server, &format!("{post}\r\nContent-Length: 99999999999"), b"");
    assert_eq!(announced.status, 413, "an announced length suffices for a refusal");
    assert_eq!(get(&format!("/app/provision/?{}", "x=1&".repeat(201)), "").status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_request_is_refused() {
    let app = TestApp::init().build().await;
    let server = app.listen().await;
    let host = "Host: 127.0.0.1";
    for head in [
        format!("GET {PAGE} HTTP/1.1"),
        format!("GET {PAGE} HTTP/1.1\r\n{host}\r\n{host}"),
        format!("GET {PAGE} HTTP/1.1\r\nHost: a b"),
        format!("GET {PAGE} HTTP/1.1\r\nHost: a/b"),
        format!("GET {PAGE} HTTP/1.1\r\n{host}\r\nno header"),
        format!("GET {PAGE} HTTP/1.1\r\n{host}\r\nX: a\0b"),
        format!("GET {PAGE} HTTP/1.1\r\n{host}\r\n X: folded"),
        format!("GET {PAGE} HTTP/3.9\r\n{host}"),
        format!("GET {PAGE}\r\n{host}"),
        format!("G\u{e9}T {PAGE} HTTP/1.1\r\n{host}"),
        format!("GET /app/pro vision/ HTTP/1.1\r\n{host}"),
        format!("GET {PAGE}&x=<> HTTP/1.1\r\n{host}"),
        format!("GET {PAGE}&x=\" HTTP/1.1\r\n{host}"),
        format!("GET /provision/%00 HTTP/1.1\r\n{host}"),
        format!("GET /provision/../../x HTTP/1.1\r\n{host}"),
        format!("GET provision/x HTTP/1.1\r\n{host}"),
        format!("POST {PAGE} HTTP/1.1\r\n{host}\r\nContent-Length: 1\r\nContent-Length: 2"),
        format!("POST {PAGE} HTTP/1.1\r\n{host}\r\nContent-Length: -1"),
        format!("POST {PAGE} HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked, gzip"),
        format!("POST {PAGE} HTTP/1.1\r\n{host}\r\nTransfer-Encoding: chunked\r\n\r\nxyz"),
        "\u{16}\u{3}\u{1}\u{2}".to_owned(),
    ] {
        let answer = send(server, &head, b"");
        assert_eq!(answer.status, 400, "{head:?}");
        assert!(!answer.text().contains("rust") && !answer.text().contains("hyper"), "{}", answer.text());
    }
    let whole = format!("GET {PAGE} HTTP/1.1\r\n{host}");
    assert_eq!(send(server, &whole, b"").status, 200, "the server still answers the next client");
}

/// A request with both a length and chunks can hide a second request from a proxy (request smuggling).
#[tokio::test(flavor = "multi_thread")]
async fn smuggled_request_is_not_answered() {
    let app = TestApp::init().build().await;
    let server = app.listen().await;
    let hidden = format!("GET {PAGE} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    let both = format!(
        "POST /provision/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}",
        hidden.len() + 5,
    );
    let answers = exchange(server, both.as_bytes());
    let answers = String::from_utf8_lossy(&answers).into_owned();
    assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{answers}");
    assert!(!answers.contains("HTTP/1.1 200"), "{answers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unsupported_method_gets_405_with_allow() {
    let app = TestApp::init().build().await;
    let server = app.listen().await;
    for method in ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "get"] {
        let answer = send(server, &format!("{method} {PAGE} HTTP/1.1\r\nHost: 127.0.0.1"), b"");
        assert_eq!((answer.status, answer.header("allow")), (405, "GET, HEAD, POST"), "{method}");
    }
    for target in ["*", "127.0.0.1:80"] {
        let method = if target == "*" { "OPTIONS" } else { "CONNECT" };
        assert_eq!(send(server, &format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1"), b"").status, 405);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn http_1_0_client_is_served_without_host() {
    let app = filtering().await;
    let server = app.listen().await;
    let answer = exchange(server, format!("GET {PAGE} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes());
    assert_eq!(parse(&answer).status, 200);
    let answer = exchange(server, format!("GET {PAGE} HTTP/1.0\r\n\r\n").as_bytes());
    assert_eq!(parse(&answer).status, 403, "the host is not a domain");
}

#[tokio::test(flavor = "multi_thread")]
async fn absolute_target_overrides_host_header() {
    let app = filtering().await;
    let server = app.listen().await;
    let status = |target: &str, host: &str| send(server, &format!("GET {target} HTTP/1.1\r\nHost: {host}"), b"").status;
    assert_eq!(status(PAGE, "elsewhere.example.net"), 403);
    assert_eq!(status(&format!("http://localhost:8080{PAGE}"), "elsewhere.example.net"), 200);
    assert_eq!(status(&format!("http://elsewhere.example.net{PAGE}"), "localhost"), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn expect_continue_gets_100_before_the_body() {
    let app = TestApp::init().build().await;
    let server = app.listen().await;
    let head = "POST /app/provision/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\
                Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue";
    let body = "mac=001565000046";
    let bytes = exchange(server, format!("{head}\r\nContent-Length: 16\r\n\r\n{body}").as_bytes());
    let rest = bytes.strip_prefix(b"HTTP/1.1 100 Continue\r\n\r\n").expect("an interim answer");
    assert_eq!(parse(rest).status, 200);
    let bytes = exchange(server, format!("{head}\r\nContent-Length: 70000\r\n\r\n").as_bytes());
    assert_eq!(parse(&bytes).status, 413, "no 100 Continue for a body that is too long");
}

#[tokio::test(flavor = "multi_thread")]
async fn pipelined_requests_are_answered_in_order() {
    let app = TestApp::init().build().await;
    let server = app.listen().await;
    let request = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
    let directory = format!("{PAGE}&file=directory.xml");
    let all = [request("/nothing"), request(PAGE), request(&directory) + "Connection: close\r\n"].join("\r\n") + "\r\n";
    let bytes = exchange(server, all.as_bytes());
    let mut rest = bytes.as_slice();
    let mut answers = Vec::new();
    while !rest.is_empty() {
        let answer = parse(rest);
        let length: usize = answer.header("content-length").parse().unwrap();
        let (body, next) = rest[rest.len() - answer.body.len()..].split_at(length);
        answers.push((answer.status, String::from_utf8_lossy(body)));
        rest = next;
    }
    assert_eq!(answers.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [404, 200, 200]);
    assert!(answers[1].1.contains("account.1.") && answers[2].1.contains("<YealinkIPPhoneDirectory>"), "{answers:?}");
}
