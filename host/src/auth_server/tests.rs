//! Small real servers: plain, TLS, slow, endless, absent.

use super::*;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// Answers every request with these bytes, and sends the received request to the test.
fn serve(
    answer: &'static [u8],
    speak: impl Fn(TcpStream) -> Box<dyn Stream> + Send + 'static,
) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = BufReader::new(speak(stream));
            let (mut head, mut length) = (String::new(), 0);
            while stream.read_line(&mut head).is_ok_and(|read| read > 2) {
                let line = head.lines().last().unwrap_or_default().to_ascii_lowercase();
                length = line.strip_prefix("content-length:").map_or(length, |text| text.trim().parse().unwrap());
            }
            let mut body = vec![0; length];
            if head.is_empty() || stream.read_exact(&mut body).is_err() {
                continue;
            }
            let _ = tell.send(head + &String::from_utf8(body).unwrap());
            let _ = stream.get_mut().write_all(answer);
            let _ = stream.get_mut().flush();
        }
    });
    (port, told)
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn plain(stream: TcpStream) -> Box<dyn Stream> {
    Box::new(stream)
}

fn asking(url: &str, authority: Option<&Path>) -> AuthServer {
    let url = Config::parse_url(url).unwrap();
    let config = Config { url, timeout: Duration::from_millis(400), authority: authority.map(Path::to_owned) };
    AuthServer::new(config).unwrap_or_else(|error| panic!("{error}"))
}

async fn ask(url: &str) -> Result<bool, Error> {
    asking(url, None).allows("00:15:65 x*", &Secret::new("s&=é")).await
}

async fn answered(answer: &'static [u8]) -> Result<bool, Error> {
    let (port, _told) = serve(answer, plain);
    ask(&format!("http://127.0.0.1:{port}/check")).await
}

#[tokio::test]
async fn posted_form_equals_phps() {
    let (port, told) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue", plain);
    assert!(ask(&format!("http://127.0.0.1:{port}/check.php?key=7")).await.unwrap());
    let request = told.recv().unwrap();
    assert!(request.starts_with("POST /check.php?key=7 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\nmac=00%3A15%3A65+x%2A&secret=s%26%3D%C3%A9"), "{request}");
}

#[tokio::test]
async fn auth_server_refuses_only_with_false() {
    for (answer, allows) in [
        (&b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse"[..], false),
        (b"HTTP/1.0 200 OK\r\n\r\nfalse", false),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfa\r\n3\r\nlse\r\n0\r\n\r\n", false),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntrue", true),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nFalse", true),
        (b"HTTP/1.1 204 No Content\r\n\r\n", true),
    ] {
        assert_eq!(answered(answer).await.unwrap(), allows, "{}", String::from_utf8_lossy(answer));
    }
}

#[tokio::test]
async fn request_without_valid_auth_server_answer_is_refused() {
    let unreachable = |outcome: Result<bool, Error>| matches!(outcome, Err(Error::Unreachable(_)));
    assert!(matches!(answered(b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\ntrue").await, Err(Error::Status(500))));
    let moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n";
    assert!(matches!(answered(moved).await, Err(Error::Status(302))));
    assert!(unreachable(answered(b"SSH-2.0-OpenSSH\r\n\r\n").await));
    assert!(matches!(answered(b"").await, Err(Error::TooSlow(400) | Error::Unreachable(_))));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(unreachable(ask(&format!("http://127.0.0.1:{closed}/?key=s3cret")).await));
    let said = ask(&format!("http://127.0.0.1:{closed}/?key=s3cret")).await.unwrap_err().to_string();
    assert!(!said.contains("s3cret") && said.contains("refused"), "{said}");
}

#[tokio::test]
async fn slow_and_endless_answers_are_aborted() {
    let slow = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ntr";
    let (port, _told) = serve(slow, |stream| {
        std::mem::forget(stream.try_clone().unwrap());
        Box::new(stream)
    });
    let started = std::time::Instant::now();
    assert!(matches!(ask(&format!("http://127.0.0.1:{port}/")).await, Err(Error::TooSlow(400))));
    assert!(started.elapsed() < Duration::from_secs(3));
    let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
    endless.resize(endless.len() + ANSWER_BYTES_MAX + 1, b'x');
    assert!(matches!(answered(endless.leak()).await, Err(Error::TooLong)));
}

/// A self-signed certificate for 127.0.0.1 and its key; `None`, with a visible line, without openssl.
fn certificate(folder: &Path) -> Option<ServerConfig> {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]);
    openssl.args(["-subj", "/CN=auth", "-addext", "subjectAltName=IP:127.0.0.1"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE", "-out"]).arg(&certificate).arg("-keyout").arg(&key);
    let Ok(output) = openssl.output() else {
        dialplate_test_tools::skip("openssl is not installed");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let chain = vec![CertificateDer::from_pem_file(&certificate).unwrap()];
    Some(builder.with_single_cert(chain, PrivateKeyDer::from_pem_file(&key).unwrap()).unwrap())
}

#[tokio::test]
async fn https_certificate_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    let Some(config) = certificate(folder.path()) else { return };
    let config = Arc::new(config);
    let (port, told) = serve(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfalse", move |stream| {
        Box::new(StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream))
    });
    let url = format!("https://127.0.0.1:{port}/check");
    let trusting = asking(&url, Some(&folder.path().join("certificate.pem")));
    assert!(!trusting.allows("001565aabbcc", &Secret::new("s")).await.unwrap());
    assert!(told.recv().unwrap().ends_with("mac=001565aabbcc&secret=s"));
    assert!(matches!(ask(&url).await, Err(Error::Unreachable(said)) if said.contains("certificate")));
    assert!(told.try_recv().is_err(), "the secret was sent to an untrusted server");
}

#[test]
fn invalid_url_or_authority_is_refused_without_its_text() {
    for text in ["", "auth.example.net", "ftp://s3cret/", "/s3cret", "https://user:s3cret@auth.example.net/", "s3 cret"]
    {
        let said = Config::parse_url(text).unwrap_err();
        assert!(!said.contains("s3"), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, "no certificate").unwrap();
    let url = Config::parse_url("https://auth.example.net/").unwrap();
    let config = Config { url, timeout: Duration::from_secs(1), authority: Some(file) };
    assert!(matches!(AuthServer::new(config), Err(Error::Authority(_))));
}
