//! The command directly by SIP: to `sipp` by UDP and TCP, to `openssl s_server` by TLS, and to a phone that loses datagrams.

use super::{PHONE, Stage};
use dialplate_tests::sipp::{Answer, Sipp};
use dialplate_tests::{server, skip, wait};
use std::io::{Read, Write};
use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn phone_is_notified_by_udp_and_tcp() {
    let stage = Stage::new();
    for transport in ["udp", "tcp"] {
        let Some(mut phone) = Sipp::start(transport, &[Answer::Status("200 OK", "")]) else { return };
        let place = phone.address.to_string();
        let ran = stage.run(&[PHONE, "--sip", &place, "--transport", transport]);
        assert!(ran.success, "{transport}: {} {}", ran.out, ran.err);
        assert!(ran.out.contains(&format!("notified 101@{place} by {transport}")), "{}", ran.out);
        assert!(phone.finished(), "{}", phone.messages());
        let messages = phone.messages();
        for line in
            ["\nEvent: check-sync;reboot=false\r", "\nSubscription-State: terminated\r", "\nContent-Length: 0\r"]
        {
            assert!(messages.contains(line), "{line:?} in {messages}");
        }
        let parameter = if transport == "tcp" { ";transport=tcp" } else { "" };
        assert!(messages.contains(&format!("NOTIFY sip:101@{place}{parameter} SIP/2.0\r")), "{messages}");
    }
}

#[test]
fn last_fetch_and_line_say_where_the_phone_is() {
    let stage = Stage::new();
    stage.sql(&format!(
        "update v_device_lines set sip_transport = 'TCP' where device_uuid in (select device_uuid from v_devices where \
         device_address = '{PHONE}')"
    ));
    let unknown = stage.run(&[PHONE, "--json"]);
    assert!(unknown.json()[0]["reason"].as_str().unwrap().contains("has not fetched yet"), "{}", unknown.out);
    stage.sql(&format!("update v_devices set device_provisioned_ip = '192.0.2.7' where device_address = '{PHONE}'"));
    let ran = stage.run(&[PHONE, "--dry-run"]);
    assert!(ran.success && ran.out.contains("would notify 101@192.0.2.7:5060 by tcp"), "{} {}", ran.out, ran.err);
    let ran = stage.run(&[PHONE, "--dry-run", "--transport", "tls"]);
    assert!(ran.out.contains("101@192.0.2.7:5061 by tls"), "{}", ran.out);
    let several = stage.run(&["--template", "yealink", "--sip", "192.0.2.7"]);
    assert!(several.err.contains("--sip names the address of one phone"), "{}", several.err);
}

#[test]
fn challenge_is_answered_with_the_credentials() {
    let stage = Stage::new();
    let file = stage.write("password", "s3cret\n");
    // MD5 of `101:phone:s3cret` is the first part of the response, so only the right password passes.
    let pattern =
        "Digest username=.101., realm=.phone., nonce=.0123456789., uri=.sip:101@.*qop=auth, nc=00000001, cnonce=";
    let Some(phone) = Sipp::start("udp", &[Answer::Challenge(pattern), Answer::Status("200 OK", "")]) else {
        return;
    };
    let place = phone.address.to_string();
    let stage = stage.with("DIALPLATE_RESYNC_SIP_USER", "101").with("DIALPLATE_RESYNC_SIP_PASSWORD_FILE", &file);
    let ran = stage.run(&[PHONE, "--sip", &place, "--transport", "udp"]);
    // The phone answers 200 only to a NOTIFY whose credentials have this form.
    assert!(ran.success, "{} {} {}", ran.out, ran.err, phone.messages());
    let Some(phone) = Sipp::start("udp", &[Answer::Challenge(pattern)]) else { return };
    let place = phone.address.to_string();
    let ran = Stage::new().run(&[PHONE, "--sip", &place, "--transport", "udp"]);
    assert!(
        !ran.success && ran.out.contains("it asks for credentials; set resync_sip_user"),
        "{} {}",
        ran.out,
        ran.err
    );
}

#[test]
fn refusals_say_what_to_do() {
    let stage = Stage::new();
    for (status, advice) in [
        ("403 Forbidden", "it takes NOTIFYs from its registrar only"),
        ("481 Call/Transaction Does Not Exist", "it takes NOTIFYs for a subscription only"),
        ("489 Bad Event", "it does not know this event"),
    ] {
        let Some(mut phone) = Sipp::start("udp", &[Answer::Status(status, "")]) else { return };
        let ran = stage.run(&[PHONE, "--sip", &phone.address.to_string(), "--transport", "udp"]);
        let expected = format!("failed: the phone answered {status}: {advice}");
        assert!(!ran.success && ran.out.contains(&expected), "{} {}", ran.out, ran.err);
        assert!(phone.finished());
    }
}

