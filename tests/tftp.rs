//! TFTP with real clients: Debian's `tftp` and curl.

use crate::proxied::execute;
use dialplate_tests::server::{self, Server};
use dialplate_tests::setting::{digest, set};
use dialplate_tests::skip;
use std::fs;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

const YEALINK: &str = "001565000046.cfg";

/// A free port of UDP. Another program could take it until the server listens, which no test does.
fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A demonstration server with TFTP for 127.0.0.1, and its port.
fn serve(folder: &Path, others: &[(&str, &str)]) -> (Server, u16) {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let own = [("DIALPLATE_TFTP_LISTEN", listen.as_str()), ("DIALPLATE_TFTP_NETWORKS", "127.0.0.0/8")];
    (Server::demo(folder, &[&own, others].concat()), port)
}

/// What curl gets; `None`, with a visible line, if it cannot do TFTP.
fn curl(port: u16, name: &str, arguments: &[&str]) -> Option<Output> {
    let url = format!("tftp://127.0.0.1:{port}/{name}");
    let output = Command::new("curl").args(["-sS", "--max-time", "30"]).args(arguments).arg(&url).output();
    let is_able = output.as_ref().is_ok_and(|output| output.status.code() != Some(1));
    if !is_able {
        skip("curl with TFTP is not installed");
    }
    output.ok().filter(|_| is_able)
}

#[test]
fn curl_gets_the_same_bytes_as_over_http() {
    let folder = tempfile::tempdir().unwrap();
    let (server, port) = serve(folder.path(), &[]);
    let over_http = server.get("127.0.0.1", &format!("/provision/{YEALINK}"));
    assert_eq!(over_http.status, 200);
    for (name, arguments) in [
        (YEALINK, &[][..]),
        (YEALINK, &["--tftp-blksize", "1400"]),
        (YEALINK, &["--tftp-blksize", "8"]),
        (YEALINK, &["--tftp-no-options"]),
        ("/provision/001565000046.cfg", &[]),
    ] {
        let Some(output) = curl(port, name, arguments) else { return };
        assert!(output.stdout == over_http.body, "{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    server.until_logged(&["client.address=127.0.0.1", "001565000046"]);
}

#[test]
fn debian_client_gets_a_file_in_both_modes() {
    let folder = tempfile::tempdir().unwrap();
    let (server, port) = serve(folder.path(), &[]);
    let over_http = server.get("127.0.0.1", &format!("/provision/{YEALINK}")).body;
    let file = folder.path().join("fetched");
    for mode in ["binary", "ascii"] {
        let mut command = Command::new("tftp");
        command.args(["-m", mode, "127.0.0.1", &port.to_string(), "-c", "get", YEALINK]).arg(&file);
        let Ok(output) = command.output() else { return skip("tftp-hpa is not installed") };
        assert!(output.status.success(), "{output:?}");
        // The client makes the lines of text what they are on this machine.
        assert!(fs::read(&file).unwrap() == over_http, "{mode}");
    }
}

#[test]
fn refusals_are_errors_of_the_protocol() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, port) = serve(folder.path(), &[]);
    let code = |name: &str| curl(port, name, &[]).map(|output| output.status.code());
    // curl's codes: 68 is file not found, 69 access violation.
    for (name, expected) in [("absent.cfg", 68), ("%2e%2e/%2e%2e/etc/passwd", 68), ("demo.db", 68)] {
        let Some(found) = code(name) else { return };
        assert_eq!(found, Some(expected), "{name}");
    }
    execute(folder.path(), &digest());
    assert_eq!(code(YEALINK), Some(Some(69)), "TFTP has no credentials");
    let mut written = Command::new("curl");
    written.args(["-sS", "--max-time", "10", "-T", "/etc/hostname", &format!("tftp://127.0.0.1:{port}/a.cfg")]);
    let written = written.output().unwrap();
    assert_eq!(written.status.code(), Some(69), "read only");
}

#[test]
fn network_checks_of_the_gate_apply() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, port) = serve(folder.path(), &[]);
    execute(folder.path(), &set("cidr", "array", "10.0.0.0/8"));
    let Some(output) = curl(port, YEALINK, &[]) else { return };
    assert!(!output.status.success() && output.stdout.is_empty());
}

#[test]
fn other_networks_get_no_answer_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let settings = [("DIALPLATE_TFTP_LISTEN", listen.as_str()), ("DIALPLATE_TFTP_NETWORKS", "192.0.2.0/24")];
    let _server = Server::demo(folder.path(), &settings);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    client.send_to(b"\0\x01001565000046.cfg\0octet\0", &listen).unwrap();
    assert!(client.recv_from(&mut [0; 600]).is_err());
}

#[test]
fn firmware_over_tftp_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let firmware = folder.path().join("firmware");
    fs::create_dir(&firmware).unwrap();
    // More blocks of 512 bytes than the protocol has numbers.
    let content: Vec<u8> = (0..9_000_000_u32).flat_map(u32::to_le_bytes).collect();
    fs::write(firmware.join("T46U.rom"), &content).unwrap();
    let (_server, port) = serve(folder.path(), &[("DIALPLATE_FIRMWARE", firmware.to_str().unwrap())]);
    let Some(output) = curl(port, "firmware/T46U.rom", &["--tftp-blksize", "512"]) else { return };
    assert!(output.stdout == content, "{} bytes: {}", output.stdout.len(), String::from_utf8_lossy(&output.stderr));
}

#[test]
fn lost_packets_are_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, port) = serve(folder.path(), &[]);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    client.send_to(b"\0\x01001565000046.cfg\0octet\0", ("127.0.0.1", port)).unwrap();
    let mut first = [0; 600];
    let (length, from) = client.recv_from(&mut first).unwrap();
    assert_eq!((&first[..4], length), (&b"\0\x03\0\x01"[..], 516));
    // No acknowledgement: the same block comes again, from the port of the transfer.
    let mut second = [0; 600];
    let (again, same) = client.recv_from(&mut second).unwrap();
    assert!(from == same && first[..length] == second[..again]);
    client.send_to(b"\0\x04\0\x01", from).unwrap();
    client.recv_from(&mut second).unwrap();
    assert_eq!(&second[..4], b"\0\x03\0\x02");
    // A late acknowledgement of the first block sends nothing twice.
    client.send_to(b"\0\x04\0\x01", from).unwrap();
    client.send_to(b"\0\x04\0\x02", from).unwrap();
    client.recv_from(&mut second).unwrap();
    assert_eq!(&second[..4], b"\0\x03\0\x03");
}

#[test]
fn tftp_needs_networks() {
    let output = server::run(&[("DIALPLATE_TFTP_LISTEN", "127.0.0.1:0")]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("needs tftp_networks"), "{said}");
}