#[test]
fn request_is_repeated_over_udp_until_it_is_answered() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let place = socket.local_addr().unwrap().to_string();
    let arrived = thread::spawn(move || {
        let (mut times, mut datagram) = (Vec::new(), [0; 4096]);
        loop {
            let (length, from) = socket.recv_from(&mut datagram).unwrap();
            times.push(Instant::now());
            let text = String::from_utf8_lossy(&datagram[..length]).into_owned();
            let kept = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
            let headers = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].map(kept).join("\r\n");
            match times.len() {
                1 | 2 => continue,
                3 => {
                    // Answers to something else and garbage come first.
                    for other in
                        ["hello", "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a;branch=z9hG4bKother\r\nCSeq: 1 NOTIFY\r\n\r\n"]
                    {
                        socket.send_to(other.as_bytes(), from).unwrap();
                    }
                    for status in ["100 Trying", "200 OK"] {
                        socket.send_to(format!("SIP/2.0 {status}\r\n{headers}\r\n\r\n").as_bytes(), from).unwrap();
                    }
                    return times;
                }
                _ => unreachable!(),
            }
        }
    });
    let ran = Stage::new().run(&[PHONE, "--sip", &place, "--transport", "udp"]);
    assert!(ran.success, "{} {}", ran.out, ran.err);
    let times = arrived.join().unwrap();
    let (first, second) = (times[1] - times[0], times[2] - times[1]);
    assert!(first >= Duration::from_millis(490) && second >= Duration::from_millis(990), "{first:?} {second:?}");
}

#[test]
fn closed_port_is_reported_at_once() {
    let place = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let ran = Stage::new().run(&[PHONE, "--sip", &place, "--transport", "udp"]);
    assert!(!ran.success && ran.out.contains("cannot be reached by udp"), "{} {}", ran.out, ran.err);
    let place = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let ran = Stage::new().run(&[PHONE, "--sip", &place, "--transport", "tcp"]);
    assert!(!ran.success && ran.out.contains("cannot be reached by tcp"), "{} {}", ran.out, ran.err);
}

/// A phone that takes TLS: `openssl s_server`, which prints what arrives and sends what is written to it.
struct TlsPhone {
    process: Child,
    input: ChildStdin,
    printed: Arc<Mutex<String>>,
    place: String,
}

impl TlsPhone {
    fn start(folder: &Path) -> Option<Self> {
        let file = |name: &str| folder.join(name).display().to_string();
        let (key, certificate) = (file("key.pem"), file("phone.pem"));
        let make = |words: &[&str]| {
            let command = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"];
            let made = Command::new("openssl").args(command).args(words).stderr(Stdio::null()).status();
            made.is_ok_and(|status| status.success())
        };
        let (authority, secret) = (file("authority.pem"), file("authority.key"));
        let phone = ["-subj", "/CN=001565000046", "-addext", "basicConstraints=critical,CA:FALSE"];
        let signed = ["-CA", &authority, "-CAkey", &secret, "-keyout", &key, "-out", &certificate];
        if !make(&["-subj", "/CN=maker", "-keyout", &secret, "-out", &authority])
            || !make(&[&phone[..], &signed].concat())
        {
            skip("openssl 3 is not installed");
            return None;
        }
        let port = server::free_port();
        let mut command = Command::new("openssl");
        command
            .args(["s_server", "-quiet", "-accept", &format!("127.0.0.1:{port}"), "-key"])
            .arg(key)
            .arg("-cert")
            .arg(certificate);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (input, mut output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let printed = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&printed);
        thread::spawn(move || {
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = output.read(&mut piece) {
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&piece[..read]));
            }
        });
        // A listening port that is connected to would be the phone's first client.
        wait::until(|| TcpListener::bind(("127.0.0.1", port)).is_err(), || "s_server listens".to_owned());
        Some(Self { process, input, printed, place: format!("127.0.0.1:{port}") })
    }

    /// Answers the request that has arrived.
    fn answer(&mut self) {
        wait::until(|| self.printed.lock().unwrap().contains("\r\n\r\n"), || "a request".to_owned());
        let text = self.printed.lock().unwrap().clone();
        let kept = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
        let headers = ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].map(kept).join("\r\n");
        write!(self.input, "SIP/2.0 200 OK\r\n{headers}\r\nContent-Length: 0\r\n\r\n").unwrap();
        self.input.flush().unwrap();
    }
}

impl Drop for TlsPhone {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn phone_is_notified_by_tls() {
    let stage = Stage::new();
    let Some(mut phone) = TlsPhone::start(stage.folder.path()) else { return };
    let place = phone.place.clone();
    let ran = thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&[PHONE, "--sip", &place, "--transport", "tls"]));
        phone.answer();
        running.join().unwrap()
    });
    assert!(ran.success, "{} {}", ran.out, ran.err);
    let printed = phone.printed.lock().unwrap().clone();
    assert!(printed.starts_with(&format!("NOTIFY sip:101@{place};transport=tls SIP/2.0\r\n")), "{printed}");
    assert!(printed.contains("\r\nVia: SIP/2.0/TLS 127.0.0.1:"), "{printed}");
}

#[test]
fn certificate_of_another_authority_is_refused() {
    let stage = Stage::new();
    let other = tempfile::tempdir().unwrap();
    let (Some(mut phone), Some(_)) = (TlsPhone::start(stage.folder.path()), TlsPhone::start(other.path())) else {
        return;
    };
    let arguments = [PHONE, "--sip", &phone.place.clone(), "--transport", "tls"];
    let foreign = other.path().join("authority.pem").display().to_string();
    let stage = stage.with("DIALPLATE_RESYNC_SIP_CA", &foreign);
    let ran = stage.run(&arguments);
    assert!(!ran.success && ran.out.contains("no TLS connection to"), "{} {}", ran.out, ran.err);
    // The certificate of the right authority names no address, either.
    let own = stage.folder.path().join("authority.pem").display().to_string();
    let stage = stage.with("DIALPLATE_RESYNC_SIP_CA", &own);
    let ran = thread::scope(|scope| {
        let running = scope.spawn(|| stage.run(&arguments));
        phone.answer();
        running.join().unwrap()
    });
    assert!(ran.success, "{} {}", ran.out, ran.err);
}
